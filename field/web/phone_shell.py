"""手机端外壳: the static files of the phone form, their version, and the service worker that keeps them."""

import hashlib
import json
import mimetypes
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from field.auth import COOKIE, allow
from field.monitoring.visit_rules import definition
from field.registry.rights import Right

FOLDER = Path(__file__).with_name("phone")
LATER = {"places.json"}  # fetched only when a form asks for a place elsewhere
COMMENTS = re.compile(rb"^[ \t]*(?://[^\n]*\n|/\*\*[\s\S]*?\*/\n)|^[ \t]+", re.MULTILINE)
VISIT = re.compile(r"households/([0-9a-f-]{36})/visit")
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}

phone = Blueprint("phone", __name__, url_prefix="/m")


@cache
def files() -> dict[str, bytes]:
    """Every file of the shell by its name below /m/."""
    kept = {path.name: light(path) for path in sorted(FOLDER.iterdir()) if path.suffix != ".md"}
    kept.pop("package.json", None)
    return {**kept, "visit.schema.json": json.dumps(definition(), ensure_ascii=False, separators=(",", ":")).encode()}


def light(path: Path) -> bytes:
    """A file as it travels: modules without comments and indentation, a sixth of their weight on a bad line."""
    content = path.read_bytes()
    return COMMENTS.sub(b"", content) if path.suffix == ".js" else content


@cache
def version() -> str:
    """The shell's version: a digest of all its files."""
    digest = hashlib.sha256()
    for name, content in files().items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


@phone.get("/", defaults={"path": ""})
@phone.get("/<path:path>")
@allow(Right.PUBLIC)
def shell(path: str) -> Response:
    """A file of the shell, or the one page for every address of the form; it holds nothing personal."""
    if path not in files() and "." in path:
        raise NotFound
    name = path if path in files() else "index.html"
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(files()[name], content_type=f"{kind}; charset=utf-8")
    response.set_etag(hashlib.sha256(files()[name]).hexdigest()[:32])
    response.headers["Cache-Control"] = "public, no-cache"
    if (visit := VISIT.fullmatch(path)) and COOKIE in request.cookies:
        household = f"/api/households/{visit[1]}/form"  # asked for before the form itself has arrived
        response.headers["Link"] = f"<{household}>; rel=preload; as=fetch; crossorigin"
    response.make_conditional(request)
    return response


@phone.get("/sw.js")
@allow(Right.PUBLIC)
def service_worker() -> Response:
    """The service worker, told which version of which files it keeps."""
    kept = ["/m/", *(f"/m/{name}" for name in files() if name not in LATER | {"sw.js", "index.html"})]
    told = json.dumps({"version": version(), "shell": kept})
    text = f"self.FIELD = {told};\n".encode() + files()["sw.js"]
    return Response(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
