"""一户一档: what is known, who says otherwise, every entry, its photographs, and who may see what."""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field import clock, worker
from field.codes import Channel, Role
from field.db import db, transact
from field.monitoring.leads import bindings
from field.monitoring.leads.bindings import Deed
from field.monitoring.rebuild import rebuild
from field.monitoring.traces import Look, Trace
from field.registry.contact_rules import Proof
from field.registry.households import Household, Person
from field.registry.idnumber import make
from tests.county import CASES, County
from tests.messaging.test_story import FARMER, Sms, sms
from tests.web.office import browser, links, photograph, statements, visited, words

__all__ = ["sms"]
HERE, NEXT, ELSEWHERE = "420626107204", "420626107205", "420626102201"
NASTY = "<script>alert(1)</script>"


def address(county: County, village: str = HERE) -> str:
    return f"/households/{county.households[village]}"


def income(wages: int) -> dict[str, Any]:
    return {**CASES["base"]["income"], "wages": wages}


def work_off(county: County) -> None:
    """Do all the work that waits."""
    hand = worker.worker(county.app)
    while hand.step():
        pass


def person(county: County) -> str:
    with county.app.app_context():
        rows = select(Person.id).where(Person.household_id == county.households[HERE]).order_by(Person.position)
        return str(db.session.scalars(rows).first())


def test_the_file_names_everybody_with_masked_numbers(county: County) -> None:
    page = browser(county, "town").page(address(county))
    said = words(page)
    assert "陈大一 户主 男" in said
    assert "李小一 配偶 女" in said
    assert "138****0150" in said
    number = make("420626", date(1968, 5, 4), 101)
    assert f"{number[:6]}********{number[-4:]}" in said
    assert number not in page
    assert "13800000150" not in page


def test_a_number_among_the_words_of_who_spoke_is_masked_beside_every_fact(county: County) -> None:
    visit = county.visit(informant="邻居李四13800138000")
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    page = browser(county, "county").page(f"/households/{county.households[HERE]}")
    assert "邻居李四138****8000说" in words(page)
    assert "13800138000" not in page


def test_in_english_people_are_told_in_english_but_for_what_somebody_wrote(county: County) -> None:
    home = county.households[HERE]
    with county.app.app_context():
        first, second = db.session.scalars(select(Person).where(Person.household_id == home).order_by(Person.position))
        first.relation, first.health, first.labour = "户主", "健康", "普通劳动力"
        second.relation, second.health = "干儿子", "长期慢性病"
        db.session.commit()
    office = browser(county, "county")
    office.set_cookie("field_language", "en")
    said = words(office.page(f"/households/{home}"))
    for word in ("Head", "Healthy", "Ordinary labour", "干儿子", "Long-term illness"):
        assert word in said
    assert "普通劳动力" not in said


def test_no_title_which_browsers_keep_in_their_history_names_anybody(county: County) -> None:
    office, at = browser(county, "town"), address(county)
    for path in (at, f"{at}/plan", f"{at}/relief"):
        page = office.page(path)
        title = page[page.index("<title>") : page.index("</title>")]
        assert "陈大" in page
        assert "陈大" not in title


def test_two_cadres_different_incomes_stand_side_by_side(county: County) -> None:
    visited(county, "cadre", income=income(1_860_000), informant="户主")
    visited(county, "town", income=income(900_000), informant="邻居")
    page = browser(county, "county").page(address(county))
    known = words(page[page.index("现在知道的") : page.index('id="timeline"')])
    assert "收入 ▲ 说法不一" in known
    for told in (
        "工资性收入 18,600.00 元",
        "工资性收入 9,000.00 元",
        "陈干部 · 户主说 · 干部看到 · 今天",
        "王镇长 · 邻居说",
    ):
        assert told in known


def test_a_new_number_whose_owner_says_no_is_shown_as_withdrawn_and_contradicts_nothing(sms: Sms) -> None:
    sms.bind()
    for text in ("报平安", "换号了13900000009", "1"):
        sms.say(text)
    cadre = browser(sms.county, "cadre")
    assert "▲ 说法不一" in words(cadre.page(address(sms.county))), "as long as the new number is silent"
    sms.say("2", "+8613900000009")
    page = words(cadre.page(address(sms.county)))
    assert "不再算的号码 139****0009；接的人说不是本人" in page
    assert "▲ 说法不一" not in page
    with sms.county.app.app_context():
        assert transact(rebuild).differing == ()


def test_a_number_on_file_whose_owner_says_that_it_is_not_theirs_is_marked_until_it_is_told_again(sms: Sms) -> None:
    marked, cadre = "138****0150 接的人说不是本人", browser(sms.county, "cadre")
    told_at_the_door(sms.county)
    assert "138****0150" in members(cadre.page(address(sms.county)))
    sms.say("报平安")
    sms.say("你打错了，我不是他")
    assert marked in members(cadre.page(address(sms.county)))
    told_at_the_door(sms.county)
    assert marked not in members(cadre.page(address(sms.county)))


def told_at_the_door(county: County) -> None:
    """A cadre's visit confirms the number."""

    def work(session: Session) -> None:
        deed, now = Deed("cadre"), clock.now()
        person = session.scalars(select(Person).where(Person.household_id == county.households[HERE])).first()
        assert person is not None
        contact = bindings.register(session, person, Channel.SMS, FARMER, deed, now)
        bindings.confirm(session, contact, Proof.VISIT, deed, now)

    with county.app.app_context():
        transact(work)


def members(page: str) -> str:
    """The table of the household's members, as it is read."""
    return words(page[page.index("<th>证件号") : page.index("</table>")])


def test_what_nobody_contradicts_is_told_once(county: County) -> None:
    visited(county, "cadre", income=income(1_860_000))
    visited(county, "town", income=income(1_860_000))
    page = browser(county, "county").page(address(county))
    assert "▲ 说法不一" not in page
    assert page[: page.index('id="timeline"')].count("18,600.00") == 1


def test_every_entry_is_there_with_who_when_how_and_its_receipt(county: County) -> None:
    receipt = visited(county, "cadre", note=NASTY)["receipt"]["number"]
    office = browser(county, "county")
    newest = office.page(address(county))
    assert f"/receipt/{receipt}" in links(newest)
    said = words(newest)
    assert said.index("第 2 条") < said.index("第 1 条")
    assert "手机走访 · 陈干部" in said
    assert "名册导入 · 周主任" in said
    assert NASTY not in newest
    assert NASTY in said
    oldest = words(office.page(address(county) + "?order=oldest"))
    oldest = oldest[oldest.index("台账记录") :]
    assert oldest.index("第 1 条") < oldest.index("第 2 条")


def test_photographs_stand_at_their_visit_and_missing_ones_are_said_so(county: County) -> None:
    digest, absent = photograph(county, 1), "ab" * 32
    visited(county, evidence=[{"sha256": digest, "kind": "receipt"}, {"sha256": absent, "kind": "house"}])
    town = browser(county, "town")
    page = town.page(address(county))
    assert f'src="/api/evidence/{digest}?size=small"' in page
    assert f"/api/evidence/{digest}?size=large" in links(page)
    assert absent not in page
    assert words(page).count("照片还没有收到 房屋") == 1
    assert town.get(f"/api/evidence/{digest}?size=small").mimetype == "image/jpeg"
    with county.app.app_context():
        [trace] = db.session.scalars(select(Trace).where(Trace.what != Look.FILE))
        assert (trace.what, trace.subject) == ("photo_small", digest)


def test_a_photograph_used_for_two_households_is_flagged_and_the_other_named_only_to_who_may_know(
    county: County,
) -> None:
    digest = photograph(county, 1)
    assert photograph(county, 1, "town2") == digest
    item = [{"sha256": digest, "kind": "house"}]
    visited(county, "cadre", evidence=item)
    visited(county, "town2", evidence=item, household_id=county.households[ELSEWHERE])
    for username, named in (("county", True), ("town", False)):
        page = browser(county, username).page(address(county))
        assert "▲ 这张照片也用在另一户" in words(page)
        assert (address(county, ELSEWHERE) in links(page)) is named
        assert ("陈大三" in page) is named
    untouched = browser(county, "county").page(address(county, NEXT))
    assert "也用在另一户" not in untouched


def test_the_judgement_of_the_place_is_for_the_town_office_and_not_for_the_village(county: County) -> None:
    visited(county)
    work_off(county)
    said = words(browser(county, "town").page(address(county)))
    assert "位置核对 100 分 只评佐证，不评人 定位离这户登记的位置约 0 米。" in said
    assert "位置核对" not in browser(county, "cadre").page(address(county))


def test_a_number_in_the_reason_why_there_is_no_place_is_masked_in_its_judgement_too(county: County) -> None:
    visit = county.visit(location_reason="没信号，打13812340156")
    del visit["location"]
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    work_off(county)
    page = browser(county, "town").page(address(county))
    assert "说明是：没信号，打138****0156" in words(page)
    assert "13812340156" not in page


def test_a_visit_that_waits_for_the_town_is_marked_and_does_not_count(county: County) -> None:
    visit = county.visit(income=income(777_700))
    county.move("cadre", Role.VILLAGE, NEXT)
    assert county.client("cadre").post("/api/visits", json=visit).get_json()["held"] is True
    page = browser(county, "town").page(address(county))
    assert "待乡镇核收的走访 ▲ 核收以后才算数" in words(page)
    assert "7,777.00 元" not in page[: page.index('id="timeline"')]
    assert "7,777.00 元" in page


@pytest.mark.parametrize("username", ["cadre2", "town2", "medical"])
def test_a_household_elsewhere_and_one_that_is_not_there_are_told_alike(county: County, username: str) -> None:
    visitor = browser(county, username)
    there, nowhere = (
        visitor.get(path) for path in (address(county), "/households/019aaaaa-0000-7000-8000-000000000000")
    )
    assert (there.status_code, there.data) == (403, nowhere.data)


def test_an_original_photograph_is_asked_for_with_a_reason_that_stands_in_no_address(county: County) -> None:
    digest = photograph(county, 1)
    visited(county, "cadre", evidence=[{"sha256": digest, "kind": "house"}])
    town, path = browser(county, "town"), f"{address(county)}/photographs/{digest}"
    assert path in links(town.page(address(county)))
    assert path not in links(browser(county, "cadre").page(address(county)))
    assert 'method="post"' in town.page(path)
    for nothing in ("", "看", "很" * 201):
        refused = town.send(path, reason=nothing)
        assert (refused.status_code, refused.mimetype) == (422, "text/html")
    shown = town.send(path, reason="核对陈大一的票据")
    assert (shown.status_code, hashlib.sha256(shown.data).hexdigest()) == (200, digest)
    assert shown.headers["Cache-Control"] == "private, no-store"
    with county.app.app_context():
        [trace] = db.session.scalars(select(Trace).where(Trace.what == Look.PHOTO_ORIGINAL))
        assert (trace.reason, trace.subject) == ("核对陈大一的票据", digest)


def test_a_full_number_needs_a_reason_that_is_kept(county: County) -> None:
    cadre, path = browser(county, "cadre"), f"/people/{person(county)}/numbers"
    number = make("420626", date(1968, 5, 4), 101)
    assert path in links(cadre.page(address(county)))
    assert number not in cadre.page(path)
    assert words(cadre.page(path)).index("陈干部 退出") < words(cadre.page(path)).index("陈大一的全号")
    for nothing in ("", " ", "看", "很" * 201):
        refused = cadre.send(path, reason=nothing)
        assert (refused.status_code, number in refused.text) == (422, False)
    shown = cadre.send(path, reason="核对医保报销")
    assert number in shown.text
    assert "13800000150" in shown.text
    assert shown.headers["Cache-Control"] == "private, no-store"
    with county.app.app_context():
        [trace] = db.session.scalars(select(Trace).where(Trace.what != Look.FILE))
        assert (trace.what, trace.subject, trace.reason) == ("numbers", person(county), "核对医保报销")


def test_nobody_elsewhere_sees_a_full_number_and_no_trace_is_left(county: County) -> None:
    other, path = browser(county, "cadre2"), f"/people/{person(county)}/numbers"
    assert other.get(path).status_code == 403
    assert other.send(path, reason="核对医保报销").status_code == 403
    with county.app.app_context():
        assert db.session.scalar(select(Trace.id)) is None


def test_a_file_of_many_entries_and_photographs_asks_no_more_than_one_of_few(county: County) -> None:
    for seed in (1, 2):
        visited(county, evidence=[{"sha256": photograph(county, seed), "kind": "house"}])
    shared = [{"sha256": photograph(county, 1), "kind": "house"}]
    visited(county, "town2", evidence=shared, household_id=county.households[ELSEWHERE])
    office = browser(county, "county")
    office.page(address(county))  # the look that begins a sitting is written down
    with statements(county) as few:
        office.page(address(county))
    for seed in range(3, 12):
        visited(county, "town", evidence=[{"sha256": photograph(county, seed), "kind": "house"}])
    with statements(county) as many:
        office.page(address(county))
    assert len(few) == len(many) <= 21


def test_a_name_that_is_a_script_is_shown_as_text_in_the_whole_file(county: County) -> None:
    with county.app.app_context():
        transact(lambda session: session.execute(update(Person).values(name=NASTY, relation=NASTY, health=NASTY)))
        transact(lambda session: session.execute(update(Household).values(head=NASTY)))
    visited(county, informant=NASTY, location_reason=NASTY, members=[{"new": {"name": NASTY, "health": NASTY}}])
    page = browser(county, "county").page(address(county))
    assert NASTY not in page
    assert page.count("&lt;script&gt;") > 6
    asked = browser(county, "county").page(f"/people/{person(county)}/numbers")
    assert NASTY not in asked
    assert f"{NASTY}的全号" in words(asked)


def test_the_file_says_what_is_new_since_the_last_look(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    office, now = browser(county, "county"), clock.now()
    assert "您上次看是" not in office.page(address(county))
    visited(county, "cadre")
    assert "之后新增" not in office.page(address(county)), "the first sitting goes on"
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    page = office.page(address(county))
    assert "之后新增 1 条" in words(page)
    assert page.count(">新<") == 1
    assert "之后新增 1 条" in words(office.page(address(county))), "a second look in the same sitting says the same"
    assert "您上次看是" not in browser(county, "town").page(address(county)), "each reader has a last look of their own"
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=4))
    assert "之后新增" not in office.page(address(county))
