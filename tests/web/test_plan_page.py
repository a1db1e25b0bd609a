"""一户一策页 and its neighbours: a plan made, stepped and finished by forms, and what is late on everybody's screen."""

import re
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from field import clock
from field.db import db
from field.monitoring.help.measures import overdue_measures
from field.monitoring.help.plan import Measure, measures_of
from field.monitoring.workdays import china_day
from tests.county import County
from tests.monitoring.casework import HOME, NEXT, PHOTO, helping, listed, planned, visited
from tests.web.office import Browser, Elements, browser, links, words

NOW = clock.now()
TODAY = china_day(NOW)


def sent(county: County, who: Browser, action: str, of: str = "", **fields: Any) -> TestResponse:
    """Send one of the forms of the household's plan, as the page stands."""
    path = f"/households/{county.households[HOME]}/plan"
    for form in re.findall(r"<form method=\"post\" action=\"/households.*?</form>", who.page(path), re.DOTALL):
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        if hidden.get("action") == action and hidden.get("of", "") == of:
            return who.send(path, **{name: hidden[name] for name in ("key", "expected", "action")}, of=of, **fields)
    raise AssertionError(f"no form for {action}")


def the_measures(county: County) -> list[Measure]:
    with county.app.app_context():
        return measures_of(db.session(), county.households[HOME])


def test_a_plan_is_made_stepped_and_finished_by_forms(county: County) -> None:
    home, cadre, town = county.households[HOME], browser(county, "cadre"), browser(county, "town")
    case_id = listed(county, HOME, "town", NOW)
    visited(county, HOME, "cadre", NOW)
    page = cadre.page(f"/households/{home}/plan")
    assert "因病：还没有安排措施。" in words(page)
    assert "因病 · 医疗救助（建议 30 天）" in words(page)
    lead = {"role": "lead", "name": "王镇长", "unit": "马桥镇", "phone": "13800000156", "from": TODAY.isoformat()}
    assert sent(county, cadre, "join", **lead).status_code == 303
    plan = {"what": "illness:medical_relief", "owner": "医保局", "from": TODAY.isoformat()}
    assert sent(county, cadre, "plan", **plan).status_code == 303
    [one] = the_measures(county)
    assert (one.state, one.due_on, one.title) == ("planned", TODAY + timedelta(days=30), "医疗救助")
    assert sent(county, cadre, "start", one.id).status_code == 303
    assert sent(county, cadre, "note", one.id, note="材料已经报到医保局", photo=PHOTO).status_code == 303
    refused = sent(county, cadre, "carry_out", one.id, note="救助款已到账", amount="许多")
    assert refused.status_code == 422
    assert "金额：" in words(refused.text)
    assert "救助款已到账" in refused.text, "what was written stays"
    assert sent(county, cadre, "carry_out", one.id, note="救助款已到账", amount="3,360.5 元").status_code == 303
    [one] = the_measures(county)
    assert (one.state, one.amount, one.done_on) == ("carried_out", 336_050, TODAY)
    for path in (f"/households/{home}", f"/cases/{case_id}", f"/households/{home}/plan"):
        told = words(town.page(path))
        for said in ("王镇长", "138****0156", "医疗救助", "✓ 已落实", "3,360.50 元", "救助款已到账"):
            assert said in told, (path, said)
        assert "13800000156" not in told
    assert "乡镇还没有核过" in words(town.page(f"/cases/{case_id}"))
    told = words(town.page(f"/households/{home}/plan"))
    assert "材料已经报到医保局" in told
    assert sent(county, town, "reopen", one.id, note="金额不对").status_code == 303
    assert the_measures(county)[0].state == "under_way"


def test_what_cannot_be_done_is_told_and_nothing_is_recorded(small_county: County) -> None:
    home, cadre = small_county.households[HOME], browser(small_county, "cadre")
    path = f"/households/{home}/plan"
    refused = sent(small_county, cadre, "plan", what="housing:house_repair", owner="", **{"from": "昨天"})
    assert refused.status_code == 422
    for said in ("谁负责：没有填写", "从哪一天：写法不对"):
        assert said in words(refused.text)
    assert sent(small_county, cadre, "plan", what="nonsense", owner="我", **{"from": "2026-11-01"}).status_code == 422
    assert cadre.send(path, action="fly").status_code == 422
    assert cadre.send(path, action="plan", expected="7").status_code == 409
    assert cadre.send(path, action="leave", of="nobody").status_code == 409
    assert browser(small_county, "cadre2").get(path).status_code == 403
    assert browser(small_county, "medical").get(path).status_code == 403
    assert the_measures(small_county) == []


def test_what_is_late_and_who_has_no_measure_stands_on_everybodys_screen(small_county: County) -> None:
    home = small_county.households[HOME]
    planned(small_county, home, "cadre", NOW - timedelta(days=50))
    for name in ("cadre", "town", "county"):
        who = browser(small_county, name)
        told = words(who.page("/measures"))
        assert "低保、特困供养" in told
        assert "20 天" in told
        assert f"/households/{home}/plan" in links(who.page("/measures"))
        assert ("陈大二户" in told) == (name != "cadre")
        assert "有 1 项帮扶措施过期没有办成" in words(who.page("/cases"))
        assert "帮扶措施过期 一户一策 已过期，" in (tasks := words(who.page("/tasks?kind=measure")))
        assert "各级" in tasks
    board = words(browser(small_county, "county").page("/"))
    assert "1 项帮扶措施过期没有办成" in board
    assert "3 户识别满期还没有帮扶措施" in board
    assert "没有过期的措施" in words(browser(small_county, "town2").page("/measures"))
    with small_county.app.app_context():
        assert overdue_measures(db.session(), small_county.actor("medical"), TODAY) == []


def test_pages_of_help_keep_to_the_rules_of_every_page(small_county: County) -> None:
    home, town = small_county.households[HOME], browser(small_county, "town")
    one = planned(small_county, home, "cadre", NOW)
    helping(small_county, home, "drop", "cadre", NOW, one.id, note="重复了")
    for path in (f"/households/{home}/plan", "/measures", "/partners"):
        for element in Elements(town.page(path)).found:
            assert "style" not in element.attributes


def test_an_enterprise_is_registered_tied_and_its_payments_recorded_by_forms(county: County) -> None:
    town, home = browser(county, "town"), county.households[NEXT]
    added = {"title": "高山茶叶合作社", "kind": "cooperative", "region": "420626107"}
    assert town.send("/partners", **added).status_code == 303
    assert town.send("/partners", **added).status_code == 409
    assert town.send("/partners", **added | {"title": ""}).status_code == 422
    [path] = {link for link in links(town.page("/partners")) if link.startswith("/partners/")}
    tied = {"number": "H0001", "kind": "order", "promised": "6,000", "from": "2024-06-01"}
    elsewhere = town.send(path, **tied | {"number": "H0002"})
    assert elsewhere.status_code == 422, "another town's"
    assert "没有找到这个户编号" in words(elsewhere.text)
    assert 'value="6,000"' in elsewhere.text, "what was typed stays"
    for promised, why in (("许多", "要写钱数"), ("-5", "要大于 0"), ("0", "要大于 0"), ("99999999999.5", "数字太大")):
        refused = town.send(path, **tied | {"promised": promised})
        assert refused.status_code == 422
        assert f"每年约定：{why}" in words(refused.text)
    assert town.send(path, **tied).status_code == 303
    page = town.page(path)
    assert "还差" in words(page)
    [to_pay] = set(re.findall(r'action="(/partners/ties/[^"]+)"', page))
    expected = re.findall(r'name="expected" value="(\d+)"', page)[0]
    paid = {"action": "pay", "paid_on": "2025-06-02", "amount": "6000", "expected": expected}
    assert town.send(to_pay, **paid).status_code == 303
    assert town.send(to_pay, **paid | {"amount": "1"}).status_code == 409, "a stale page"
    told = words(town.page("/partners"))
    assert "有 1 项约定到期没有兑现" in told
    assert "还差 6,000.00 元" in words(browser(county, "county").page(f"/households/{home}"))
    expected = re.findall(r'name="expected" value="(\d+)"', town.page(path))[0]
    ended = {"action": "end", "to": "2025-06-01", "note": "不再收购", "expected": expected}
    assert town.send(to_pay, **ended).status_code == 303
    assert "到期的都已兑现" in words(town.page(path))
    assert browser(county, "town2").get(path).status_code == 403
    assert browser(county, "cadre").get("/partners").status_code == 403
    told = words(town.page(f"/households/{home}"))
    assert "利益联结兑现" in told
