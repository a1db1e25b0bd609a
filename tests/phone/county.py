"""A county's server for the phone's tests: the real names and headers, and a bad network on demand."""

import base64
import hashlib
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, make_response, request, send_from_directory
from werkzeug.serving import make_server

PHONE = Path(__file__).parents[2] / "field" / "web" / "phone"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SESSION = {"field_session": "s-cadre", "field_csrf": "c-cadre"}


class County:
    """What the server holds, what it was asked, and what goes wrong next (`plan`: route → list of faults)."""

    def __init__(self) -> None:
        self.visits: dict[str, dict[str, Any]] = {}
        self.held: list[dict[str, Any]] = []
        self.photos: dict[str, bytes] = {}
        self.uploads: dict[str, tuple[str, int, bytearray]] = {}
        self.phones: list[dict[str, Any]] = []
        self.households: list[dict[str, Any]] = []
        self.asked: Counter[str] = Counter()
        self.patched = 0
        self.plan: dict[str, list[Any]] = {}
        self.username = "cadre"
        self.version = "1"
        self.url = ""
        self.cut = False
        self.lock = threading.Lock()

    def fault(self, route: str) -> Any:
        """The next fault of a route: a status, an answer, "before" or "after" (which cut the line), or None."""
        with self.lock:
            self.asked[route] += 1
            planned = self.plan.get(route) or [None]
            return planned.pop(0)

    def receive(self, visit: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Take a visit as the contract says: 201, again 200, other content 409."""
        with self.lock:
            known = self.visits.setdefault(visit["id"], visit)
            status = 201 if self.asked[f"took {visit['id']}"] == 0 else 200
            self.asked[f"took {visit['id']}"] += 1
        missing = [each["sha256"] for each in known["evidence"] if each["sha256"] not in self.photos]
        receipt = {"number": "R" + visit["id"][:8].upper(), "entry_hash": "0" * 64}
        answer = {"receipt": receipt, "evidence_missing": missing}
        if known != visit:
            return answer | {"code": "other_content", "detail": "已有另一份内容", "kept": known, "sent": visit}, 409
        return answer | {"id": visit["id"], "held": False}, status


def app_of(county: County) -> Flask:
    """The routes."""
    app = Flask(__name__)

    @app.before_request
    def guard() -> Response | None:
        if not request.path.startswith("/api/"):
            return None
        planned = county.fault(_route())
        if planned == "before" or county.cut:
            _hang_up()
            return Response(status=500)
        if planned == "after":
            request.environ["cut"] = True
        elif isinstance(planned, int):
            errors = [{"field": "note", "message": "太长"}]
            body = {"title": "错误", "status": planned, "detail": f"不行 {planned}", "errors": errors}
            return make_response(jsonify(body), planned)
        elif planned is not None:
            return make_response(planned)
        return _judged_login()

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.path.startswith("/api/"):
            response.headers["Cache-Control"] = "private, no-store"
        if request.environ.get("cut"):
            _hang_up()
        return response

    _pages(app, county)
    _records(app, county)
    _uploads(app, county)
    return app


def _route() -> str:
    parts = request.path.split("/")
    tail = parts[:4] if parts[2:4] == ["visits", "held"] else parts[:3]
    return f"{request.method} {'/'.join(tail)}"


def _judged_login() -> Response | None:
    if request.path == "/api/login":
        return None
    if request.cookies.get("field_session") != SESSION["field_session"]:
        return make_response(jsonify({"title": "请登录", "status": 401, "code": "login"}), 401)
    unsafe = request.method not in ("GET", "HEAD")
    if unsafe and request.headers.get("X-CSRF-Token") != SESSION["field_csrf"]:
        return make_response(jsonify({"title": "CSRF", "status": 400}), 400)
    return None


def _hang_up() -> None:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def _pages(app: Flask, county: County) -> None:
    @app.get("/m/")
    def shell() -> str:
        return f"<!doctype html><meta charset=utf-8><title>田野 {county.version}</title><p>壳 {county.version}</p>"

    @app.get("/m/sw.js")
    def worker() -> Response:
        names = [f"/m/{path.name}" for path in sorted(PHONE.glob("*.js")) if path.name != "sw.js"]
        line = f"self.FIELD = {json.dumps({'version': county.version, 'shell': ['/m/', *names]})};\n"
        return Response(line + (PHONE / "sw.js").read_text("utf-8"), mimetype="text/javascript")

    @app.get("/m/<path:name>")
    def module(name: str) -> Response:
        return send_from_directory(PHONE, name)

    @app.get("/portal")
    def portal() -> str:
        return "<html>酒店无线网络,请登录</html>"


def _records(app: Flask, county: County) -> None:
    @app.post("/api/login")
    def login() -> Response:
        response = jsonify({"token": "t", "user": {"username": county.username}})
        response.set_cookie("field_session", SESSION["field_session"], httponly=True, samesite="Lax")
        response.set_cookie("field_csrf", SESSION["field_csrf"], samesite="Lax")
        return response

    @app.get("/api/me")
    def me() -> dict[str, Any]:
        return {"id": "1", "username": county.username, "name": "王", "role": "village"}

    @app.post("/api/visits")
    def visits() -> tuple[dict[str, Any], int]:
        return county.receive(request.get_json())

    @app.post("/api/visits/held")
    def held() -> tuple[dict[str, Any], int]:
        county.held.append(request.get_json())
        return {"receipt": {"number": "H0000001", "entry_hash": "1" * 64}}, 202

    @app.post("/api/phones")
    def phones() -> tuple[str, int]:
        county.phones.append(request.get_json())
        return "", 204

    @app.get("/api/pack")
    def pack() -> Response:
        response = jsonify({"as_of": "2026-11-20", "items": county.households, "total": len(county.households)})
        response.add_etag()
        response.make_conditional(request)
        return response

    @app.get("/api/households/<key>/form")
    def form(key: str) -> dict[str, Any]:
        return next((each for each in county.households if each["id"] == key), None) or abort(404)


def _uploads(app: Flask, county: County) -> None:
    @app.route("/api/evidence/<sha256>", methods=["PUT", "GET"])
    def evidence(sha256: str) -> tuple[str, int]:
        if request.method != "PUT":
            return ("", 200) if sha256 in county.photos else ("", 404)
        return _keep(county, sha256, request.get_data())

    @app.post("/api/uploads")
    def create() -> tuple[str, int, dict[str, str]]:
        name, encoded = request.headers["Upload-Metadata"].split(" ")
        assert (name, request.headers["Tus-Resumable"]) == ("sha256", "1.0.0")
        key = str(len(county.uploads))
        county.uploads[key] = (base64.b64decode(encoded).decode(), int(request.headers["Upload-Length"]), bytearray())
        return "", 201, {"Location": f"{county.url}/api/uploads/{key}", "Tus-Resumable": "1.0.0"}

    @app.route("/api/uploads/<key>", methods=["PATCH", "HEAD"])
    def upload(key: str) -> tuple[str, int, dict[str, str]]:
        if key not in county.uploads:
            return "", 404, {}
        sha256, length, held = county.uploads[key]
        if request.method == "PATCH":
            piece = request.get_data()
            county.patched += len(piece)
            if int(request.headers["Upload-Offset"]) != len(held):
                return "", 409, {}
            held += piece
        if len(held) == length and request.method == "PATCH":
            body, status = _keep(county, sha256, bytes(held))
            if status > 299:
                del county.uploads[key]
                return body, status, {}
        return "", 200 if request.method == "HEAD" else 204, {"Upload-Offset": str(len(held))}


def _keep(county: County, sha256: str, content: bytes) -> tuple[str, int]:
    if hashlib.sha256(content).hexdigest() != sha256:
        return json.dumps({"detail": "照片传坏了"}), 422
    again = sha256 in county.photos
    county.photos[sha256] = content
    return "", 200 if again else 201


@contextmanager
def served(county: County) -> Iterator[County]:
    """The county on a free port of loopback, for as long as the block lasts."""
    server = make_server("127.0.0.1", 0, app_of(county), threaded=True)
    county.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield county
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
