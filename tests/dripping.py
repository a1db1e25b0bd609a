"""滴水的对方: a server on loopback that never ends what it says, one sign at a time."""

import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVERY = 0.05  # seconds
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"
WORDS = {  # what comes at once, and what is repeated for ever
    "headers": (HEAD, b"X-More: 1\r\n"),
    "sized": (HEAD + b"Content-Length: 9999\r\n\r\n", b"x"),
    "unsized": (HEAD + b"Connection: close\r\n\r\n", b"x"),
    "silence": (b"", b""),
}


@dataclass
class Drip:
    """Where it is, and how often it was called."""

    url: str = ""
    calls: int = 0


@contextmanager
def dripping(how: str, certificate: Path | None = None, whole: int = 0) -> Iterator[Drip]:
    """Such a server; with a certificate it speaks TLS; so many answers on each connection are whole ones."""
    at_once, drop = WORDS[how]
    over, told = threading.Event(), Drip()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            told.calls += 1
            line: Any = self.request
            with suppress(OSError):  # the caller hangs up
                line = line if certificate is None else _sealed(line, certificate)
                for _ in range(whole):
                    line.recv(65536)
                    line.sendall(WHOLE)
                line.recv(65536)
                line.sendall(at_once)
                while not over.is_set():
                    line.sendall(drop)
                    time.sleep(EVERY)
            line.close()

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    told.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}/x"
    yield told
    over.set()
    server.shutdown()
    server.server_close()


def _sealed(line: Any, certificate: Path) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context.wrap_socket(line, server_side=True)
