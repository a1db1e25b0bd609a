"""手机端外壳: the static files of the phone form, their version, and the service worker that keeps them."""

import hashlib
import json
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from field.at_hand import settings
from field.auth import COOKIE, allow
from field.monitoring.cases.consents import texts
from field.monitoring.visiting.visit_rules import definition
from field.registry.rights import Right
from field.web import phone_english
from field.web.catalogue import in_english

FOLDER = Path(__file__).with_name("phone")
ENGLISH = {"english.js", *phone_english.NAMES}  # kept on the phone of whoever reads English
LATER = {"places.json"} | ENGLISH  # fetched only when a form asks for a place elsewhere, or somebody for English
FRESH = {"Cache-Control": "no-cache", "Vary": "Cookie"}
# At the end of a line only where no quote follows: so never out of a text.
COMMENTS = re.compile(rb"^[ \t]*(?:(?://[^\n]*)?\n|/\*[\s\S]*?\*/\n)|^[ \t]+|[ \t]+// [^'\"`\n]*$", re.MULTILINE)
VISIT = re.compile(r"households/([0-9a-f-]{36})/visit")
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}

phone = Blueprint("phone", __name__, url_prefix="/m")


@cache
def files() -> dict[str, bytes]:
    """Every file of the shell by its name below /m/."""
    kept = {path.name: light(path) for path in sorted(FOLDER.iterdir()) if path.suffix != ".md"}
    kept.pop("package.json", None)
    told = {f"{name}.schema.json": definition(name) for name in ("visit", "revisit")} | {"consents.json": texts()}
    return kept | {name: _compact(value) for name, value in told.items()} | phone_english.files()


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def light(path: Path) -> bytes:
    """A file as it travels: modules and styles without comments, blank lines and indentation."""
    content = path.read_bytes()
    return COMMENTS.sub(b"", content) if path.suffix in (".js", ".css") else content


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
    content = files()[name]
    if name == "index.html" and settings().demo:
        content = content.replace(b"<html ", b"<html data-demo ", 1)  # which is said before anybody has logged in
    response = Response(content, content_type=f"{kind}; charset=utf-8")
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
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
    later = LATER - ENGLISH if in_english() else LATER
    kept = ["/m/", *(f"/m/{name}" for name in files() if name not in later | {"sw.js", "index.html"})]
    told = json.dumps({"version": version(), "shell": kept})
    text = f"self.FIELD = {told};\n".encode() + files()["sw.js"]
    return Response(text, content_type="text/javascript; charset=utf-8", headers=FRESH)
