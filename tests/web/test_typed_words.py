"""看原话: numbers that people typed are masked wherever an entry is read, and seen whole only against a reason."""

from typing import Any

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.ledger.entries import Entry
from field.monitoring.rebuild import rebuild
from field.monitoring.traces import Look, Trace
from field.registry.households import Person
from tests.county import County
from tests.web.office import browser, links, visited, words

HERE = "420626107204"
ID_NUMBER, PHONE, ACCOUNT = "420626196805041012", "13812345678", "6222020200112233445"
TYPED = f"身份证{ID_NUMBER}，电话{PHONE}，卡{ACCOUNT}"
SHOWN = "身份证420626********1012，电话138****5678，卡****3445"
WHY = "核对报销的卡号"


def told(county: County) -> str:
    """A visit with numbers in every text; where its entry stands."""
    problem = {"status": "problem", "note": TYPED}
    sound = {key: {"status": "ok"} for key in ("food", "clothing", "schooling", "housing", "water")}
    visited(
        county, informant=f"邻居{PHONE}", note=TYPED, location_reason=TYPED, guarantees=sound | {"medical": problem}
    )
    return f"/households/{county.households[HERE]}/entries/2/words"


def traces(county: County) -> list[tuple[str, str, str | None]]:
    with county.app.app_context():
        entry = db.session.get_one(Entry, (county.households[HERE], 2))
        rows = select(Trace.actor, Trace.what, Trace.reason).where(Trace.subject == entry.hash)
        return [(by, what, why) for by, what, why in db.session.execute(rows)]


def test_no_page_and_no_answer_shows_a_typed_number_whole(county: County) -> None:
    told(county)
    home, town = county.households[HERE], county.client("town")
    town.post("/api/visits/held", json={"visit": {"household_id": home, "note": TYPED}, "reason": TYPED})
    pages = [
        browser(county, "town").page(path)
        for path in (f"/households/{home}", "/held", f"/households/{home}/application")
    ]
    paths = (f"/api/households/{home}/entries", f"/api/households/{home}/form", "/api/pack")
    for text in [*pages, *(town.get(path).text for path in paths)]:
        assert [number for number in (ID_NUMBER, PHONE, ACCOUNT) if number in text] == []
    assert all(SHOWN in page for page in pages[:2])


MEMBER = dict.fromkeys(("work", "health", "schooling", "labour"), f"x{TYPED}"[:60])
NUMBERS = (ID_NUMBER, PHONE)


def test_numbers_typed_of_a_member_are_masked_too_wherever_the_member_is_told(county: County) -> None:
    with county.app.app_context():
        head = db.session.scalars(select(Person.id).where(Person.household_id == county.households[HERE])).first()
    joined = {"name": f"陈小宝{PHONE}", "relation": f"儿子{PHONE}", "work": ID_NUMBER}
    visited(county, members=[{"person_id": head, **MEMBER}, {"new": joined}])
    heard = {"work": f"电工{PHONE}"}
    call: dict[str, Any] = {
        "id": str(uuid7()),
        "person_id": head,
        "called_at": "2026-11-24T02:00:00Z",
        "answered_by": "family",
    }
    call |= {"said_by": f"邻居{PHONE}", "facts": heard}
    town, home = county.client("town"), county.households[HERE]
    assert town.post("/api/calls", json=call).status_code == 201
    pages = [browser(county, "town").page(path) for path in (f"/households/{home}", f"/households/{home}/application")]
    paths = [f"/api/households/{home}{more}" for more in ("", "/entries", "/form")] + ["/api/pack"]
    for text in [*pages, *(town.get(path).text for path in paths)]:
        assert [number for number in NUMBERS if number in text] == []
    assert "电工138****5678" in pages[0]
    assert "陈小宝138****5678" in pages[0]
    with county.app.app_context():
        assert transact(rebuild).differing == ()
    shown = words(browser(county, "town").send(f"/households/{home}/entries/2/words", reason=WHY).text)
    assert f"姓名 陈小宝{PHONE}" in shown
    assert f"从事工作 {ID_NUMBER}" in shown


def test_what_was_typed_into_cases_measures_marks_and_the_fund_is_masked_on_their_pages_too(county: County) -> None:
    home, town = county.households[HERE], browser(county, "town")
    sent = [
        town.send("/cases", number="H0000", note=TYPED, key=str(uuid7())),
        town.send(f"/long-term/{home}", note=TYPED, key=str(uuid7())),
        town.send(f"/fund/for/{home}", amount="800", note=TYPED, applicant="陈大一", key=str(uuid7())),
        town.send(f"/fund/{HERE}", amount="100", on=clock.now().date().isoformat(), way="cash", note=TYPED),
    ]
    for path in [answer.headers["Location"] for answer in sent] + [f"/long-term/{home}", "/tasks"]:
        page = town.page(path)
        assert [number for number in (ID_NUMBER, PHONE, ACCOUNT) if number in page] == [], path
        assert SHOWN in page or path == "/tasks", path


def test_what_was_typed_is_seen_whole_against_a_reason_that_is_kept(county: County) -> None:
    path, cadre = told(county), browser(county, "cadre")
    ways = [link for link in links(cadre.page(f"/households/{county.households[HERE]}")) if "/words" in link]
    assert len(ways) == 5, "beside each of the four facts of the visit and beside its entry"
    assert set(ways) == {path}
    assert TYPED not in cadre.page(path)
    for nothing in ("", " ", "看", "很" * 201):
        refused = cadre.send(path, reason=nothing)
        assert (refused.status_code, TYPED in refused.text) == (422, False)
    assert traces(county) == []
    shown = cadre.send(path, reason=WHY)
    assert f"谁说的 邻居{PHONE}" in words(shown.text)
    assert words(shown.text).count(TYPED) == 3
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert traces(county) == [("cadre", Look.WORDS, WHY)]
    said = words(browser(county, "county").page(f"/traces?household={county.households[HERE]}&what=words"))
    assert f"陈干部 记录里的完整原话 陈某某户 堰垭村 {WHY}" in said


def test_the_api_gives_the_same_by_its_places_and_leaves_the_same_trace(county: County) -> None:
    path, town = f"/api{told(county)}", county.client("town")
    assert town.post(path, json={"reason": "  "}).status_code == 422
    answer = town.post(path, json={"reason": WHY})
    assert {one["field"]: one["text"] for one in answer.get_json()["items"]} == {
        "guarantees.medical.note": TYPED, "informant": f"邻居{PHONE}", "location_reason": TYPED, "note": TYPED,
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert traces(county) == [("town", Look.WORDS, WHY)]


@pytest.mark.parametrize("username", ["cadre2", "town2", "medical", "civil", None])
def test_nobody_elsewhere_sees_it_and_no_trace_is_left(county: County, username: str | None) -> None:
    path, stranger = told(county), county.client(username)
    refused = 403 if username else 401
    assert stranger.post(f"/api{path}", json={"reason": WHY}).status_code == refused
    assert browser(county, username).get(path).status_code == (403 if username else 303)
    there_is_none = path.replace("/2/", "/99/")
    assert stranger.post(f"/api{there_is_none}", json={"reason": WHY}).status_code == refused
    assert county.client("town").post(f"/api{there_is_none}", json={"reason": WHY}).status_code == 403
    assert traces(county) == []


def test_an_entry_without_such_numbers_has_no_way_and_nothing_to_show(county: County) -> None:
    visited(county, note="2026年3月15日住院，花了12000元")
    home = county.households[HERE]
    assert "/words" not in browser(county, "cadre").page(f"/households/{home}")
    shown = browser(county, "cadre").send(f"/households/{home}/entries/2/words", reason=WHY)
    assert "这一条里没有遮住的号码" in shown.text
