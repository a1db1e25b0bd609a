"""What the tests of WeChat's API stand on."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from field.db import engine_for
from field.messaging.providers import wechat_sending, wechat_token
from tests.messaging.fake_wechat import FakeWeChat, Office


@pytest.fixture
def wechat_api() -> Iterator[FakeWeChat]:
    server = FakeWeChat()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def both(wechat_api: FakeWeChat, engine: Engine) -> Office:
    """On both databases."""
    return Office(wechat_api, engine)


@pytest.fixture
def office(wechat_api: FakeWeChat, sqlite_url: str) -> Iterator[Office]:
    """On SQLite alone, for what does not depend on the database."""
    engine = engine_for(sqlite_url)
    yield Office(wechat_api, engine.execution_options(field_writes=True))
    engine.dispose()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short time-outs."""
    monkeypatch.setattr(wechat_sending, "TIMEOUT", (1.0, 1.0))
    monkeypatch.setattr(wechat_token, "TIMEOUT", (1.0, 1.0))
