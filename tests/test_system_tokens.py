"""系统令牌: a department's system sends lists with a token of its own, and can do nothing else with it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field import clock
from field.codes import Role
from field.db import db, transact
from field.registry.staff import NoDepartment, find_staff
from field.system_tokens import SystemToken, make_token, revoke_token
from tests.county import County
from tests.running import flask
from tests.screenings import HOME, a_list, sick

OTHER_TOWN = "420626102"


def token(county: County, username: str = "medical", region: str | None = None, days: int = 1) -> str:
    with county.app.app_context():
        now = clock.now()
        staff = find_staff(db.session(), username)
        assert staff is not None
        until = now + timedelta(days=days)
        return transact(lambda session: make_token(session, staff, region, "医保结算系统", until, now))


def send(county: County, bearer: str, *rows: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"}
    return county.client().post("/api/screening", json=a_list(*(rows or (sick(0),))), headers=headers)


def test_a_system_sends_a_list_and_reads_its_answers(county: County) -> None:
    bearer = token(county)
    answer = send(county, bearer)
    assert (answer.status_code, answer.get_json()["answers"][0]["answer"]) == (201, "monitored")
    headers = {"Authorization": f"Bearer {bearer}"}
    path = f"/api/screening/{answer.get_json()['id']}"
    assert county.client().get(path, headers=headers).status_code == 200
    assert county.client("medical").get(path).status_code == 200, "it is the department's own list"


def test_what_a_token_of_another_town_sent_in_vain_is_no_repetition(county: County) -> None:
    elsewhere = send(county, token(county, region=OTHER_TOWN))
    assert elsewhere.get_json()["answers"][0]["answer"] == "not_listed"
    here = send(county, token(county, region="420626107"))
    assert (here.status_code, here.get_json()["answers"][0]["answer"]) == (201, "monitored")
    assert here.get_json()["id"] != elsewhere.get_json()["id"], "nobody is handed another region's list"


@pytest.mark.parametrize(
    "path",
    [
        "/api/me",
        "/api/statistics",
        "/api/households",
        "/api/leads",
        "/api/jobs/019aaaaa-0000-7000-8000-000000000001",
        "/doubtful",
        "/",
    ],
)
def test_a_token_opens_nothing_else(small_county: County, path: str) -> None:
    headers = {"Authorization": f"Bearer {token(small_county)}"}
    assert small_county.client().get(path, headers=headers).status_code == 403


def test_the_token_is_kept_only_as_a_digest(small_county: County) -> None:
    bearer = token(small_county)
    with small_county.app.app_context():
        row = db.session.scalars(select(SystemToken)).one()
        assert bearer not in str(vars(row))
        assert row.used_at is None
    send(small_county, bearer)
    with small_county.app.app_context():
        assert db.session.scalars(select(SystemToken.used_at)).one() is not None


def test_a_token_that_was_taken_back_or_is_over_or_made_up_is_refused(small_county: County) -> None:
    bearer = token(small_county)
    with small_county.app.app_context():
        number = db.session.scalars(select(SystemToken.id)).one()
        assert transact(lambda session: revoke_token(session, number[:12], clock.now())) == 1
    for dead in (bearer, token(small_county, days=-1), bearer[:-1] + "x", "field-system-"):
        assert send(small_county, dead).status_code == 401


def test_a_token_in_a_cookie_is_none(small_county: County) -> None:
    client = small_county.client()
    client.set_cookie("field_session", token(small_county))
    assert client.get("/api/screening").status_code == 401


def test_the_account_ends_and_so_does_its_token(small_county: County) -> None:
    bearer = token(small_county)
    small_county.move("medical", Role.TOWN, "420626107")
    assert send(small_county, bearer).status_code == 401


def test_a_token_for_a_smaller_region_finds_nobody_outside(small_county: County) -> None:
    answer = send(small_county, token(small_county, region=OTHER_TOWN), sick(0), sick(2))
    assert [one["answer"] for one in answer.get_json()["answers"]] == ["not_listed", "monitored"]
    village = {
        "name": "某人",
        "birth_date": "1990-01-01",
        "village": HOME,
        "reason": "other",
        "issued_on": "2026-01-01",
    }
    answer = send(small_county, token(small_county, region=OTHER_TOWN), village)
    assert answer.get_json()["answers"][0]["answer"] == "bad"


@pytest.mark.parametrize(("username", "region"), [("county", None), ("cadre", None), ("medical", "420606")])
def test_only_a_departments_account_has_tokens_and_only_within_its_region(
    small_county: County, username: str, region: str | None
) -> None:
    with pytest.raises(NoDepartment):
        token(small_county, username, region)


def test_tokens_are_made_listed_and_taken_back_from_the_terminal(small_county: County) -> None:
    made = flask(small_county, "token", "make", "medical", "--note", "医保结算系统")
    bearer = made.stdout.strip()
    assert send(small_county, bearer).status_code == 201
    listed = flask(small_county, "token", "list").stdout
    assert "medical" in listed
    assert bearer not in listed
    assert flask(small_county, "token", "revoke", listed.split("\t")[0]).returncode == 0
    assert send(small_county, bearer).status_code == 401
    assert "已收回" in flask(small_county, "token", "list").stdout
    assert flask(small_county, "token", "make", "county", "--note", "不行").returncode == 1
    assert flask(small_county, "token", "revoke", "0" * 12).returncode == 1


def test_a_system_that_comes_too_often_waits_and_is_let_in_again(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    bearer, now = token(small_county), clock.now()
    headers, client = {"Authorization": f"Bearer {bearer}"}, small_county.client()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert [client.get("/api/screening", headers=headers).status_code for _ in range(60)] == [200] * 60
    answer = client.get("/api/screening", headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "请等 60 秒再来" in answer.get_json()["detail"]
    assert send(small_county, bearer).status_code == 429, "whatever is asked"
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=1))
    assert client.get("/api/screening", headers=headers).status_code == 200
    assert (
        small_county.client()
        .get("/api/screening", headers={"Authorization": f"Bearer {token(small_county)}"})
        .status_code
        == 200
    )
