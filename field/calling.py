"""出门: calls to other houses' systems that are over within a time, however slowly the other side speaks."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class TooSlow(requests.Timeout):
    """太慢: the call was not over in its time; nothing that was read of it counts."""


class _Limit:
    """时限: ends every connection that was opened under it once its time is over."""

    def __init__(self, seconds: float) -> None:
        self.over, self._lines = False, list[socket.socket]()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, line: socket.socket) -> None:
        """Watch a connection, by a handle of our own that lives on when it is sealed by TLS."""
        self._lines.append(socket.socket(fileno=os.dup(line.fileno())))
        if self.over:
            _hang_up(line)

    def close(self) -> None:
        """Watch no longer."""
        self._timer.cancel()
        self._timer.join()
        for line in self._lines:
            line.close()

    def _end(self) -> None:
        self.over = True
        for line in list(self._lines):
            _hang_up(line)


_limit: ContextVar[_Limit] = ContextVar("limit")


class _Watched(HTTPConnection):
    """A connection that each call it serves has under its own limit."""

    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())

    def request(self, *args: Any, **more: Any) -> None:
        if self.sock:  # kept from the call before
            _watched(self.sock)
        super().request(*args, **more)


class _Sealed(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _Sealed


POOLS = {"http": _PlainPool, "https": _SealedPool}


class Watched(HTTPAdapter):
    """看着的线路: what a session's calls go through, so that `limited` can end them; they fail outside it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


def watch(session: requests.Session) -> requests.Session:
    """The session, each call of which is to be `limited` from now on."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, Watched())
    return session


@contextmanager
def within(seconds: float) -> Iterator[requests.Session]:
    """A session whose calls are all over within so many seconds, from the first word to the last; else TooSlow."""
    with limited(seconds), watch(requests.Session()) as session:
        yield session


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """The same for calls of watched sessions that live longer."""
    here = _Limit(seconds)
    token = _limit.set(here)
    try:
        yield
    except Exception:
        if here.over:
            raise TooSlow from None
        raise
    finally:
        _limit.reset(token)
        here.close()
    if here.over:  # what was read may be cut
        raise TooSlow


def _watched(line: socket.socket) -> socket.socket:
    _limit.get().watch(line)
    return line


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        line.shutdown(socket.SHUT_RDWR)
