"""田野 Field: how a county keeps its households from falling back into poverty."""

import os
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_compress import Compress
from flask_migrate import Migrate
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadHost, HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from field import api, auth, commands, latency, logs, web
from field.api import openrosa
from field.config import MIGRATIONS, Settings, from_environment
from field.converters import CONVERTERS
from field.db import Unavailable, db, engine_options, prepare
from field.demo.secrets import completed
from field.jobs.receipts_read import reader
from field.labels import Word
from field.ledger.entries import Closed
from field.media.pieces import Pieces
from field.media.vault import Vault
from field.messaging.connected import connect
from field.messaging.dialogs.loading import use_dialogs
from field.messaging.domestic_hooks import domestic_hooks
from field.messaging.hooks import hooks
from field.messaging.outbox import sign_with
from field.monitoring.policy.shelf import use_shelf
from field.monitoring.posts.sharing_rules import NotShared
from field.monitoring.refusals import Refused
from field.patience import Patience
from field.problems import NOT_ALLOWED, Problem
from field.registry.rights import NotAllowed
from field.registry.sealing import Keyring, load_keyring, use_keyring

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cache-Control": "private, no-store",
}


def create_app(settings: Settings | None = None) -> Flask:
    """The application of one county."""
    settings = settings or from_environment()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    ring = load_keyring(settings.keys)
    use_keyring(ring)
    use_dialogs(settings.home / "dialogs")
    use_shelf(settings.policy)
    app = Flask(__name__, static_folder=None, template_folder="web/templates")
    app.config.from_mapping(_configuration(settings))
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]  # no view is a coroutine; Flask looks each time
    app.url_map.converters |= CONVERTERS
    app.extensions["field_vault"] = Vault(settings.photos, ring)
    app.extensions["field_reader"] = reader(settings.read_receipts)
    app.extensions["field_pieces"] = Pieces(settings.home / "uploads", ring)
    app.wsgi_app = Patience(app.wsgi_app, settings.silence)  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    _connect(app, settings, ring)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    Migrate(app, db, directory=str(MIGRATIONS))
    Compress(app)
    logs.set_up(app, settings.json_log, settings.proxies > 0)
    auth.guard(app)
    api.register(app)
    web.register(app)
    app.register_blueprint(hooks)
    app.register_blueprint(domestic_hooks)
    commands.register(app)
    app.register_error_handler(Exception, _answer)
    headers = HEADERS | {"Content-Security-Policy": _policy(settings.map_tiles)}
    app.after_request(lambda response: _headers(response, headers))
    latency.set_up(app, settings.home)
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions are told."""
    return {
        "FIELD": settings,
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_MIMETYPES": [
            "text/html", "text/css", "text/javascript", "application/json", "application/manifest+json",
            "image/svg+xml",
        ],
    }  # fmt: skip


def _connect(app: Flask, settings: Settings, ring: Keyring) -> None:
    """The providers of messages, with the demo's own secrets where it has no others."""
    environ = completed(os.environ, settings.public_url, ring.session_key) if settings.demo else os.environ
    connected = connect(environ, settings.public_url, settings.templates, demo=settings.demo)
    app.extensions["field_connected"] = connected
    sign_with(connected.signatures)


def _policy(tiles: str) -> str:
    """What pages may load: all of it from here, but for the map's tiles where a county names a server of them."""
    host = urlsplit(tiles)
    return POLICY.replace("img-src", f"img-src {host.scheme}://{host.netloc}") if host.netloc else POLICY


def _headers(response: Response, headers: dict[str, str]) -> Response:
    there = {name.lower() for name, _ in response.headers}
    wanted = headers | {"Strict-Transport-Security": "max-age=31536000"} if request.is_secure else headers
    response.headers.extend({name: value for name, value in wanted.items() if name.lower() not in there})
    return response


def _answer(error: Exception) -> Any:
    """Every fault as one shape: JSON for programs, a plain page for people."""
    if isinstance(error, HTTPException) and (error.code or 500) < 400:
        return error
    problem = _problem(error)
    if request.blueprint == "openrosa":
        return openrosa.told(problem)
    if request.path.startswith(("/api/", "/hooks/")) or isinstance(request.routing_exception, BadHost):
        return problem.answer()  # without a host no page can link to another
    return web.told(problem)


def _problem(error: Exception) -> Problem:
    """What a fault means for whoever asked."""
    match error:
        case Problem():
            return error
        case NotAllowed():
            return Problem(*NOT_ALLOWED)
        case NotShared():
            return Problem(403, "not_shared", error.words)
        case Refused():
            return Problem(422, "invalid", "填写有误，请改正后再提交", error.faults)
        case Unavailable():
            words = "系统暂时忙，没有记下，请过几分钟再试；手机里的内容都在，会自己再传"
            return Problem(503, "unavailable", words, headers={"Retry-After": "30"})
        case Closed() | ParseException():
            return Problem(*(CUT if isinstance(error, ParseException) else ERASED))
        case HTTPException():
            status = error.code or 500
            headers = {key: value for key, value in error.get_headers() if key in ("Allow", "Retry-After")}
            return Problem(status, f"http_{status}", WORDS.get(status, "没有完成，请重试"), headers=headers)
    current_app.logger.error("unforeseen %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return Problem(500, "unforeseen", "系统出错了，没有保存。请稍后再试")


ERASED = (409, "erased", Word("这一户已依法删除，不能再记。请和县里联系"))
CUT = (400, "cut", Word("内容没有传完，请再传一次"))
WORDS = {
    400: Word("内容看不懂，请检查后再交"),
    404: Word("没有找到"),
    405: Word("这个网址不能这样用。请回到页面上，从按钮再办一次"),
    413: Word("内容太大，没有保存。文件请分成几份再交，照片请选小一点的"),
    415: Word("格式不支持"),
}
