"""微信的令牌: one access token for all workers, kept sealed in the database and renewed by one of them at a time.

No transaction waits for WeChat: who renews says so for a moment, asks outside any, and writes down the answer.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import requests
from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.calling import within
from field.messaging.messages import SendError
from field.messaging.providers.wechat import WeChat
from field.messaging.sending import Transact
from field.orm import Base, Utc
from field.prepared import add_or_leave
from field.registry.sealing import Sealed

TIMEOUT = (3.0, 5.0)  # seconds to connect and to wait for a word
WHOLE = 9.0  # seconds of a whole call, however slowly WeChat speaks; five at most stay within a lease of the outbox
EARLY = timedelta(minutes=4)  # the next token is given 5 minutes before the end; until then both stand
RENEWING = timedelta(seconds=20)
BUSY, WRONG_SETTINGS = 5, 600  # seconds until the next try


class WeChatToken(Base):
    """令牌: of an account by its app id; `renewing_until` while somebody asks for the next."""

    __tablename__ = "wechat_token"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str | None] = mapped_column(Sealed("wechat_token"))
    expires_at: Mapped[Utc | None]
    renewing_until: Mapped[Utc | None]


class Held(NamedTuple):
    """What stands in the table: a token that may be used, or whether to ask for one now."""

    token: str | None
    expires_at: datetime | None
    ask: bool


class Tokens:
    """令牌的门: gives the token in use, and another one when WeChat refuses it."""

    def __init__(self, settings: WeChat, transact: Transact, clock: Callable[[], datetime]) -> None:
        self.settings, self.transact, self.clock = settings, transact, clock
        self.known: str | None = None
        self.until: datetime | None = None

    def current(self, refused: str | None = None) -> str:
        """The token in use, or another than the refused one; SendError (try again) where there is none just now."""
        now = self.clock()
        if self.known and self.known != refused and self.until and now < self.until - EARLY:
            return self.known
        held: Held = self.transact(partial(_hold, app_id=self.settings.app_id, refused=refused, now=now))
        if held.ask:
            held = self._renewed(now)
        if held.token is None:
            raise SendError("token: being renewed", retryable=True, after=BUSY)
        self.known, self.until = held.token, held.expires_at
        return held.token

    def _renewed(self, now: datetime) -> Held:
        keep = partial(_keep, app_id=self.settings.app_id)
        try:
            token, seconds = _fetched(self.settings)
        except BaseException:
            self.transact(partial(keep, values={}))
            raise
        held = Held(token, now + timedelta(seconds=seconds), ask=False)
        self.transact(partial(keep, values={"token": held.token, "expires_at": held.expires_at}))
        return held


def _hold(session: Session, app_id: str, refused: str | None, now: datetime) -> Held:
    add_or_leave(session, WeChatToken, {"app_id": app_id})
    row = session.get_one(WeChatToken, app_id, with_for_update=True, populate_existing=True)
    usable = row.token if row.token != refused and row.expires_at and now < row.expires_at else None
    being_renewed = row.renewing_until is not None and now < row.renewing_until
    fresh = usable is not None and row.expires_at is not None and now < row.expires_at - EARLY
    if fresh or being_renewed:
        return Held(usable, row.expires_at, ask=False)
    row.renewing_until = now + RENEWING
    return Held(None, None, ask=True)


def _keep(session: Session, app_id: str, values: dict[str, Any]) -> None:
    mine = update(WeChatToken).where(WeChatToken.app_id == app_id)
    session.execute(mine.values(renewing_until=None, **values))


def _fetched(settings: WeChat) -> tuple[str, int]:
    """A token and its seconds; never by force, which would take the county's other systems theirs away."""
    wanted = {"grant_type": "client_credential", "appid": settings.app_id, "secret": settings.app_secret}
    url = f"{settings.api}/cgi-bin/stable_token"
    try:
        with within(WHOLE) as calls:
            answer = calls.post(url, json=wanted | {"force_refresh": False}, timeout=TIMEOUT, allow_redirects=False)
        told = answer.json()
        return str(told["access_token"]), int(told["expires_in"])
    except requests.RequestException:  # which what is not JSON is too
        raise SendError("token: no answer", retryable=True, after=BUSY) from None
    except (KeyError, TypeError, ValueError):
        code = told.get("errcode") if isinstance(told, dict) else None
        raise SendError(f"token: {code}", retryable=True, after=BUSY if code == -1 else WRONG_SETTINGS) from None
