"""更正登记: an officer puts right what stands wrong of a person, against a reason; on both databases."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.codes import EntryKind, Role
from field.db import db, transact
from field.ledger.entries import Entry
from field.monitoring.checks.quality import checks_called, count, of_household, terms
from field.monitoring.roster.enrol import enrol
from field.monitoring.visiting.visits import record_visit
from field.registry.households import Household, Person
from field.registry.idnumber import make
from field.registry.sealing import blind
from tests.county import STAFF, County, household
from tests.test_erasing import erased
from tests.web.office import browser, links, words

HOME, OTHER = "420626107204", "420626107205"
RIGHT = make("420626", date(1968, 5, 4), 301)
NOTE = {"note": "对照身份证，录错了一位"}


def person(county: County, place: int = 0, village: str = HOME) -> Person:
    with county.app.app_context():
        here = Person.household_id == county.households[village]
        return db.session.scalars(select(Person).where(here).order_by(Person.position)).all()[place]


def sent(county: County, who: str, whose: Person, **said: str) -> Any:
    return county.client(who).post(f"/people/{whose.id}/correction", data={"key": str(uuid7()), **NOTE, **said})


def told(county: County) -> list[str]:
    """The corrections as they lie in the ledger."""
    with county.app.app_context():
        kind = Entry.kind == EntryKind.PERSON_CORRECTED.value
        return list(db.session.scalars(select(Entry.payload).where(kind)))


def spoil(county: County) -> Person:
    """One whose number was entered wrongly, by a visit from before the form looked at the check digit."""
    wrong = "X" if RIGHT[-1] != "X" else "0"
    new = {"name": "陈小宝", "sex": "male", "birth_date": "1968-05-04", "id_number": RIGHT[:-1] + wrong}
    visit, by = county.visit(members=[{"new": new}]), county.actor("cadre")
    with county.app.app_context():
        transact(lambda session: record_visit(session, visit, by, clock.now()))
    return person(county, 2)


def test_a_wrong_id_number_is_put_right_from_the_check_that_finds_it(county: County) -> None:
    wrong, town = spoil(county), browser(county, "town")
    found = town.page("/quality?check=id_number")
    assert f"/people/{wrong.id}/correction" in links(found)
    assert f"/households/{county.households[HOME]}#members" in links(found)
    assert f"/people/{wrong.id}/correction" in links(town.page(f"/households/{county.households[HOME]}"))
    assert RIGHT[:-1] not in town.page(f"/people/{wrong.id}/correction")
    answer = sent(county, "town", wrong, id_number=RIGHT.lower())
    assert (answer.status_code, answer.location) == (303, f"/households/{county.households[HOME]}#members")
    now = person(county, 2)
    assert (now.id_number, now.id_number_index, now.id_fault) == (RIGHT, blind("id_number", RIGHT), None)
    [payload] = told(county)
    assert RIGHT not in payload, "sealed beside the entry"
    page = words(town.page(f"/households/{county.households[HOME]}"))
    assert "证件号码不对" not in page
    assert "更正登记" in page
    assert f"{RIGHT[:6]}********{RIGHT[-4:]}" in page
    assert "录错了一位" in page
    assert county.rebuilt() == ()


def test_birth_date_sex_and_relation_are_put_right_together(county: County) -> None:
    wife = person(county, 1)
    number = make("420626", date(1971, 6, 5), 303)
    faults = sent(county, "town", wife, id_number=number)
    assert faults.status_code == 422
    said = words(faults.get_data(as_text=True))
    assert "出生日期：和证件号码对不上，号码里是 1971-06-05" not in said, "none was registered"
    assert "性别：和证件号码对不上" in said
    assert sent(county, "town", wife, id_number=number, birth_date="1971-06-05", sex="男").status_code == 303
    now = person(county, 1)
    assert (now.birth_date, now.sex, now.id_fault) == (date(1971, 6, 5), "male", None)
    at_odds = sent(county, "county", now, birth_date="1972-06-05")
    assert "出生日期：和证件号码对不上，号码里是 1971-06-05；请一起改正" in words(at_odds.get_data(as_text=True))
    head = sent(county, "town", now, relation="户主")
    assert "与户主关系：现在的户主是陈大一，请先更正这个人和户主的关系" in words(head.get_data(as_text=True))
    assert sent(county, "town", person(county), relation="其他").status_code == 303
    assert sent(county, "town", now, relation="户主").status_code == 303
    with county.app.app_context():
        assert db.session.get_one(Household, county.households[HOME]).head == "李小一"
    assert county.rebuilt() == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "没有要改的"),
        ({"relation": "户主"}, "没有要改的"),
        ({"relation": "其他", "note": "改"}, "为什么更正：请写明为什么更正"),
        ({"birth_date": "2226-01-01"}, "日期看不懂"),
        ({"birth_date": "2126-01-01"}, "出生日期不能晚于今天"),
        ({"id_number": RIGHT[:-1]}, "证件号码应是18位数字"),
        ({"id_number": RIGHT[:-1] + "Q"}, "不该有的字"),
        ({"relation": "表叔"}, "只能填"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    small_county: County, said: dict[str, str], why: str
) -> None:
    answer = sent(small_county, "town", person(small_county), **said)
    assert answer.status_code == 422
    assert why in words(answer.get_data(as_text=True))
    assert told(small_county) == []


def test_a_number_that_somebody_else_has_is_refused_and_not_said_whose(county: County) -> None:
    other = person(county, 0, "420626102201")
    answer = sent(county, "town", person(county), id_number=other.id_number or "")
    said = words(answer.get_data(as_text=True))
    assert (answer.status_code, "已经登记在另一个人名下" in said, other.name in said) == (422, True, False)
    assert told(county) == []


def test_a_village_puts_schooling_right_and_leaves_the_rest_to_the_town(county: County) -> None:
    child, cadre = person(county, 1), browser(county, "cadre")
    page = cadre.page(f"/people/{child.id}/correction")
    assert "在校生状况" in words(page)
    assert 'name="id_number"' not in page
    assert "请乡镇更正" in words(page)
    for name, value in (("id_number", RIGHT), ("birth_date", "1970-05-05"), ("sex", "男"), ("relation", "其他")):
        assert sent(county, "cadre", child, **{name: value}).status_code == 403
    assert told(county) == []
    assert sent(county, "cadre", child, pupil="初中").status_code == 303
    assert person(county, 1).details["pupil"] == "初中"
    for who in ("cadre2", "town2", "medical", "civil"):
        assert sent(county, who, child, pupil="高中").status_code == 403, STAFF[who]
    assert county.rebuilt() == ()


def test_the_same_page_sent_twice_is_one_correction_and_another_one_under_its_key_is_refused(county: County) -> None:
    whose, key = person(county), str(uuid7())
    for _ in range(2):
        assert sent(county, "town", whose, relation="其他", key=key).status_code == 303
    assert len(told(county)) == 1
    assert sent(county, "town", whose, relation="之父", key=key).status_code == 409
    assert county.rebuilt() == ()


def rostered(county: County, *told: dict[str, Any], number: str = "H0000") -> int:
    """A newer roster of the household with other members; how many people it was taken in with."""
    said: Any = {**household(HOME, 0), "number": number, "address": str(uuid7())}
    said["members"] = [{**member, **more} for member, more in zip(said["members"], told, strict=False)]
    with county.app.app_context():
        return transact(lambda session: enrol(session, [said], "county", clock.now())).persons


def doubted(county: County) -> bool:
    """Whether the check asks people about what a roster says otherwise than was put right, of one home as of all."""
    with county.app.app_context():
        by, [check] = terms(clock.now()), checks_called("roster_against_correction")
        one = check in [found.check for found in of_household(db.session(), county.households[HOME], by)]
        assert one is bool(count(db.session(), check, by, "420626"))
        return one


def test_a_roster_that_tells_the_old_values_again_undoes_no_correction(county: County) -> None:
    before, other = person(county), person(county, 1)
    told = {"id_number": RIGHT, "birth_date": "1968-05-04", "relation": "其他", "pupil": "小学"}
    assert sent(county, "town", before, **told).status_code == 303
    assert sent(county, "town", other, relation="户主").status_code == 303
    old = {"pupil": "高中", "birth_date": "1968-05-04"}
    assert rostered(county, {"pupil": "高中"} | old, {}) == 2
    for turn in range(2):
        now = person(county)
        assert (now.id, now.id_number, now.id_number_index) == (before.id, RIGHT, blind("id_number", RIGHT))
        assert (now.birth_date, now.relation, now.id_fault) == (date(1968, 5, 4), "其他", None)
        with county.app.app_context():
            assert db.session.get_one(Household, county.households[HOME]).head == "李小一"
            assert db.session.query(Person).filter_by(household_id=now.household_id).count() == 2
        assert now.details["pupil"] == "小学"
        if turn == 0:
            assert doubted(county), "of the pupil a third value was told"
            assert sent(county, "cadre", now, pupil="小学").status_code == 303
            assert rostered(county, old, {}) == 2
    assert not doubted(county), "somebody looked, and the roster tells nothing new"
    assert county.rebuilt() == ()


def test_one_who_lives_alone_is_known_by_the_number_that_was_put_right(county: County) -> None:
    before = person(county)
    assert rostered(county, {"phone": "+8613800000999"}) == 1
    assert sent(county, "town", before, id_number=RIGHT).status_code == 303
    assert rostered(county, {"phone": "+8613800000998"}) == 1
    now = person(county)
    assert (now.id, now.id_number, now.phone) == (before.id, RIGHT, "+8613800000998")
    assert county.rebuilt() == ()


def test_a_third_value_of_a_roster_waits_for_people_who_settle_it_either_way(county: County) -> None:
    whose, third = person(county), make("420626", date(1969, 5, 4), 305)
    rostered(county, {"birth_date": "1968-05-04"}, {})
    assert sent(county, "town", whose, id_number=RIGHT).status_code == 303
    assert not doubted(county)
    other = {"id_number": third, "birth_date": "1969-05-04", "sex": "male"}
    for _ in range(2):
        rostered(county, other, {})
        now = person(county)
        assert (now.id_number, str(now.birth_date), now.id_fault) == (RIGHT, "1968-05-04", None)
        assert doubted(county)
    town = browser(county, "town")
    assert f"/people/{whose.id}/correction" in links(town.page("/quality?check=roster_against_correction"))
    page = town.page(f"/people/{whose.id}/correction")
    assert f"名册上现在是： {third[:6]}********{third[-4:]} 。请填上对的那一个" in words(page)
    assert third not in page
    assert third[-4:] not in town.page(f"/households/{now.household_id}"), "no fact of the person"
    assert county.rebuilt() == ()
    assert sent(county, "town", now, id_number=third, birth_date="1969-05-04").status_code == 303
    now = person(county)
    assert (now.id_number, str(now.birth_date), doubted(county)) == (third, "1969-05-04", False)
    rostered(county, {"id_number": RIGHT, "birth_date": "1968-05-04"}, {})
    assert (person(county).id_number, doubted(county)) == (third, False), "that one was put right"
    assert county.rebuilt() == ()


def test_a_roster_that_comes_round_settles_what_it_said_otherwise(county: County) -> None:
    whose = person(county)
    assert sent(county, "town", whose, relation="其他").status_code == 303
    rostered(county, {"relation": "之父"}, {})
    assert doubted(county)
    rostered(county, {"relation": "其他"}, {"relation": "配偶"})
    assert not doubted(county)
    rostered(county, {"relation": "之父"}, {})
    assert (doubted(county), person(county).relation) == (True, "其他")
    assert county.rebuilt() == ()


def test_who_was_registered_with_a_brothers_number_keeps_a_file_beside_the_brother(county: County) -> None:
    whose = person(county)
    wrong = str(whose.id_number)
    assert sent(county, "town", whose, id_number=RIGHT).status_code == 303
    said: Any = {**household(HOME, 0), "address": "新屋"}
    brother = {"name": "陈大哥", "relation": "之兄弟姐妹", "sex": "male", "id_number": wrong}
    said["members"] = [{**said["members"][0], "id_number": RIGHT}, said["members"][1], brother]
    with county.app.app_context():
        transact(lambda session: enrol(session, [said], "county", clock.now()))
    assert [(person(county, place).name, person(county, place).id_number) for place in (0, 2)] == [
        ("陈大一", RIGHT), ("陈大哥", wrong),
    ]  # fmt: skip
    assert person(county).id == whose.id
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
def test_what_was_erased_since_leaves_the_rebuild_whole(county: County) -> None:
    county.move("town2", Role.COUNTY, "420626")
    assert sent(county, "town", person(county), id_number=RIGHT).status_code == 303
    answer = erased(county, "--apply")
    assert answer.exit_code == 0, answer.output
    assert county.rebuilt() == ()
