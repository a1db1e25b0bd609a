"""基本认证: names and passwords with each request, for the survey app alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from field import clock, login
from field.db import db
from field.login import LoginSession
from field.registry.staff import Staff
from tests.collecting import HEADERS, parcel, sent, visited
from tests.county import PASSWORD, County

BASIC = ("cadre", PASSWORD)


def test_who_has_not_said_who_they_are_is_asked(small_county: County) -> None:
    for path, method in (("/formList", "GET"), ("/submission", "HEAD"), ("/submission", "POST")):
        answer = small_county.client().open(path, method=method, headers=HEADERS)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_name_and_password_open_no_other_route(small_county: County) -> None:
    for path in ("/api/me", "/api/households", "/api/pack", "/households", "/m/"):
        plain, named = small_county.client().get(path), small_county.client().get(path, auth=BASIC)
        assert (named.status_code, named.data) == (plain.status_code, plain.data)


@pytest.mark.parametrize(
    ("address", "scheme", "status"),
    [("203.0.113.9", "http", 403), ("203.0.113.9", "https", 200), ("127.0.0.1", "http", 200), ("", "http", 403)],
)
def test_passwords_travel_by_tls_alone(small_county: County, address: str, scheme: str, status: int) -> None:
    way: Any = {"environ_base": {"REMOTE_ADDR": address}, "base_url": f"{scheme}://field.example"}
    answer = small_county.client().get("/formList", auth=BASIC, **way)
    assert answer.status_code == status
    stranger = small_county.client().get("/formList", **way)
    assert ("WWW-Authenticate" in stranger.headers) is (status == 200)


def test_a_password_is_hashed_once_and_then_known_for_some_minutes(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    verified = login._verified

    def counted(kept: str, given: str) -> bool:
        asked.append(given)
        return verified(kept, given)

    monkeypatch.setattr(login, "_verified", counted)
    client, start = small_county.client(), clock.now()
    for minute, hashed in ((0, 1), (1, 1), (9, 1), (11, 2), (12, 2)):
        monkeypatch.setattr(clock, "now", lambda minute=minute: start + timedelta(minutes=minute))
        assert client.get("/formList", auth=BASIC).status_code == 200
        assert len(asked) == hashed
    assert client.get("/formList", auth=("cadre", "wrong")).status_code == 401
    assert client.get("/formList", auth=("town", PASSWORD)).status_code == 200
    assert len(asked) == 4


def test_an_account_that_ended_or_whose_sessions_were_ended_is_asked_anew(small_county: County) -> None:
    client = small_county.client()
    assert client.get("/formList", auth=BASIC).status_code == 200
    with small_county.app.app_context():
        staff = small_county.actor("cadre").staff_id
        db.session.execute(update(LoginSession).values(revoked_at=clock.now()))
        db.session.execute(update(Staff).where(Staff.id == staff).values(password_hash="changed"))
        db.session.commit()
    assert client.get("/formList", auth=BASIC).status_code == 401
    assert client.get("/formList", auth=("town", PASSWORD)).status_code == 200
    with small_county.app.app_context():
        db.session.execute(update(Staff).values(ended_at=clock.now()))
        db.session.commit()
    assert client.get("/formList", auth=("town", PASSWORD)).status_code == 401


def test_who_guesses_is_slowed_down(small_county: County) -> None:
    client = small_county.client()
    answers = [client.get("/formList", auth=("cadre", f"wrong {n}")) for n in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    with small_county.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 0


@pytest.mark.parametrize("words", ["", "x", "Og==", "Y2FkcmU=", "Y2FkcmU6", "中", "/w==", "A" * 9000])
def test_strange_credentials_are_wrong_ones(small_county: County, words: str) -> None:
    header = f"Basic {words}".encode().decode("latin-1")
    assert small_county.client().get("/formList", headers={"Authorization": header}).status_code == 401


def test_a_department_has_no_visits_to_make(small_county: County) -> None:
    assert small_county.client().get("/formList", auth=("medical", PASSWORD)).status_code == 403
    assert sent(small_county, parcel(visited(small_county)), "medical").status_code == 403
