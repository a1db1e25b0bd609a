"""微信的 API on loopback, and a county that uses it."""

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field.db import transact
from field.messaging.messages import Outbound, Photo
from field.messaging.providers.wechat import Template
from field.messaging.providers.wechat_sending import WeChatSender, fetch_photo
from field.messaging.providers.wechat_token import Tokens
from tests.messaging.letters import FARMER, SETTINGS

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TOKEN, CUSTOM, SUBSCRIPTION = (
    "/cgi-bin/stable_token",
    "/cgi-bin/message/custom/send",
    "/cgi-bin/message/subscribe/bizsend",
)
MEDIA, OAUTH = "/cgi-bin/media/get", "/sns/oauth2/access_token"
OK = {"errcode": 0, "errmsg": "ok"}
MESSAGE = Outbound(
    "k1", FARMER, "您好", "checkin.ask", {"county": "保康县", "name": "陈", "long": "一" * 50, "empty": "\x00"}
)
Result = TypeVar("Result")


class FakeWeChat(ThreadingHTTPServer):
    """微信的 API: answers by path from a list, the last answer staying; remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Any]] = {CUSTOM: [OK], SUBSCRIPTION: [OK]}
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.tokens = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> Any:
        if path == TOKEN and TOKEN not in self.answers:
            self.tokens += 1
            return {"access_token": f"T{self.tokens}", "expires_in": 7200}
        waiting = self.answers[path]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    """One call; an answer is JSON, bytes, a status, or what is done with the connection."""

    def do_POST(self) -> None:
        server: Any = self.server
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.asked.append((parts.path, dict(parse_qsl(parts.query)), json.loads(body) if body else None))
        answer = server.answer(parts.path)
        if callable(answer):
            answer(self)
            return
        status = answer if isinstance(answer, int) else 200
        self.reply(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def do_GET(self) -> None:
        self.do_POST()

    def reply(self, status: int, content: bytes) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")  # type: ignore[attr-defined]
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Silence."""


def broken(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def slow(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)
    broken(handler)


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(b"x")
        time.sleep(0.05)


class Office:
    """一县: the settings for the fake, tokens in the test's database, and a clock that stands still."""

    def __init__(self, api: FakeWeChat, engine: Engine) -> None:
        templates = {
            "checkin.ask": Template("TPL1", {"thing1": "county", "thing2": "long", "phrase3": "empty"}),
            "wrong": Template("TPL2", {"thing1": "nothing_of_the_kind"}),
        }
        self.settings = replace(SETTINGS, app_secret="shh", url=api.url, templates=templates)
        self.api, self.engine, self.now = api, engine, NOW
        self.tokens = self.worker()

    def transact(self, work: Callable[[Session], Result]) -> Result:
        with Session(self.engine, expire_on_commit=False) as session:
            return transact(work, session)

    def worker(self) -> Tokens:
        """The tokens as another worker sees them."""
        return Tokens(self.settings, self.transact, lambda: self.now)

    def send(self, message: Outbound = MESSAGE) -> str:
        return WeChatSender(self.settings, self.tokens).send(message)

    def photo(self, reference: str = "m1") -> bytes:
        return fetch_photo(self.settings, self.tokens, Photo(reference))
