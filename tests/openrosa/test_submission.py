"""OpenRosa: what becomes of what ODK Collect sends."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from field.api.openrosa import answers
from field.api.openrosa.answers import visit_id
from field.api.openrosa.reading import read
from field.codes import Role
from field.db import db
from field.monitoring.visiting import evidence
from field.monitoring.visiting.visit_rules import faults, plain
from field.registry.households import Household, Person
from tests.collecting import (
    VILLAGE,
    answered,
    bill,
    entries,
    instance_id,
    parcel,
    said,
    sent,
    visited,
    with_photos,
    written,
)
from tests.county import CASES, County
from tests.media.pictures import saved, scene

ELSEWHERE = "420626102201"
PHOTO, HOUSE = saved(scene(1), "JPEG"), saved(scene(2), "JPEG")


def test_a_visit_filled_in_with_collect_is_the_visit_of_the_contract(county: County) -> None:
    instance = instance_id()
    filled = answered(county.households[VILLAGE], **with_photos(bill("1.jpg"), {"kind": "house", "picture": "2.jpg"}))
    answer = sent(county, parcel(written(filled, instance), {"1.jpg": PHOTO, "2.jpg": HOUSE}))
    assert (answer.status_code, "回执号" in said(answer)) == (201, True)
    [(kind, visit)] = entries(county)
    at, digests = filled["visited_at"], [hashlib.sha256(data).hexdigest() for data in (PHOTO, HOUSE)]
    base = CASES["base"]
    assert kind == "visit"
    assert visit == {
        "id": visit_id(instance), "household_id": county.households[VILLAGE], "visited_at": at, "informant": "户主",
        "location": {
            "latitude": 31.7405, "longitude": 111.3127, "accuracy_m": 18, "fix_at": at, "datum": "WGS-84"
        },
        "members": [], "income": base["income"] | {"transfers": 156050}, "expenses": base["expenses"],
        "guarantees": base["guarantees"] | {"medical": {"status": "problem", "note": "自费药 <未报销> & 没钱"}},
        "risk_factors": ["illness", "housing"], "needs": ["medical", "cash"], "note": "", "unchanged": ["members"],
        "evidence": [
            {"sha256": digests[0], "kind": "receipt", "issued_on": "2026-10-08", "amount": 1275000,
             "compliant_amount": 1100001},
            {"sha256": digests[1], "kind": "house"},
        ],
    }  # fmt: skip
    with county.app.app_context():
        assert evidence.visible_among(db.session(), digests, county.actor("cadre")) == set(digests)


def test_the_same_twice_is_once_and_told_alike(county: County) -> None:
    sending = parcel(visited(county))
    first, again = sent(county, sending), sent(county, sending)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert len(entries(county)) == 1


def test_the_same_instance_with_other_answers_is_refused(small_county: County) -> None:
    instance, home = instance_id(), small_county.households[VILLAGE]
    filled = answered(home)
    assert sent(small_county, parcel(written(filled, instance))).status_code == 201
    other = sent(small_county, parcel(written(filled | {"note": "另一个说法"}, instance)))
    assert (other.status_code, said(other)) == (409, "这次走访已经入账，内容和这次交的不一样")


def test_photographs_that_come_in_several_sendings_are_one_visit(county: County) -> None:
    instance = instance_id()
    filled = answered(county.households[VILLAGE], **with_photos(bill("1.jpg"), {"kind": "house", "picture": "2.jpg"}))
    form = written(filled, instance)
    part, last = parcel(form, {"1.jpg": PHOTO}, more_to_come=True), parcel(form, {"2.jpg": HOUSE})
    assert sent(county, last).status_code == 422  # the first is not here yet
    assert (sent(county, part).status_code, entries(county)) == (201, [])
    assert (sent(county, part).status_code, sent(county, last).status_code) == (201, 201)
    assert (sent(county, part).status_code, sent(county, last).status_code) == (201, 201)  # its answer was lost
    [(_, visit)] = entries(county)
    assert [item["sha256"] for item in visit["evidence"]] == [
        hashlib.sha256(data).hexdigest() for data in (PHOTO, HOUSE)
    ]


def test_what_another_account_sent_before_is_no_part_of_a_visit(small_county: County) -> None:
    form = visited(small_county, **with_photos(bill("1.jpg")))
    assert sent(small_county, parcel(form, {"1.jpg": PHOTO}, more_to_come=True), "town").status_code == 201
    assert sent(small_county, parcel(form)).status_code == 422


def test_members_are_told_as_on_our_own_form(small_county: County) -> None:
    with small_county.app.app_context():
        person = db.session.scalars(select(Person.id).join(Household).where(Household.region == VILLAGE)).first()
    known = {"whose": "known", "person": person, "work": "电工", "months_away": "10", "monthly_income": "4500.5"}
    new = {"whose": "new", "name": "陈小宝", "relation": "孙子", "sex": "male", "birth_date": "2026-01-02"}
    form = visited(small_county, members_state="changed", members={"member": [known, new]})
    assert sent(small_county, parcel(form)).status_code == 201
    [(_, visit)] = entries(small_county)
    assert visit["members"][0] == {"person_id": person, "work": "电工", "months_away": 10, "monthly_income": 450050}
    assert visit["members"][1]["new"]["relation"] == "孙子"
    assert visit["unchanged"] == []


def test_a_person_whom_collect_opened_twice_is_one_member(small_county: County) -> None:
    with small_county.app.app_context():
        person = db.session.scalars(select(Person.id).join(Household).where(Household.region == VILLAGE)).first()
    several = [
        {"whose": "known", "person": person, **more} for more in ({"work": "电工"}, {"work": "木工", "health": "健康"})
    ]
    form = visited(small_county, members_state="changed", members={"member": several})
    assert sent(small_county, parcel(form)).status_code == 201
    [(_, visit)] = entries(small_county)
    assert visit["members"] == [{"person_id": person, "work": "木工", "health": "健康"}]


def test_a_household_is_found_by_its_number_and_one_elsewhere_like_one_that_is_not_there(small_county: County) -> None:
    form = [visited(small_county, find="number", household=None, number=number) for number in ("H0000", "H0002", "H99")]
    mine, other, nobody = (sent(small_county, parcel(one)) for one in form)
    assert (mine.status_code, other.status_code, nobody.status_code) == (201, 403, 403)
    assert other.data == nobody.data
    faulty = [visited(small_county, find="number", number=number, informant="") for number in ("H0002", "H99")]
    assert len({sent(small_county, parcel(one)).data for one in faulty}) == 1
    assert (
        sent(small_county, parcel(written(answered(small_county.households[ELSEWHERE]), instance_id()))).status_code
        == 403
    )


def test_a_visit_made_with_the_right_and_sent_after_it_ended_is_held_for_the_town(small_county: County) -> None:
    form = visited(small_county)
    small_county.move("cadre", Role.VILLAGE, ELSEWHERE)
    answer = sent(small_county, parcel(form))
    assert (answer.status_code, "交乡镇核收" in said(answer)) == (201, True)
    assert [kind for kind, _ in entries(small_county)] == ["held_visit"]
    assert sent(small_county, parcel(visited(small_county))).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"informant": ""}, "请填写谁介绍的情况"),
        ({"place": ""}, "没有位置，请选没有定位的原因"),
        ({"place": "31 111"}, "定位精度"),
        ({"place": "north 111 0 5"}, "纬度请填数字"),
        ({"income_state": "", "risk_factors_state": ""}, "请填写收入；请填写风险点"),
        ({"income": {"income_wages": "-1"}}, "工资性收入不能小于0"),
        ({"income": {"income_wages": "1.005"}}, "工资性收入请填数字"),
        ({"income": {"income_wages": "NaN"}}, "工资性收入请填数字"),
        ({"income": {"income_wages": "1E99999999"}}, "工资性收入请填数字"),
        ({"risk_factors": {"main_risk": "bad luck"}}, "风险点请在给出的选项里选"),
        ({"household": "H0000"}, "农户的格式不对"),
        ({"visited_at": "today"}, "走访时间的格式不对"),
        ({"note": "长" * 2001}, "备注太长，最多2000个字"),
        ({"members_state": "changed", "members": {"member": {"whose": "known", "work": "电工"}}}, "请填写是哪位成员"),
        (
            {"members_state": "changed", "members": {"member": {"person": "019aaaaa-0000-7000-8000-00000000dead"}}},
            "这位成员不在这一户里，请重新选择",
        ),
        (with_photos({"kind": "cat", "picture": "1.jpg"}), "照片种类请在给出的选项里选"),
    ],
)
def test_every_fault_is_named_in_the_answer_and_nothing_is_recorded(
    small_county: County, changes: dict[str, Any], words: str
) -> None:
    answer = sent(small_county, parcel(visited(small_county, **changes), {"1.jpg": PHOTO}))
    assert (answer.status_code, words.replace(",", "，") in said(answer).replace(",", "，")) == (422, True), said(
        answer
    )
    assert entries(small_county) == []


def test_no_need_is_told_as_none(small_county: County) -> None:
    assert sent(small_county, parcel(visited(small_county, needs="none"))).status_code == 201
    assert [visit["needs"] for _, visit in entries(small_county)] == [[]]


LETTERS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)
NUMBERS = st.from_regex(answers.NUMBER, fullmatch=True)


@given(st.data())
def test_whatever_was_filled_in_is_a_visit_or_has_its_faults_named(data: st.DataObject) -> None:
    filled = answered("019aaaaa-0000-7000-8000-0000000000aa", **with_photos(bill("1.jpg")))
    member = {"whose": "new", "name": "陈小宝", "months_away": "3", "monthly_income": "1"}
    filled |= {"members_state": "changed", "members": {"member": member}}
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.sampled_from([filled, filled["income"], filled["guarantees"], filled["photo"][0], member]))
        leaves = [name for name, value in where.items() if isinstance(value, str)]
        where[data.draw(st.sampled_from(leaves))] = data.draw(LETTERS | NUMBERS)
    read_back = read(written(filled, instance_id()))
    digests = dict.fromkeys(answers.pictures(read_back), "0" * 64)
    visit = plain(answers.visit_of(read_back, "uuid:1", read_back.said("household"), digests))
    json.dumps(visit, allow_nan=False)
    assert all(fault["message"] for fault in faults(visit))


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><data id="field_visit">&b;</data>'
FOREIGN = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><data id="field_visit">&a;</data>'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"visit", 400), (b"<data>", 400), (BOMB, 400), (FOREIGN, 400), (b"<a/><b/>", 400),
        (BOMB.decode().encode("utf-16"), 400), (b"<a>" * 9 + b"</a>" * 9, 400), (b"<a>" + b"<b/>" * 6000 + b"</a>", 400),
        (b'<data id="other"><meta><instanceID>uuid:1</instanceID></meta></data>', 400),
        (b'<data id="field_visit"/>', 400), (b"<a>" + b" " * 300_000 + b"</a>", 413), (b"<a>\x00</a>", 400),
        (b'<data id="field_visit"><meta><instanceID>uuid:1</instanceID></meta></data>', 422),
    ],
)  # fmt: skip
def test_what_is_no_form_is_refused_in_plain_words(small_county: County, body: bytes, status: int) -> None:
    answer = sent(small_county, parcel(body))
    assert (answer.status_code, bool(said(answer))) == (status, True)


@pytest.mark.parametrize(
    ("photo", "status", "words"),
    [(b"GIF89a", 422, "不是能识别的照片"), (PHOTO[:-900], 422, "不完整"), (b"x" * (15 << 20 | 1), 413, "太大")],
)
def test_what_is_no_photograph_is_refused_by_its_name(
    small_county: County, photo: bytes, status: int, words: str
) -> None:
    answer = sent(small_county, parcel(visited(small_county, **with_photos(bill("1.jpg"))), {"1.jpg": photo}))
    assert (answer.status_code, answer.mimetype) == (status, "text/xml")
    assert words in said(answer) or "超过" in said(answer)
    assert entries(small_county) == []


def test_files_that_the_form_does_not_name_are_left_aside(small_county: County) -> None:
    assert sent(small_county, parcel(visited(small_county), {"audit.csv": b"event,node"})).status_code == 201


def test_more_than_one_sending_holds_is_refused(small_county: County) -> None:
    answer = sent(small_county, parcel(visited(small_county), {"a": bytes(17 << 20)}))
    assert (answer.status_code, answer.headers["X-OpenRosa-Version"]) == (413, "1.0")


def test_a_form_on_a_foreign_page_sends_nothing(small_county: County) -> None:
    sending = parcel(visited(small_county))
    sending["headers"].pop("X-OpenRosa-Version")
    assert sent(small_county, sending).status_code == 400
    assert entries(small_county) == []
