"""A gateway on loopback for tests: answers as it is told, remembers what it was asked."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Gateway(ThreadingHTTPServer):
    """One provider's API: `status` 0 breaks the line, `slow` (seconds) lets it wait; `queries` and `bodies` were asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.slow = 200, 0.0
        self.answer: Any = {}
        self.each: Callable[[Any, int], Any] = lambda answer, _: answer
        self.headers: dict[str, str] = {}
        self.queries: list[dict[str, str]] = []
        self.bodies: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *args: object) -> None:
        """Whoever waited has gone; that is what such a test is about."""


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.queries.append(query)
        self.server.bodies.append(json.loads(body) if body.startswith(b"{") else body)
        time.sleep(self.server.slow)
        if self.server.status == 0:
            self.connection.close()
            return
        answer = self.server.each(self.server.answer, len(self.server.bodies))
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(self.server.status)
        for name, value in ({"Content-Type": "application/json"} | self.server.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        """Nothing on the screen."""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway for as long as it is wanted."""
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
