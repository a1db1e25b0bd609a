"""案子页: a lead carried from /leads to monitored by those whose step it is, all by forms."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from field import clock
from field.db import db, transact
from field.ledger import checkpoints
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.rebuild import rebuild
from field.monitoring.refusals import Refused
from field.monitoring.workdays import china_day, months_after
from field.registry.households import Household, Person
from field.worker import signer
from tests.county import County
from tests.monitoring.casework import (
    HOME,
    NEXT,
    PHOTO,
    RICH,
    declared,
    do,
    helped,
    helping,
    home_of,
    left,
    listed,
    opened,
    planned,
    rebuilt,
    state_of,
    the_case,
    visited,
)  # fmt: skip
from tests.revisiting import eliminated
from tests.test_consents import signed
from tests.web.office import Browser, Elements, browser, links, statements, words

NOW = clock.now() - timedelta(days=20)


def step(county: County, who: Browser, action: str, **fields: Any) -> TestResponse:
    """Send the form of the case's page as it stands."""
    case = the_case(county, HOME)
    key = re.search(r'name="key" value="([^"]+)"', who.page(f"/cases/{case.id}"))
    assert key
    return who.send(f"/cases/{case.id}", action=action, key=key[1], expected=str(case.seq), **fields)


@pytest.mark.unlisted(HOME)
def test_a_lead_is_opened_and_carried_to_monitored_by_forms(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = declared(county, HOME, clock.now())
    cadre, town, office = (browser(county, name) for name in ("cadre", "town", "county"))
    assert f'action="/cases/from/{lead.chain_id}/{lead.seq}"' in cadre.page("/leads")
    for _twice in range(2):
        assert cadre.send(f"/cases/from/{lead.chain_id}/{lead.seq}").status_code == 303
    visited(county, HOME, "cadre", clock.now())
    case = the_case(county, HOME)
    with county.app.app_context():
        people = re.findall(r'name="consents" value="([^"]+)"', cadre.page(f"/cases/{case.id}"))
    assert len(people) == 2
    refused = step(county, cadre, "advance", note="确有困难", consents=people, **{f"consent.{people[0]}": "signed"})
    assert refused.status_code == 422
    said = words(refused.text)
    assert "李小一还没有承诺授权" in said
    assert "没有选承诺书的照片" in said
    assert "确有困难" in said, "what was written stays"
    signed = {f"consent.{one}": "fingerprint" for one in people} | {f"writer.{one}": "王会计" for one in people}
    assert step(county, cadre, "advance", note="确有困难", consents=people, photo=PHOTO, **signed).status_code == 303
    assert step(county, cadre, "advance", note="查过", departments="医保、民政").status_code == 403
    assert step(county, town, "advance", note="查过", departments="医保、民政").status_code == 303
    day = clock.now().date()
    votes = {"eligible": "30", "present": "24", "in_favour": "20", "against": "2"}
    held = the_case(county, HOME).since.isoformat()
    assert step(county, cadre, "advance", held_on=held, place="村委会", **votes).status_code == 303
    fields = {"from": held, "to": (day + timedelta(days=7)).isoformat(), "place": "公开栏"}
    assert step(county, cadre, "post_notice", **fields).status_code == 303
    paper = words(cadre.page(f"/cases/{case.id}/notice"))
    assert "陈大一" in paper
    assert "堰垭村" in paper
    assert "因病" not in paper
    assert "420626" not in paper
    assert "期满、异议都答复了，才能办完这一步" in words(cadre.page(f"/cases/{case.id}"))
    early = step(county, cadre, "advance")
    assert early.status_code == 422
    until = day + timedelta(days=7)
    assert f"公示到 {until.year}年{until.month}月{until.day}日 才满期" in words(early.text)
    later = clock.now() + timedelta(days=9)
    monkeypatch.setattr(clock, "now", lambda: later)
    cadre, town, office = (browser(county, name) for name in ("cadre", "town", "county"))
    assert step(county, cadre, "advance").status_code == 303
    assert step(county, town, "advance", note="同意").status_code == 303
    approval = {"note": "同意纳入", "kind": "at_risk", "risks": "1", "risk": ["schooling", "illness"]}
    assert step(county, office, "advance", **approval).status_code == 303
    home = home_of(county, HOME)
    assert (home.kind, home.main_risk, home.risk_factors) == ("at_risk", "schooling", ["schooling", "illness"])
    page = words(office.page(f"/cases/{case.id}"))
    for told in ("已纳入监测", "王会计", "应到 30 人，到会 24 人", "医保、民政", "陈干部", "周主任"):
        assert told in page
    file = office.page(f"/households/{home.id}")
    assert "监测案子" in words(file)
    assert f'href="/cases/{case.id}"' in file


@pytest.mark.unlisted(HOME)
def test_a_form_stands_filled_in_with_the_least_days_of_a_notice_and_with_the_risks_seen_at_the_door(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    case_id = opened(small_county, HOME, "cadre", now)
    visited(small_county, HOME, "cadre", now + timedelta(seconds=1), risk_factors=["schooling", "illness"])
    for by in ("cadre", "town", "cadre"):
        do(small_county, case_id, "advance", by, now + timedelta(seconds=2))
    posting, day = browser(small_county, "cadre").page(f"/cases/{case_id}"), china_day(now)
    assert all(f'value="{one.isoformat()}"' in posting for one in (day, day + timedelta(days=5)))
    do(small_county, case_id, "post_notice", "cadre", now + timedelta(seconds=3))
    later = now + timedelta(days=9)
    monkeypatch.setattr(clock, "now", lambda: later)
    for by in ("cadre", "town"):
        do(small_county, case_id, "advance", by, later)
    form = browser(small_county, "county").page(f"/cases/{case_id}")
    assert '<option value="schooling" selected>' in form, "the main one, as it was told"
    assert re.findall(r'name="risk" value="(\w+)" checked', form) == ["illness"]


def test_a_case_whose_risk_is_gone_says_when_the_household_is_revisited(small_county: County) -> None:
    case_id = eliminated(small_county, HOME, NOW)
    first = months_after(china_day(NOW + timedelta(days=7)), 1)
    page = words(browser(small_county, "county").page(f"/cases/{case_id}"))
    assert f"下次回访 {first.month}月{first.day}日" in page, page[:800]


def test_a_lead_of_a_household_that_is_monitored_is_not_opened_again_but_taken_over(small_county: County) -> None:
    lead = declared(small_county, HOME, clock.now())
    cadre, town = (browser(small_county, name) for name in ("cadre", "town"))
    seen = cadre.page("/leads")
    assert "这一户已经在监测" in words(seen)
    assert "立案开办" not in words(seen)
    assert "补立案" not in words(seen), "a village may not"
    refused = cadre.send(f"/cases/from/{lead.chain_id}/{lead.seq}")
    assert refused.status_code == 409
    assert words(refused.text).count("这一户已经在监测") == 1
    form = town.page("/leads")
    [number] = re.findall(r'name="number" value="([^"]+)"', form)
    assert town.send("/cases", number=number, note="名册上有").status_code == 303
    assert f'href="/cases/{the_case(small_county, HOME).id}"' in town.page("/leads")


def test_a_household_without_a_case_leads_to_its_leads_and_every_page_of_it_says_in_which_room_it_stands(
    small_county: County,
) -> None:
    office, home = browser(small_county, "county"), small_county.households[HOME]
    page = office.page(f"/households/{home}")
    assert "没有立案 看线索" in words(page)
    assert office.get(f"/leads?household={home}&state=all").status_code == 200
    assert f"/leads?household={home}&state=all" in links(page)
    rooms = {f"/households/{home}": "/households", f"/households/{home}/plan": "/measures", "/notices": "/cases",
             "/approvals": "/cases", f"/bindings/{home}": "/messages"}  # fmt: skip
    for path, room in rooms.items():
        assert f'<a href="{room}" aria-current="page">' in office.page(path), path


@pytest.mark.unlisted(HOME)
def test_the_notice_carries_the_newest_checkpoint(small_county: County) -> None:
    case_id = opened(small_county, HOME, "cadre", NOW)
    visited(small_county, HOME, "cadre", NOW + timedelta(minutes=1))
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre")):
        do(small_county, case_id, action, by, NOW + timedelta(minutes=2))
    with small_county.app.app_context():
        key = signer(small_county.app.config["FIELD"])
        sealed = transact(lambda session: checkpoints.take(session, key, clock.now()))
        assert sealed is not None
        root = sealed.root
    assert root[:16] in words(browser(small_county, "town").page(f"/cases/{case_id}/notice"))


@pytest.mark.unlisted(HOME)
def test_the_list_puts_what_is_overdue_first_and_shows_no_other_region(small_county: County) -> None:
    opened(small_county, HOME, "cadre", NOW)
    listed(small_county, "420626107205", "town", clock.now())
    page = words(browser(small_county, "town").page("/cases"))
    assert "有 1 件已经过期" in page
    assert page.index("陈大一户") < page.index("陈大二户")
    late = browser(small_county, "town").page("/cases?state=late")
    assert ("陈大一户" in late, "陈大二户" in late) == (True, False), "the number opens what it counts"
    assert "陈大一户" not in words(browser(small_county, "town").page("/cases?state=monitored"))
    other = browser(small_county, "town2")
    assert "现在没有案子" in words(other.page("/cases"))
    assert other.get(f"/cases/{the_case(small_county, HOME).id}").status_code == 403


def test_a_stale_page_and_an_unknown_action_are_told_and_nothing_is_done(small_county: County) -> None:
    case_id = listed(small_county, HOME, "town", clock.now())
    cadre, seq = browser(small_county, "town"), the_case(small_county, HOME).seq
    fields = {"action": "die", "note": "已去世", "expected": str(seq - 1)}
    assert cadre.send(f"/cases/{case_id}", **fields).status_code == 409
    assert cadre.send(f"/cases/{case_id}", **fields | {"action": "fly"}).status_code == 422
    assert the_case(small_county, HOME).seq == seq


def test_the_conditions_of_elimination_stand_on_the_page_of_a_monitored_household(small_county: County) -> None:
    case_id = listed(small_county, HOME, "town", clock.now())
    page = browser(small_county, "town").page(f"/cases/{case_id}")
    for told in ("人均纯收入稳定超过监测范围", "还不清楚", "等乡镇核实", "因病的帮扶措施已落实", "监测满 6 个月"):
        assert told in words(page)
    for one in Elements(page).found:
        assert "style" not in one.attributes
    with small_county.app.app_context():
        assert db.session.get_one(MonitoringCase, case_id).identified_on == date(2022, 4, 30)


def test_a_household_without_labour_is_told_to_stay_and_its_way_out_is_never_offered(small_county: County) -> None:
    case_id, town = listed(small_county, HOME, "town", clock.now()), browser(small_county, "town")
    assert "提出风险消除" in words(town.page(f"/cases/{case_id}"))
    with small_county.app.app_context():
        transact(lambda session: session.execute(update(Household).values(no_labour=True)))
    page = words(town.page(f"/cases/{case_id}"))
    assert "整户没有劳动力，要一直监测，不能提出风险消除" in page
    assert "写明情况和理由 提出风险消除" not in page
    answer = step(small_county, town, "propose_elimination", note="社会保障都落实了")
    assert (answer.status_code, the_case(small_county, HOME).state) == (422, "monitored")


def test_a_reason_stands_again_where_it_was_written_and_nowhere_else(small_county: County) -> None:
    listed(small_county, HOME, "town", clock.now())
    answer = step(small_county, browser(small_county, "town"), "propose_elimination", note="都好了")
    assert (answer.status_code, answer.text.count("都好了")) == (422, 1)


def test_the_ripe_are_listed_by_every_condition_that_figures_can_tell(small_county: County) -> None:
    office, then = browser(small_county, "county"), clock.now()
    assert "/cases?state=ripe" in links(office.page("/cases"))
    case = listed(small_county, HOME, "county", then)
    listed(small_county, NEXT, "county", then)
    visited(small_county, HOME, "cadre", then, **RICH)
    assert f"/cases/{case}" not in office.page("/cases?state=ripe"), "nothing was done for it yet"
    helped(small_county, small_county.households[HOME], then)
    page = office.page("/cases?state=ripe")
    assert (f"/cases/{case}" in page, "共 1 件" in words(page)) == (True, True)
    village = browser(small_county, "cadre").page(f"/cases/{case}")
    assert village.count('<details class="card screen" open>') == village.count('class="primary"') == 1
    with statements(small_county) as few:
        office.page("/cases?state=ripe")
    visited(small_county, NEXT, "town", then, **RICH)
    one = planned(small_county, small_county.households[NEXT], "town", then)
    helping(small_county, one.household_id, "carry_out", "town", then, one.id, note="低保已经发到卡上")
    with statements(small_county) as more:
        assert "共 2 件" in words(office.page("/cases?state=ripe"))
    assert len(more) == len(few), "no statement for each household"


def test_a_merge_says_into_which_household_and_both_lead_to_each_other(county: County) -> None:
    case, office = listed(county, HOME, "county", clock.now()), browser(county, "county")
    ours, other = (home_of(county, place) for place in (HOME, NEXT))
    for wrong in (ours.number, "没有这一户", ""):
        refused = step(county, office, "merge", note="两户本是一家", into=wrong)
        assert (refused.status_code, "要填另外一户的户编号" in words(refused.text)) == (422, True), wrong
    town = browser(county, "town")
    assert step(county, town, "merge", note="两户本是一家", into=other.number).status_code == 303
    assert (the_case(county, HOME).state, the_case(county, HOME).merged_into) == ("monitored", None)
    for who, may in ((town, False), (office, True)):
        page = who.page(f"/cases/{case}")
        assert "已经提出并入别户，等县里确认或者退回" in words(page)
        assert f'href="/households/{other.id}"' in page, "who confirms sees into which"
        assert ("确认并入别户" in words(page), "提出风险消除" in words(page)) == (may, False)
    assert "提出并入别户" in words(office.page("/cases"))
    assert "确认并户、迁出或去世" in words(office.page("/tasks"))
    assert "确认并户、迁出或去世 案子" not in words(town.page("/tasks"))
    assert step(county, office, "confirm_merge").status_code == 303
    assert (the_case(county, HOME).state, the_case(county, HOME).merged_into) == ("merged", other.id)
    for path in (f"/cases/{case}", f"/households/{ours.id}"):
        assert f'href="/households/{other.id}"' in office.page(path), path
    listed_too = listed(county, NEXT, "county", clock.now())
    for path in (f"/cases/{listed_too}", f"/households/{other.id}"):
        assert f'href="/households/{ours.id}"' in office.page(path), path
    with county.app.app_context():
        assert transact(rebuild).differing == ()


def test_a_move_says_where_to_and_who_there_knows_and_the_page_tells_what_is_missing(county: County) -> None:
    case, town, office = listed(county, HOME, "county", NOW), browser(county, "town"), browser(county, "county")
    today = china_day(clock.now()).isoformat()
    for missing, told in (
        ({"destination": "外县"}, "迁到哪里：看不出是哪个市县"), ({"destination": "保康县马桥镇"}, "迁到哪里：还在本县"),
        ({"destination": "朝阳区"}, "迁到哪里：看不出是哪个市县"), ({"informed": "", "informed_on": ""}, "免得两边都不管"),
        ({"informed_on": ""}, "哪一天告诉的：写法不对"), ({"informed": ""}, "告诉了那边的哪个单位、哪位：没有填写"),
    ):  # fmt: skip
        said = {
            "destination": "广东省东莞市长安镇",
            "informed": "长安镇民政办",
            "informed_on": today,
            "note": "户口已迁",
        }
        refused = step(county, town, "move_away", **said | missing)
        assert (refused.status_code, told in words(refused.text)) == (422, True), words(refused.text)
    assert step(county, town, "move_away", **said).status_code == 303
    page = words(office.page(f"/cases/{case}"))
    assert "迁到 东莞市长安镇" in page
    assert "告诉了长安镇民政办" in page
    assert step(county, office, "keep", note="请附户口迁移凭证").status_code == 303
    visited(county, HOME, "cadre", clock.now())
    said |= {"informed": "", "informed_on": "", "photo": PHOTO}
    assert step(county, town, "move_away", **said).status_code == 303
    assert f'href="/api/evidence/{PHOTO}?size=large"' in office.page(f"/cases/{case}"), "who confirms sees the paper"
    assert step(county, office, "confirm_move_away").status_code == 303
    assert the_case(county, HOME).state == "moved_away"
    assert "现在没有要办的步骤。" in words(office.page(f"/cases/{case}")), "nobody is waited for"
    assert rebuilt(county) == ()


def test_a_household_that_was_merged_away_takes_nobody_in(small_county: County) -> None:
    ours, other = (small_county.households[place] for place in (HOME, NEXT))
    first, second = (listed(small_county, place, "county", NOW) for place in (HOME, NEXT))
    left(small_county, first, "merge", NOW, {"note": "两户本是一家", "into": other})
    with pytest.raises(Refused, match="已经并走"):
        do(small_county, second, "merge", "town", NOW, {"note": "两户本是一家", "into": ours})
    assert state_of(the_case(small_county, NEXT)) == "monitored"


def test_what_ends_a_case_is_never_open_by_itself(small_county: County) -> None:
    case_id = listed(small_county, HOME, "town", clock.now())
    page = browser(small_county, "county").page(f"/cases/{case_id}")
    assert "提出并入别户" in words(page)
    assert '<details class="card screen" open>' not in page
    assert 'class="primary"' not in page
    village = browser(small_county, "cadre").page(f"/cases/{case_id}")
    assert village.count('<details class="card screen" open>') == village.count('class="primary"') == 0, "not ripe"


@pytest.mark.unlisted(HOME)
def test_a_case_says_why_whose_turn_it_is_and_asks_for_no_paper_once_all_have_signed(small_county: County) -> None:
    case_id = opened(small_county, HOME, "cadre", clock.now())
    visited(small_county, HOME, "cadre", clock.now(), income={"wages": 1_000_000}, expenses={"medical_self_paid": 0})
    cadre = browser(small_county, "cadre")
    page = words(cadre.page(f"/cases/{case_id}"))
    assert "人均纯收入 5,000 元" in page
    assert "由村干部、乡镇办理" in page
    assert "承诺书的照片" in page
    assert "先到手机上走访这一户、签承诺书" in page
    with small_county.app.app_context():
        people = db.session.scalars(select(Person.id).where(Person.household_id == home_of(small_county, HOME).id))
        grown = list(people)
    for number, person in enumerate(grown, 1):
        signed(small_county, case_id, person, number)
    assert "承诺书的照片" not in words(cadre.page(f"/cases/{case_id}"))


@pytest.mark.unlisted(HOME)
def test_a_notice_is_not_late_on_the_first_day_on_which_it_can_be_closed(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = opened(small_county, HOME, "cadre", NOW)
    visited(small_county, HOME, "cadre", NOW + timedelta(minutes=1))
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre")):
        do(small_county, case_id, action, by, NOW + timedelta(minutes=2))
    for days, late in ((6, False), (7, True)):
        later = NOW + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        pages = [words(browser(small_county, "town").page(path)) for path in ("/cases", f"/cases/{case_id}")]
        assert ["已过期" in page for page in pages] == [late, late]
    assert do(small_county, case_id, "advance", "cadre", NOW + timedelta(days=6)).state == "town_review"
