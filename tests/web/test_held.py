"""待核收: the town office reads what waits, takes it in or sends it back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field import clock
from field.codes import Role
from field.db import db
from field.registry.households import Household, Person
from tests.county import County, moment
from tests.revisiting import consents
from tests.web.office import browser, links, photograph, visited, words

HERE, NEXT = "420626107204", "420626107205"


def held(county: County, **changes: Any) -> str:
    """A visit made in time and sent after the cadre had moved; the address of its decision."""
    visit = county.visit(visited_at=moment(clock.now() - timedelta(hours=2)), **changes)
    county.move("cadre", Role.VILLAGE, NEXT)
    assert county.client("cadre").post("/api/visits", json=visit).get_json()["held"] is True
    return f"/held/{visit['household_id']}/2"


def handed_over(county: County, visit: dict[str, Any]) -> str:
    """A visit that the rules refused, given to the town office; the address of its decision."""
    answer = county.client("cadre").post("/api/visits/held", json={"visit": visit, "reason": "手机上改不了"})
    assert answer.status_code == 202
    return f"/held/region:{HERE}/1"


def last_visit(county: County) -> Any:
    with county.app.app_context():
        return db.session.get_one(Household, county.households[HERE]).last_visit_at


def test_what_waits_can_be_read_and_once_taken_in_it_counts(county: County) -> None:
    path = held(county, note="自费药没有报销", risk_factors=["disability"])
    town = browser(county, "town")
    assert "1 条走访或回访等您核收" in words(town.page("/"))
    said = words(town.page("/held"))
    for told in (
        "陈大一户 堰垭村 三组",
        "陈干部",
        "发送时已经离岗或换岗",
        "工资性收入 18,600.00 元",
        "因残",
        "自费药没有报销",
    ):
        assert told in said
    assert last_visit(county) is None
    assert town.send(path, verdict="accept").status_code == 303
    assert last_visit(county) is not None
    assert "没有等着核收的走访和回访" in words(town.page("/held"))
    assert "乡镇意见 结果 核收" in words(town.page(f"/households/{county.households[HERE]}"))


def test_sent_back_it_does_not_count_and_the_reason_is_in_the_ledger(county: County) -> None:
    path, town = held(county), browser(county, "town")
    assert town.send(path, verdict="return", reason="  ").status_code == 422
    assert town.send(path, verdict="return", reason="日期不对，请重新走访").status_code == 303
    assert last_visit(county) is None
    said = words(town.page(f"/households/{county.households[HERE]}"))
    assert "▲" in said
    assert "说明 日期不对，请重新走访" in said


def test_it_is_decided_once(county: County) -> None:
    path, town = held(county), browser(county, "town")
    assert town.send(path, verdict="accept").status_code == 303
    again = town.send(path, verdict="return", reason="再看看")
    assert again.status_code == 409
    assert "已经有人处理过了" in words(again.text)


def test_nobody_elsewhere_and_not_the_sender_decides(county: County) -> None:
    path = held(county)
    assert words(browser(county, "town2").page("/held")).count("陈干部") == 0
    assert browser(county, "town2").send(path, verdict="accept").status_code == 403
    assert browser(county, "cadre").send(path, verdict="accept").status_code == 403
    county.move("cadre", Role.TOWN, "420626107")
    assert "这是您自己交来的" in words(browser(county, "cadre").page("/held"))
    assert browser(county, "cadre").send(path, verdict="accept").status_code == 403
    assert last_visit(county) is None


def test_a_visit_that_the_rules_refused_is_shown_with_every_reason_and_never_counts(county: County) -> None:
    visit = county.visit(risk_factors=["illness", "illness"])
    visit["income"]["wages"] = -5
    del visit["informant"]
    path, town = handed_over(county, visit), browser(county, "town")
    said = words(town.page("/held"))
    for told in (
        "村里说：手机上改不了",
        "工资性收入不能小于0",
        "请填写谁介绍的情况",
        "风险点有重复",
        "-0.05 元",
        "陈大一户",
    ):
        assert told in said
    assert town.send(path, verdict="accept", reason="已经重新走访").status_code == 303
    assert last_visit(county) is None
    assert "没有等着核收的走访和回访" in words(town.page("/held"))


def test_the_town_sees_the_photographs_of_what_was_handed_over_and_nobody_else_does(county: County) -> None:
    sent, unsaid = photograph(county, 1), photograph(county, 2)
    shown = f"/api/evidence/{sent}"
    named = [{"sha256": sent, "kind": 7}, {"sha256": "no"}, "nothing", None]
    handed_over(county, county.visit(evidence=named, income=5))
    for name, status in (("town", 200), ("county", 200), ("cadre", 200), ("town2", 404), ("cadre2", 404)):
        assert county.client(name).get(shown).status_code == status, name
    assert county.client("town").get(f"/api/evidence/{unsaid}").status_code == 404
    assert [one for one in links(browser(county, "town").page("/held")) if "evidence" in one] == [f"{shown}?size=large"]
    handed_over(county, county.visit(evidence="nonsense", income=5))


def test_a_refused_visit_goes_to_the_town_of_its_household_though_the_cadre_has_changed_town(county: County) -> None:
    visit = county.visit(note="自费药没有报销") | {"income": 5}
    county.move("cadre", Role.VILLAGE, "420626102202")
    cadre = county.client("cadre")
    handed = {"visit": visit, "reason": "手机上改不了"}
    first = cadre.post("/api/visits/held", json=handed)
    assert (first.status_code, cadre.post("/api/visits/held", json=handed).get_json()) == (202, first.get_json())
    assert "没有等着核收的走访和回访" in words(browser(county, "town2").page("/held"))
    town = browser(county, "town")
    said = words(town.page("/held"))
    assert "陈大一户" in said
    assert "自费药没有报销" in said
    assert town.send(f"/held/region:{HERE}/1", verdict="return", reason="请新来的干部再去一次").status_code == 303
    unknown = {**visit, "household_id": "019aaaaa-0000-7000-8000-00000000dead"}
    assert cadre.post("/api/visits/held", json={"visit": unknown, "reason": "手机上改不了"}).status_code == 202
    assert "还没有对上农户" in words(browser(county, "town2").page("/held"))


@pytest.mark.parametrize(
    "visit",
    [
        {}, {"household_id": 5, "visited_at": 7, "members": "x"}, {"household_id": "x"}, {"income": 3, "guarantees": {"food": "x"}, "needs": 1},
        {"members": [1, None, {"new": 5}, {"work_place": []}], "location": [], "risk_factors": {"a": 1}},
        {"income": {"wages": "many", "period": 1}, "expenses": {"other": [1]}, "unchanged": ["x"], "visited_at": "x"},
        {"revisited_at": "x", "measures": [1], "checked_with": ["x", 1], "income_per_head": {}, "relapse": "x"},
        {"guarantees": {"food": {}}, "note": {"a": ["<script>"]}, "informant": ["<script>"], "needs": ["x", 5]},
    ],
)  # fmt: skip
def test_whatever_a_phone_sent_can_be_read(small_county: County, visit: dict[str, Any]) -> None:
    handed_over(small_county, visit)
    page = browser(small_county, "town").page("/held")
    assert "村里说：手机上改不了" in words(page)
    assert "<script>" not in page


def test_a_household_out_of_reach_named_in_a_refused_visit_is_not_told(county: County) -> None:
    visit = {**county.visit(), "household_id": county.households["420626102201"], "income": 5}
    handed_over(county, visit)
    page = browser(county, "town").page("/held")
    assert "还没有对上农户" in words(page)
    assert "陈大三" not in page
    assert county.households["420626102201"] not in "".join(links(page))


def test_the_county_sees_what_waits_in_all_towns(county: County) -> None:
    held(county)
    visited(county, "town2", household_id=county.households["420626102201"])
    assert "1 条走访或回访等您核收" in words(browser(county, "county").page("/"))


def test_a_consent_and_a_call_that_were_handed_over_are_told_as_what_they_are(county: County) -> None:
    with county.app.app_context():
        person = db.session.scalars(select(Person.id).where(Person.household_id == county.households[HERE])).first()
    here = {"household_id": county.households[HERE]}
    signed = here | consents(str(person), how="fingerprint")
    call = here | {
        "id": signed["id"], "person_id": person, "called_at": "2026-11-24T02:00:00Z", "answered_by": "family",
        "said_by": "邻居13812345678", "facts": {"work_place": "420626", "monthly_income": 480000}, "note": "换了厂",
    }  # fmt: skip
    for one in (signed, call):
        handed_over(county, one)
    page = browser(county, "town").page("/held")
    said = words(page)
    for told in (
        "签字",
        "陈大一 按手印，拍了照片，由王会计代写",
        "承诺书版本 2026-1",
        "打电话",
        "由谁代答 邻居138****5678",
        "换了厂",
    ):
        assert told in said
    assert "务工地点 保康县" in said
    assert "请填写" not in said
    assert "走访内容" not in said
