"""微信的令牌: one for all workers, renewed by one at a time, whatever happens to that one; on both databases."""

import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from field import create_app
from field.config import Settings
from field.messaging.connected import Connected
from field.messaging.messages import SendError
from field.messaging.providers import wechat_token
from tests.messaging.fake_wechat import NOW, TOKEN, FakeWeChat, Office, broken, slow
from tests.messaging.letters import AES_KEY, SETTINGS


def test_one_token_serves_all_workers_until_it_ends(both: Office) -> None:
    assert [both.tokens.current(), both.worker().current(), both.tokens.current()] == ["T1"] * 3
    both.now += timedelta(minutes=115)
    assert both.tokens.current() == "T1"
    both.now += timedelta(minutes=2)
    assert [both.worker().current(), both.tokens.current()] == ["T2"] * 2
    assert both.api.paths() == [TOKEN, TOKEN]


def test_a_token_that_another_worker_has_renewed_is_not_renewed_again(both: Office) -> None:
    other = both.worker()
    both.tokens.current()
    other.current()
    assert [both.tokens.current(refused="T1"), other.current(refused="T1")] == ["T2"] * 2
    assert both.api.tokens == 2


def test_many_workers_at_once_ask_for_one_token(both: Office) -> None:
    told: list[str] = []

    def after_the_others(handler: Any) -> None:
        for _ in range(300):
            if len(told) == 5:
                break
            time.sleep(0.01)
        handler.reply(200, b'{"access_token":"T","expires_in":7200}')

    def ask() -> None:
        try:
            told.append(both.worker().current())
        except SendError as error:
            told.append(f"later, {error.after}")

    both.api.answers[TOKEN] = [after_the_others]
    workers = [threading.Thread(target=ask) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(told) == ["T"] + ["later, 5"] * 5
    assert both.api.paths() == [TOKEN]


def test_while_one_renews_the_others_go_on_with_the_old(both: Office) -> None:
    both.tokens.current()
    both.now += timedelta(minutes=117)
    seen: list[str] = []

    def meanwhile(handler: Any) -> None:
        seen.append(both.worker().current())
        handler.reply(200, b'{"access_token":"T2","expires_in":7200}')

    both.api.answers[TOKEN] = [meanwhile]
    assert both.worker().current() == "T2"
    assert seen == ["T1"]


def test_who_dies_while_renewing_holds_the_others_up_for_a_moment_only(both: Office) -> None:
    both.transact(partial(wechat_token._hold, app_id=SETTINGS.app_id, refused=None, now=NOW))
    with pytest.raises(SendError):
        both.tokens.current()
    both.now += timedelta(seconds=21)
    assert both.tokens.current() == "T1"


def test_the_token_lies_sealed(both: Office) -> None:
    both.tokens.current()
    with both.engine.connect() as connection:
        [kept] = connection.execute(text("SELECT token FROM wechat_token")).scalars()
    assert len(kept) > 16
    assert b"T1" not in bytes(kept)


@pytest.mark.parametrize(
    ("answer", "after", "reason"),
    [
        ({"errcode": -1, "errmsg": "busy"}, 5, "token: -1"),
        ({"errcode": 40164, "errmsg": "invalid ip 1.2.3.4, not in whitelist"}, 600, "token: 40164"),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, 600, "token: 40125"),
        ({"access_token": "T", "expires_in": "soon"}, 600, "token: None"),
        ([], 600, "token: None"),
        (b"<html>", 5, "token: no answer"),
        (500, 600, "token: None"),
        (broken, 5, "token: no answer"),
        (slow, 5, "token: no answer"),
    ],
)
@pytest.mark.usefixtures("hurried")
def test_without_a_token_nothing_is_sent_and_all_is_tried_again(
    office: Office, answer: Any, after: int, reason: str
) -> None:
    office.api.answers[TOKEN] = [answer]
    with pytest.raises(SendError) as caught:
        office.send()
    assert (caught.value.retryable, caught.value.after, caught.value.reason) == (True, after, reason)
    assert office.api.paths() == [TOKEN]
    del office.api.answers[TOKEN]
    assert office.send() == "k1", "nobody is held up by who failed"


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [({"access_token": "T", "expires_in": 7200}, 0, "接通了"), ({"errcode": 40164, "errmsg": "x"}, 1, "40164")],
)
def test_a_county_checks_its_settings_from_the_terminal(
    wechat_api: FakeWeChat,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    code: int,
    told: str,
) -> None:
    for name, value in (
        ("TOKEN", "t"),
        ("AES_KEY", AES_KEY),
        ("APP_ID", "wx1"),
        ("APP_SECRET", "s"),
        ("API_URL", wechat_api.url),
    ):
        monkeypatch.setenv(f"WECHAT_{name}", value)
    wechat_api.answers[TOKEN] = [answer]
    app = create_app(Settings(tmp_path / "home", sqlite_url))
    result = app.test_cli_runner().invoke(args=["wechat", "check"])
    assert (result.exit_code, told in result.output) == (code, True)
    app.extensions["field_connected"] = Connected("http://127.0.0.1:8000")
    assert app.test_cli_runner().invoke(args=["wechat", "check"]).exit_code == 1
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
