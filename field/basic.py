"""基本认证: a name and password with each request of a survey app, judged slowly once and then known for a while."""

import hmac
import secrets
from base64 import b64decode
from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from threading import Lock
from typing import Any, NamedTuple

from flask import current_app, request

from field.at_hand import settings
from field.db import db
from field.login import find_session, log_in
from field.problems import Problem

KNOWN_FOR = timedelta(minutes=10)
MOST = 1000


class Opened(NamedTuple):
    """The session that a name and password have opened, and when."""

    token: str
    at: datetime


class Known:
    """认得的: sessions by a keyed digest of name and password; only in the memory of this process, never on paper."""

    def __init__(self) -> None:
        self._key, self._lock = secrets.token_bytes(32), Lock()
        self._opened: OrderedDict[bytes, Opened] = OrderedDict()

    def find(self, words: bytes, now: datetime) -> str | None:
        """The session of these words, if it was opened lately."""
        opened = self._opened.get(self._name(words))
        return opened.token if opened and now - KNOWN_FOR < opened.at <= now else None

    def keep(self, words: bytes, token: str, now: datetime) -> None:
        """Know these words from now on; the oldest are forgotten where they are too many."""
        with self._lock:
            self._opened[self._name(words)] = Opened(token, now)
            self._opened.move_to_end(self._name(words))
            while len(self._opened) > MOST:
                self._opened.popitem(last=False)

    def _name(self, words: bytes) -> bytes:
        return hmac.digest(self._key, words, sha256)


def is_open(endpoint: str) -> bool:
    """Whether a route takes names and passwords; Problem where it does and was asked for over an open line."""
    view: Any = current_app.view_functions.get(endpoint)
    if not getattr(view, "basic", False):
        return False
    if not (request.is_secure or settings().demo or is_loopback(request.remote_addr or "")):
        raise Problem(403, "tls_needed", "请在服务器地址里用 https")
    return True


def token_of(words: str, now: datetime) -> str:
    """The session of a name and password; wrong ones are slowed down as at the log-in."""
    username, password = _apart(words)
    known: Known = current_app.extensions.setdefault("field_basic", Known())
    token = known.find(words.encode(), now)
    if token and find_session(db.session(), token, now):  # not revoked; whether the account has ended, the gate asks
        return token
    token = log_in(username, password, request.remote_addr or "", now).token
    known.keep(words.encode(), token, now)
    return token


def _apart(words: str) -> tuple[str, str]:
    try:
        username, colon, password = b64decode(words, validate=True).decode().partition(":")
    except ValueError:
        colon = ""
    if not colon or len(username) > 60 or len(password) > 200 or not password:
        raise Problem(401, "wrong_login", "用户名或密码不对")
    return username, password


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine itself."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
