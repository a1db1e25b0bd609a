"""重复的人: two rows made one person and two again, exactly; the same after a rebuild, on both databases."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel, EntryKind
from field.db import db, transact
from field.ledger.entries import Entry
from field.monitoring.household_file import facts, people
from field.monitoring.rebuild import DERIVED, fingerprint
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from tests.county import County
from tests.web.office import Browser, browser, visited, words

HERE, THERE = "420626107204", "420626107205"
ONE, TWO, THREE = (f"+861390000000{last}" for last in "123")


@pytest.fixture
def office(county: County) -> Browser:
    return browser(county, "county")


def newcomer(county: County) -> tuple[str, str]:
    """A newcomer whom a visit found in one household, and the person of another household who it really is."""
    visited(county, members=[{"new": {"name": "陈大二", "sex": "male", "phone": "13900000001"}}])
    with county.app.app_context():
        new = db.session.scalars(select(Person.id).where(Person.household_id == county.households[HERE])).all()[-1]
        here = Person.household_id == county.households[THERE], Person.position == 1
        return new, db.session.scalars(select(Person.id).where(*here)).one()


def merge(office: Browser, dup: str, kept: str, note: str = "身份证看过") -> int:
    return office.send("/merging", merge=dup, keep=kept, note=note).status_code


def undo(office: Browser, dup: str, note: str = "弄错了") -> int:
    return office.send("/merging/undo", person=dup, note=note).status_code


def bound(county: County, person_id: str, address: str, channel: Channel = Channel.SMS, *, sure: bool = True) -> None:
    """A number claimed by a person, and confirmed."""

    def work(session: Session) -> None:
        contact = contacts.claim(session, session.get_one(Person, person_id), channel, address, clock.now())
        if sure:
            contacts.confirm(session, contact, Proof.VISIT, "cadre", clock.now())

    with county.app.app_context():
        transact(work)


def whose(county: County, address: str) -> str | None:
    with county.app.app_context():
        found = contacts.attached(db.session(), Channel.SMS, address, clock.now()).contact
        return found.person_id if found else None


def derived(county: County) -> dict[str, str]:
    with county.app.app_context():
        return {table.__tablename__: fingerprint(db.session(), table) for table in DERIVED}


def bindings(county: County) -> list[Any]:
    with county.app.app_context():
        columns = Contact.id, Contact.person_id, Contact.household_id, Contact.state, Contact.revoked_at
        return [tuple(row) for row in db.session.execute(select(*columns).order_by(Contact.id))]


def known_phones(county: County, person_id: str) -> set[str]:
    with county.app.app_context():
        known = facts(db.session(), [person_id], clock.now()).get((person_id, "phone"))
        return {one.value for one in (known.best, *known.others)} if known else set()


def test_merging_and_undoing_restores_exactly_and_a_rebuild_gives_the_same(county: County, office: Browser) -> None:
    dup, kept = newcomer(county)
    bound(county, dup, ONE)
    before, before_bindings = derived(county), bindings(county)
    assert merge(office, dup, kept) == 303
    assert derived(county)["person"] != before["person"]
    assert county.rebuilt() == ()
    assert whose(county, ONE) == kept, "the binding went over"
    assert undo(office, dup) == 303
    after = derived(county)
    history = {"household_standing"}  # remembers that there were fewer for a while
    assert {name for name in before if after[name] != before[name]} == history
    assert bindings(county) == before_bindings
    assert whose(county, ONE) == dup
    assert county.rebuilt() == ()
    assert merge(office, dup, kept) == 303, "merged once more"
    assert county.rebuilt() == ()


def test_facts_are_read_through_and_the_household_counts_each_once(county: County, office: Browser) -> None:
    dup, kept = newcomer(county)
    assert known_phones(county, kept) == {"138****0151"}
    assert merge(office, dup, kept) == 303
    assert known_phones(county, kept) == {"138****0151", "139****0001"}
    with county.app.app_context():
        assert db.session.get_one(Household, county.households[HERE]).persons == 2
        home = county.households[HERE]
        assert dup not in {one.id for one in people(db.session(), [home])[home]}
        on_file = contacts.attached(db.session(), Channel.SMS, ONE, clock.now()).candidates
        assert [one.person_id for one in on_file] == [kept], "the number on file speaks for who is kept"
    page = words(office.page(f"/households/{county.households[HERE]}"))
    assert "重复的登记，已经合并" in page
    assert "合并重复的人" in page
    assert "身份证看过" in words(office.page(f"/households/{county.households[THERE]}"))
    pack = county.client("cadre").get("/api/pack").get_json()
    assert "陈大二" not in str(pack), "the phone's form asks of each once"
    assert office.send("/households", q="13900000001").location.endswith(county.households[THERE])


@pytest.mark.parametrize(("first", "second"), [(TWO, TWO), (TWO, THREE)])
def test_two_numbers_of_one_person_clash_neither_when_merged_nor_when_undone(
    county: County, office: Browser, first: str, second: str
) -> None:
    dup, kept = newcomer(county)
    bound(county, kept, first)
    bound(county, dup, second, sure=first != second)
    before = bindings(county)
    assert merge(office, dup, kept) == 303
    assert whose(county, first) == kept
    assert whose(county, second) == (kept if first == second else None), "which of two is in use, nobody has said"
    assert undo(office, dup) == 303
    assert bindings(county) == before


@pytest.mark.parametrize(("address", "channel", "sure"), [("openid", Channel.WECHAT, True), (TWO, Channel.SMS, False)])
def test_a_number_that_comes_over_stays_confirmed_where_the_other_has_no_confirmed_one_of_its_kind(
    county: County, office: Browser, address: str, channel: Channel, *, sure: bool
) -> None:
    dup, kept = newcomer(county)
    bound(county, kept, address, channel, sure=sure)
    bound(county, dup, ONE)
    assert merge(office, dup, kept) == 303
    assert whose(county, ONE) == kept


def test_what_cannot_be_merged_is_refused_politely(county: County, office: Browser) -> None:
    dup, kept = newcomer(county)
    assert office.get(f"/merging/pair?merge={dup}&keep={dup}").status_code == 422
    assert office.get("/merging/pair").status_code == 422
    assert office.get(f"/merging/pair?merge={dup}&keep=nobody").status_code == 403
    assert merge(office, dup, kept, note="") == 422
    assert merge(office, dup, dup) == 409
    assert merge(office, dup, "nobody") == 403
    assert undo(office, dup) == 409, "nothing was merged"
    assert merge(office, dup, kept) == 303
    assert merge(office, dup, kept) == 409, "a page that has grown old"
    assert merge(office, kept, dup) == 409, "in a circle"
    with county.app.app_context():
        spouse = db.session.scalars(select(Person.id).where(Person.position == 2)).first() or ""
    assert merge(office, kept, spouse) == 409, "somebody stands merged into this one"
    assert merge(office, spouse, dup) == 409, "this one is merged away"
    for username in ("cadre", "town", "medical"):
        other = browser(county, username)
        assert merge(other, dup, kept) == undo(other, dup) == 403
        assert other.get("/merging").status_code == 403
    assert undo(office, dup) == 303
    assert undo(office, dup) == 409
    with county.app.app_context():
        kinds = list(db.session.scalars(select(Entry.kind).where(Entry.kind.like("people%")).order_by(Entry.kind)))
        assert kinds == [EntryKind.PEOPLE_MERGED] * 2 + [EntryKind.PEOPLE_PARTED] * 2, "in the chain of each household"


def test_the_county_finds_two_sees_both_masked_and_finds_the_way_back(county: County, office: Browser) -> None:
    dup, kept = newcomer(county)
    found = office.send("/merging/find", q="陈大二").text
    assert dup in found
    assert kept in found
    assert "没有找到" in words(office.send("/merging/find", q="没有这个人").text)
    page = office.page(f"/merging/pair?merge={dup}&keep={kept}")
    assert "138****0151" in words(page)
    assert "13800000151" not in page
    assert merge(office, dup, kept) == 303
    assert "陈大二 H0000 并入 陈大二 陈大二户" in words(office.page("/merging"))


def test_two_who_differ_in_sex_or_birth_are_warned_of_and_merged_only_on_a_persons_word(
    county: County, office: Browser
) -> None:
    dup, kept = newcomer(county)
    with county.app.app_context():
        rows = [
            {"id": dup, "sex": "female", "birth_date": date(1968, 5, 4)},
            {"id": kept, "birth_date": date(1969, 5, 4)},
        ]
        transact(lambda session: session.execute(update(Person), [{"sex": "male"} | row for row in rows]))
    page = office.page(f"/merging/pair?merge={dup}&keep={kept}")
    assert "▲ 这两个人有对不上的地方" in words(page)
    assert re.findall(r'name="seen" value="(\w+)" required', page) == ["sex", "birth_date"]
    refused = office.send("/merging", merge=dup, keep=kept, note="身份证看过", seen="sex")
    assert refused.status_code == 422
    assert "这两个人的出生日期不一样" in words(refused.text)
    assert "合并重复的人" not in words(office.page(f"/households/{county.households[THERE]}"))
    both = {"merge": dup, "keep": kept, "note": "身份证看过", "seen": ["sex", "birth_date"]}
    assert office.send("/merging", **both).status_code == 303
    assert "不一样但核对过的 性别、出生日期" in words(office.page(f"/households/{county.households[THERE]}"))
    assert undo(office, dup) == 303
    told = words(office.page(f"/households/{county.households[THERE]}"))
    assert told.count("不一样但核对过的") == 1, "taking it back was no looking at them"


def test_two_who_agree_are_not_warned_of(county: County, office: Browser) -> None:
    dup, kept = newcomer(county)
    page = office.page(f"/merging/pair?merge={dup}&keep={kept}")
    assert 'name="seen"' not in page
    assert "▲" not in words(page)


def test_people_of_one_id_number_in_two_households_are_pointed_out(county: County, office: Browser) -> None:
    with county.app.app_context():
        number = db.session.scalars(select(Person.id_number).where(Person.name == "陈大二")).one()
    visited(county, members=[{"new": {"name": "陈大二", "sex": "male", "id_number": number}}])
    assert "没有证件号码相同的人" not in words(office.page("/merging"))
    with county.app.app_context():
        kept, dup = db.session.scalars(select(Person.id).where(Person.name == "陈大二"))
    assert merge(office, dup, kept) == 303
    assert "没有证件号码相同的人" in words(office.page("/merging"))
