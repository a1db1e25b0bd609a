"""登录: cookies, forged requests, sessions that end, and the slow-down of who guesses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import sleep

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from field import clock, create_app, login
from field.auth import right_of
from field.codes import Role
from field.config import from_environment
from field.db import db, transact
from field.registry.rights import Right
from field.registry.staff import Post, Staff
from tests.county import PASSWORD, County
from tests.running import settings_of

OFFICE, ELSEWHERE = "10.0.0.1", "203.0.113.9"
PHONE = {"device": "019aaaaa-0000-7000-8000-0000000000cc", "waiting": 0}


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = clock.now()

    def __call__(self) -> datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moving = Clock()
    monkeypatch.setattr(clock, "now", moving)
    return moving


@pytest.fixture
def browser(small_county: County) -> FlaskClient:
    """A signed-in browser of the cadre, with its cookies."""
    client = FlaskClient(small_county.app, small_county.app.response_class)
    assert client.post("/api/login", json={"username": "cadre", "password": PASSWORD}).status_code == 200
    return client


def enter(county: County, username: str, password: str = PASSWORD, address: str = OFFICE) -> TestResponse:
    """Try to log in from an address."""
    words = {"username": username, "password": password}
    return county.client().post("/api/login", json=words, environ_base={"REMOTE_ADDR": address})


def guess(county: County, username: str, times: int, address: str = OFFICE) -> list[int]:
    return [enter(county, username, f"wrong {n}", address).status_code for n in range(times)]


def cookie(client: FlaskClient, name: str) -> str:
    found = client.get_cookie(name)
    assert found is not None
    return found.value


def me(county: County, token: str) -> TestResponse:
    return county.client().get("/api/me", headers={"Authorization": f"Bearer {token}"})


def flags(answer: TestResponse) -> dict[str, set[str]]:
    """Each cookie that an answer sets, with its flags."""
    told = {}
    for line in answer.headers.getlist("Set-Cookie"):
        [name] = list(parse_cookie(line.partition(";")[0]))
        told[name] = {part.strip() for part in line.split(";")[1:]}
    return told


def test_a_cookie_without_its_token_writes_nothing_and_with_it_does(browser: FlaskClient) -> None:
    refused = browser.post("/api/phones", json=PHONE)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf")
    token = cookie(browser, "field_csrf")
    assert browser.post("/api/phones", json=PHONE, headers={"X-CSRF-Token": token}).status_code == 204


@pytest.mark.parametrize("token", ["", "0" * 64, "中", "x" * 100_000])
def test_another_token_than_the_sessions_own_is_refused(browser: FlaskClient, token: str) -> None:
    headers = {"X-CSRF-Token": token.encode().decode("latin-1")}
    assert browser.post("/api/phones", json=PHONE, headers=headers).status_code == 403


def test_the_token_of_another_session_is_refused(browser: FlaskClient, small_county: County) -> None:
    other = FlaskClient(small_county.app, small_county.app.response_class)
    other.post("/api/login", json={"username": "cadre", "password": PASSWORD})
    headers = {"X-CSRF-Token": cookie(other, "field_csrf")}
    assert browser.post("/api/phones", json=PHONE, headers=headers).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_unsafe_method_goes_without_the_token(browser: FlaskClient, method: str) -> None:
    paths = ("/api/logout", "/api/visits", f"/api/evidence/{'0' * 64}", f"/api/uploads/{'0' * 32}")
    assert {browser.open(path, method=method).status_code for path in paths} <= {403, 405}
    assert browser.get("/api/me").status_code == 200


def test_reading_by_cookie_needs_no_token(browser: FlaskClient) -> None:
    assert browser.get("/api/me").get_json()["username"] == "cadre"


def test_a_bearer_needs_no_token_and_a_wrong_one_is_not_helped_by_the_cookie(
    browser: FlaskClient, small_county: County
) -> None:
    assert small_county.client("cadre").post("/api/phones", json=PHONE).status_code == 204
    answer = browser.post("/api/phones", json=PHONE, headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_a_page_of_another_site_logs_nobody_in(small_county: County) -> None:
    said = {"username": "cadre", "password": PASSWORD}
    answer = small_county.client().post("/api/login", json=said, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (403, [])


def test_no_script_reads_the_session_and_only_the_token_is_readable(small_county: County) -> None:
    told = flags(enter(small_county, "cadre"))
    assert set(told) == {"field_session", "field_csrf"}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= told["field_session"]
    assert "HttpOnly" not in told["field_csrf"]
    assert "SameSite=Lax" in told["field_csrf"]


@pytest.mark.parametrize(("public_url", "secure"), [("https://field.example", True), ("http://127.0.0.1:8000", False)])
def test_behind_an_https_address_the_cookies_travel_by_tls_alone(
    small_county: County, public_url: str, secure: bool
) -> None:
    settings = settings_of(small_county)
    own = {"FIELD_HOME": str(settings.home), "FIELD_DATABASE_URL": settings.database_url}
    app = create_app(from_environment({**own, "FIELD_PUBLIC_URL": public_url}))
    answer = app.test_client().post("/api/login", json={"username": "cadre", "password": PASSWORD})
    assert [("Secure" in told) for told in flags(answer).values()] == [secure, secure]
    with app.app_context():
        db.engine.dispose()


def answers(county: County) -> Iterator[TestResponse]:
    """One answer of every sort."""
    cadre, stranger = county.client("cadre"), county.client()
    yield stranger.get("/api/openapi.json")
    yield stranger.get("/api/docs")
    yield stranger.get("/m/")
    yield stranger.get("/m/main.js")
    page = stranger.get("/m/main.js")
    yield stranger.get("/m/main.js", headers={"If-None-Match": page.headers["ETag"]})
    yield stranger.get("/api/me")
    yield cadre.get("/api/me")
    yield cadre.get("/api/phones")
    yield cadre.get("/nowhere")
    yield cadre.get("/api/nowhere")
    yield cadre.delete("/api/me")
    yield cadre.post("/api/visits", data=b"{")
    yield cadre.post("/api/visits", data=b" " * 3_000_000)
    yield cadre.post("/api/visits", json={})
    yield cadre.get(f"/api/evidence/{'0' * 64}")
    yield stranger.open("/api/uploads", method="OPTIONS", headers={"Tus-Resumable": "1.0.0"})
    yield cadre.get("/api/breaks")


def test_every_answer_carries_the_security_headers_errors_too(
    small_county: County,
) -> None:
    def breaks() -> str:
        raise RuntimeError("420626199107083515")

    breaks.right = Right.SIGNED_IN  # type: ignore[attr-defined]
    small_county.app.add_url_rule("/api/breaks", "breaks", breaks)
    small_county.app.testing = False
    seen = set()
    for answer in answers(small_county):
        seen.add(answer.status_code)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Cache-Control" in answer.headers
        assert "420626199107083515" not in answer.get_data(as_text=True)
    assert seen == {200, 204, 304, 400, 401, 403, 404, 405, 413, 422, 500}


def test_over_tls_the_browser_is_told_to_stay_there(small_county: County) -> None:
    plain, tls = (small_county.client().get("/m/", base_url=url) for url in ("http://a.example", "https://a.example"))
    assert "Strict-Transport-Security" not in plain.headers
    assert "max-age" in tls.headers["Strict-Transport-Security"]


def test_five_wrong_guesses_make_the_account_wait_even_with_the_right_password(
    small_county: County, time: Clock
) -> None:
    assert guess(small_county, "cadre", 6) == [401] * 5 + [429]
    answer = enter(small_county, "cadre")
    assert answer.status_code == 429
    time.wait(int(answer.headers["Retry-After"]) + 1)
    assert enter(small_county, "cadre").status_code == 200


def test_guessing_all_at_once_gives_no_more_guesses(
    county: County, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = login._verified

    def slowly(kept: str, password: str) -> bool:
        sleep(0.02)
        return judge(kept, password)

    monkeypatch.setattr(login, "_verified", slowly)
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda n: enter(county, "cadre", f"wrong {n}").status_code, range(20)))
    assert set(told) == {401, 429}
    assert told.count(401) <= 6  # two are judged at a time


def test_each_further_guess_doubles_the_pause_up_to_five_minutes(small_county: County, time: Clock) -> None:
    guess(small_county, "cadre", 5)
    pauses = []
    for _ in range(9):
        pauses.append(int(enter(small_county, "cadre", "wrong").headers["Retry-After"]))
        time.wait(pauses[-1])
        assert enter(small_county, "cadre", "wrong").status_code == 401
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert int(enter(small_county, "cadre").headers["Retry-After"]) == 300


def test_after_a_quarter_of_an_hour_all_is_forgotten(small_county: County, time: Clock) -> None:
    guess(small_county, "cadre", 5)
    time.wait(15 * 60 + 1)
    assert guess(small_county, "cadre", 5) == [401] * 5


def test_logging_in_forgets_ones_own_slips(small_county: County, time: Clock) -> None:
    for _ in range(3):
        assert guess(small_county, "cadre", 4) == [401] * 4
        assert enter(small_county, "cadre").status_code == 200


def test_writing_the_name_otherwise_gives_no_more_guesses(small_county: County, time: Clock) -> None:
    names = ["cadre", "CADRE", " cadre", "Cadre ", "cadre"]
    assert [enter(small_county, name, "wrong").status_code for name in names] == [401] * 5
    assert enter(small_county, "cadre").status_code == 429


def test_guessing_from_many_addresses_gives_no_more_guesses(small_county: County, time: Clock) -> None:
    tries = [enter(small_county, "cadre", "wrong", f"203.0.113.{n}").status_code for n in range(8)]
    assert tries == [401] * 5 + [429] * 3


def test_a_stranger_elsewhere_does_not_lock_the_holder_out_of_his_usual_place(
    small_county: County, time: Clock
) -> None:
    assert enter(small_county, "cadre").status_code == 200
    assert guess(small_county, "cadre", 7, ELSEWHERE) == [401] * 5 + [429] * 2
    assert enter(small_county, "cadre").status_code == 200
    assert guess(small_county, "cadre", 1, ELSEWHERE) == [429], "nor does the holder's log-in help the stranger"


def test_a_colleagues_slips_do_not_lock_the_office_out(small_county: County, time: Clock) -> None:
    assert 429 in guess(small_county, "town", 10)
    assert enter(small_county, "cadre").status_code == 200
    assert enter(small_county, "county").status_code == 200


def test_who_tries_many_names_from_one_address_must_pause_and_those_at_home_there_need_not(
    small_county: County, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "STRANGERS_TRIES", 6)
    assert enter(small_county, "town").status_code == 200
    tries = [enter(small_county, f"name{n}", "wrong").status_code for n in range(8)]
    assert tries == [401] * 6 + [429] * 2
    assert enter(small_county, "cadre").status_code == 429, "never seen here before"
    assert enter(small_county, "town").status_code == 200
    assert enter(small_county, "cadre", address=ELSEWHERE).status_code == 200
    time.wait(login.STRANGERS_PAUSE + 1)
    assert enter(small_county, "cadre").status_code == 200


def test_a_name_that_is_not_there_is_told_like_a_wrong_password(small_county: County, time: Clock) -> None:
    one, other = enter(small_county, "cadre", "wrong"), enter(small_county, "nobody", "wrong")
    assert one.data == other.data
    assert guess(small_county, "nobody", 5) == [401] * 4 + [429]


def test_failures_keep_neither_name_nor_address_nor_password(small_county: County, time: Clock) -> None:
    enter(small_county, "cadre", "geheimes Wort")
    with small_county.app.app_context():
        kept = str(db.session.execute(text("SELECT * FROM login_failure")).all())
    assert len(kept) > 100
    assert [word for word in ("cadre", OFFICE, "geheimes") if word in kept] == []


def test_the_token_is_kept_nowhere(small_county: County) -> None:
    token = enter(small_county, "cadre").get_json()["token"]
    with small_county.app.app_context():
        kept = str(db.session.execute(text("SELECT * FROM login_session")).all())
    assert token not in kept


def test_after_logging_out_neither_token_nor_cookie_is_good(browser: FlaskClient, small_county: County) -> None:
    token, csrf = cookie(browser, "field_session"), cookie(browser, "field_csrf")
    assert me(small_county, token).status_code == 200
    assert browser.post("/api/logout", headers={"X-CSRF-Token": csrf}).status_code == 204
    assert browser.get_cookie("field_session") is None
    assert me(small_county, token).status_code == 401


def test_all_sessions_of_an_account_can_be_revoked_and_no_others(small_county: County) -> None:
    tokens = [enter(small_county, "cadre").get_json()["token"] for _ in range(2)]
    other = enter(small_county, "town").get_json()["token"]
    staff = small_county.actor("cadre").staff_id
    with small_county.app.app_context():
        transact(lambda session: login.revoke_sessions(session, staff, clock.now()))
    assert [me(small_county, token).status_code for token in (*tokens, other)] == [401, 401, 200]


def test_a_session_ends_by_itself_after_thirty_days(small_county: County, time: Clock) -> None:
    token = enter(small_county, "cadre").get_json()["token"]
    time.wait(30 * 86400 - 1)
    assert me(small_county, token).status_code == 200
    time.wait(2)
    assert me(small_county, token).status_code == 401


@pytest.mark.parametrize("username", ["cadre", "medical"])
def test_an_account_that_has_ended_and_a_department_without_post_are_told_so_at_once_and_cannot_come_back(
    small_county: County, username: str
) -> None:
    token, now = enter(small_county, username).get_json()["token"], clock.now()
    staff = small_county.actor(username).staff_id
    end = (
        update(Staff).where(Staff.id == staff).values(ended_at=now)
        if username == "cadre"
        else update(Post).where(Post.staff_id == staff).values(until=now)
    )
    with small_county.app.app_context():
        transact(lambda session: session.execute(end))
    for answer in (me(small_county, token), enter(small_county, username)):
        assert (answer.status_code, answer.get_json()["code"]) in ((401, "account_ended"), (403, "account_ended"))
    assert enter(small_county, username, "wrong").get_json()["code"] == "wrong_login", "told to its holder alone"


def test_whoever_holds_no_post_any_more_may_hand_in_and_do_nothing_else(small_county: County) -> None:
    token, now = enter(small_county, "cadre").get_json()["token"], clock.now()
    staff = small_county.actor("cadre").staff_id
    end = update(Post).where(Post.staff_id == staff).values(until=now)
    with small_county.app.app_context():
        transact(lambda session: session.execute(end))
    assert me(small_county, token).get_json()["parted"] is True
    assert enter(small_county, "cadre").get_json()["user"]["parted"] is True
    parted, bearer = small_county.app.test_client(), {"Authorization": f"Bearer {token}"}
    open_ones = {"/api/me", "/api/pack"}
    for rule in small_county.app.url_map.iter_rules():
        with small_county.app.app_context():
            if "GET" not in (rule.methods or ()) or rule.arguments or right_of(rule.endpoint) is Right.PUBLIC:
                continue
        answer = parted.get(rule.rule, headers=bearer)
        if rule.rule == "/":
            assert answer.headers["Location"] == "/m/", "no figures either"
        elif "openrosa" not in rule.endpoint:
            assert (answer.status_code == 200) is (rule.rule in open_ones), rule.rule
    assert parted.get("/api/pack", headers=bearer).get_json() == {"items": [], "total": 0, "tasks": []}
    page = parted.post("/login", data={"username": "cadre", "password": PASSWORD})
    assert page.status_code == 403
    assert "手机里没发出的，请在手机走访里发出" in page.text


def test_another_post_counts_from_the_next_request_on(small_county: County) -> None:
    cadre = small_county.client("cadre")
    here = small_county.households["420626107204"]
    assert cadre.get(f"/api/households/{here}").status_code == 200
    small_county.move("cadre", Role.VILLAGE, "420626102201")
    assert cadre.get(f"/api/households/{here}").status_code == 403


def test_the_address_that_a_stranger_claims_is_believed_only_behind_a_proxy(small_county: County) -> None:
    for proxies, expected in (("0", 1), ("1", 2)):
        settings = settings_of(small_county)
        own = {"FIELD_HOME": str(settings.home), "FIELD_DATABASE_URL": settings.database_url}
        app = create_app(from_environment({**own, "FIELD_PROXIES": proxies}))
        with app.app_context():
            transact(lambda session: session.execute(text("DELETE FROM login_session")))
        for claimed in ("198.51.100.1", "198.51.100.2"):
            words = {"username": "cadre", "password": PASSWORD}
            app.test_client().post("/api/login", json=words, headers={"X-Forwarded-For": claimed})
        with app.app_context():
            addresses = db.session.scalars(select(login.LoginSession.address).distinct()).all()
            assert len(addresses) == expected
            db.session.remove()
            db.engine.dispose()
