"""乡镇共享: a town's units see the households that concern them, with the fields that they need and no more."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update

from field.codes import Role
from field.db import db, transact
from field.monitoring.posts.sharing_codes import OF_PEOPLE, SharedField
from field.monitoring.traces import Trace
from field.registry.households import Household, Person
from field.registry.staff import Staff
from tests.county import County
from tests.sharings import BARE, ELSEWHERE, HOME, NEXT, TEXT, TOWN, asked, filled, keep, shares
from tests.web.office import browser, words

MARKS = {
    "number": "H000", "head": "陈大一", "village": "堰垭村", "group": "三组", "address": "标记住址",
    "phone": "138****0150", "kind": "unstable", "grade": "orange", "risk_factors": '["illness"]',
    "identified_on": "2022-04-30", "income": "1234567", "name": "李小孩", "relation": "之子", "sex": '"male"',
    "id_number": "420626********", "pupil": "初中", "schooling": "学龄前", "health": "患有大病",
    "disability": "视力二级", "labour": "无劳动力", "medical_insurance": "城乡居民",
}  # fmt: skip
LONGER = "春风十里不如你们"
SECRET = ("白血病", "13800000150", "+86138", "19680504", "19700504")  # in no field at all


@pytest.fixture
def units(county: County) -> County:
    """A town whose every unit has its account; each household has a child, who is ill."""
    filled(county, HOME, NEXT, ELSEWHERE)
    return county


def as_unit(county: County, unit: str | None, username: str = "civil") -> County:
    with county.app.app_context():
        named = update(Staff).where(Staff.username == username).values(unit=unit)
        transact(lambda session: session.execute(named))
    return county


def test_the_civil_affairs_office_sees_income_and_guarantees_of_its_own_town_and_no_illness(units: County) -> None:
    shown = asked(units)
    assert (shown["unit"], shown["total"]) == ("民政办", 2)
    assert {one["village"] for one in shown["items"]} == {"堰垭村", "尧治河村"}
    home = shown["items"][0]
    first, second = home.pop("people")
    assert home == {
        "head": "陈大一", "village": "堰垭村", "group": "三组", "kind": "unstable",
        "income": {"wages": 1_234_567, "business": 0, "property": 0, "transfers": 0, "production_cost": 0,
                   "period": {"from": "2025-10-01", "to": "2026-09-30"}},
        "food_guarantee": "ok", "clothing_guarantee": "ok", "schooling_guarantee": "problem",
        "medical_guarantee": "problem", "housing_guarantee": "ok", "water_guarantee": None,
    }  # fmt: skip
    assert set(first) == set(second) == {"name", "relation", "id_number", "minimum_living", "extreme_hardship"}
    assert (first["name"], first["minimum_living"], second["minimum_living"]) == ("陈大一", None, True)
    assert re.fullmatch(r"420626\*{8}\d{3}[\dX]", first["id_number"])
    assert not [word for word in ("患有大病", *SECRET) if word in json.dumps(shown, ensure_ascii=False)]


def test_the_school_sees_its_pupils_and_the_health_centre_its_patients_and_neither_an_income(units: County) -> None:
    school = asked(as_unit(units, "中心学校"))["items"][0]
    assert school == {
        "head": "陈大一", "village": "堰垭村", "group": "三组", "phone": "138****0150", "schooling_guarantee": "problem",
        "people": [{"name": "李小孩", "age": 11, "pupil": "初中", "schooling": "学龄前"}],
    }  # fmt: skip
    clinic = asked(as_unit(units, "卫生院"))["items"][0]
    assert clinic == {
        "head": "陈大一", "village": "堰垭村", "group": "三组", "phone": "138****0150", "medical_guarantee": "problem",
        "people": [{"name": "李小孩", "age": 11, "health": "患有大病", "medical_insurance": "城乡居民",
                    "major_illness_cover": True}],
    }  # fmt: skip


def test_a_household_without_a_pupil_does_not_concern_the_school_nor_one_that_left(units: County) -> None:
    with units.app.app_context():
        gone = update(Person).where(Person.name == "李小孩", Person.household_id == units.households[HOME])
        transact(lambda session: session.execute(gone.values(left="moved")))
    assert [one["village"] for one in asked(as_unit(units, "中心学校"))["items"]] == ["尧治河村"]


@pytest.mark.parametrize("field", list(SharedField))
def test_a_field_alone_tells_nothing_of_any_other(small_county: County, field: SharedField) -> None:
    filled(small_county)
    people = ["minimum_living"] if field in OF_PEOPLE else []
    shares(small_county, "monitored = true", [field.value], people)
    shown = asked(small_county, region=HOME)
    keys = [{*one, *(key for person in one.get("people", ()) for key in person)} for one in shown["items"]]
    assert keys == [{field.value, "people"} if people else {field.value}]
    told = json.dumps(shown["items"], ensure_ascii=False)
    assert [key for key, mark in MARKS.items() if mark in told] == ([field.value] if field.value in MARKS else [])
    page = words(browser(small_county, "civil").page(f"/sharing?region={HOME}"))
    there = ("number", "head", "group", "address", "phone", "name", "relation", "id_number", "pupil", "health",
             "disability", "labour", "medical_insurance")  # fmt: skip
    assert [key for key in there if MARKS[key] in page] == ([field.value] if field.value in there else [])
    assert not [word for word in SECRET if word in told + page]


def test_each_look_leaves_a_trace_of_every_household_that_was_shown_and_of_no_other(county: County) -> None:
    civil = browser(county, "civil")
    civil.page(f"/sharing?region={NEXT}")
    asked(county, per_page=1, page=1)
    with county.app.app_context():
        rows = db.session.execute(select(Trace.what, Trace.subject, Trace.reason, Trace.staff_id)).all()
    whose = county.actor("civil").staff_id
    homes = county.households
    assert Counter(map(tuple, rows)) == {
        ("shared", homes[NEXT], "民政办", whose): 1, ("shared", homes[HOME], "民政办", whose): 1,
    }  # fmt: skip


def test_the_list_is_paged_and_narrowed_to_a_village_but_never_widened(county: County) -> None:
    pages = [asked(county, per_page=1, page=page) for page in (1, 2, 3)]
    assert [[one["village"] for one in page["items"]] for page in pages] == [["堰垭村"], ["尧治河村"], []]
    assert {page["total"] for page in pages} == {2}
    assert asked(county, region=NEXT)["total"] == 1
    for path in ("/api/sharing", "/sharing"):
        for region in ("420626", "420626102", ELSEWHERE, "42062610", "420626107999x", "全部"):
            answer = county.client("civil").get(path, query_string={"region": region})
            assert answer.status_code in (403, 422), (path, region)
            assert "陈大" not in answer.text


def test_an_account_whose_town_changes_sees_the_new_one_and_nothing_of_the_old(county: County) -> None:
    assert {one["village"] for one in asked(county)["items"]} == {"堰垭村", "尧治河村"}
    county.move("civil", Role.UNIT, "420626102")
    assert {one["village"] for one in asked(county)["items"]} == {"后坪村", "车峰坪村"}
    assert county.client("civil").get("/api/sharing", query_string={"region": HOME}).status_code == 403


@pytest.mark.parametrize(
    ("unit", "region", "told"),
    [
        ("气象站", TOWN, "政策包没有写这个单位"), ("民政", TOWN, "政策包没有写这个单位"), (None, TOWN, "政策包没有写这个单位"),
        ("民政办", "420626", "要定在一个乡镇"), ("民政办", HOME, "要定在一个乡镇"),
    ],
)  # fmt: skip
def test_what_no_rule_and_no_town_covers_is_refused_with_words(
    small_county: County, unit: str | None, region: str, told: str
) -> None:
    as_unit(small_county, unit)
    small_county.move("civil", Role.UNIT, region)
    page = browser(small_county, "civil").get("/sharing")
    answer = small_county.client("civil").get("/api/sharing")
    assert (page.status_code, answer.status_code, answer.get_json()["code"]) == (403, 403, "not_shared")
    assert told in page.text
    assert told in answer.get_json()["detail"]
    assert "陈大" not in page.text + answer.text


def test_a_pack_from_before_shares_nothing_and_a_unit_that_the_county_names_is_shared_with(
    small_county: County,
) -> None:
    keep(small_county, BARE)
    assert small_county.client("civil").get("/api/sharing").status_code == 403
    shares(small_county, "grades = ['red']\n\nrisk_factors = ['illness']\nmonitored = true", ["number"], [], "农技站")
    assert asked(as_unit(small_county, "农技站"))["items"] == [{"number": "H0000"}, {"number": "H0001"}]
    keep(small_county, TEXT.replace("[[sharing]]", "[[sharin]]"))
    assert asked(small_county)["total"] == 2, "a faulty pack leaves the former in force"


def test_a_unit_finds_its_list_after_the_log_in_and_no_way_to_a_file(small_county: County) -> None:
    civil = browser(small_county, "civil")
    answer = civil.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sharing")
    page = civil.page("/sharing")
    assert "与我有关的户 共 2 户" in words(page)
    assert "/households" not in page
    for path in (f"/households/{small_county.households[HOME]}", "/api/statistics", "/bulletin", "/screening"):
        assert civil.get(path).status_code == 403


def test_a_unit_reads_it_in_english(small_county: County) -> None:
    civil = browser(small_county, "civil")
    civil.get("/language/en")
    page = words(civil.page("/sharing"))
    assert "Households that concern me" in page
    assert "may see: Head" in page


def flask(county: County, *said: str) -> Any:
    return county.app.test_cli_runner().invoke(args=["staff", *said])


def test_the_county_opens_an_account_for_a_unit_moves_it_and_names_it_anew(small_county: County) -> None:
    made = flask(
        small_county, "add", "clinic", "--name", "钱院长", "--role", "unit", "--region", TOWN, "--unit", "卫生院",
        "--password", LONGER,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    answer = small_county.client().post("/api/login", json={"username": "clinic", "password": LONGER})
    small_county.tokens["clinic"] = answer.get_json()["token"]
    assert asked(small_county, "clinic")["unit"] == "卫生院"
    moved = flask(small_county, "post", "clinic", "--role", "unit", "--region", "420626102", "--unit", "中心学校")
    assert moved.exit_code == 0, moved.output
    assert asked(small_county, "clinic") | {"fields": {}} == {
        "unit": "中心学校", "fields": {}, "items": [], "total": 0, "page": 1, "per_page": 20,
    }  # fmt: skip
    assert "钱院长\t乡镇单位 420626102 中心学校" in flask(small_county, "list").output


@pytest.mark.parametrize(
    ("region", "unit"), [(TOWN, "气象站"), (TOWN, None), ("420626", "卫生院"), (HOME, "卫生院")]
)  # fmt: skip
def test_no_account_is_opened_for_a_unit_that_would_see_nothing(
    small_county: County, region: str, unit: str | None
) -> None:
    more = ("--unit", unit) if unit else ()
    made = flask(
        small_county, "add", "clinic", "--name", "院长", "--role", "unit", "--region", region, *more,
        "--password", LONGER,
    )  # fmt: skip
    assert made.exit_code == 1
    assert "现在有：民政办、中心学校、卫生院" in made.output
    with small_county.app.app_context():
        assert db.session.scalar(select(Staff.id).where(Staff.username == "clinic")) is None
        assert db.session.scalar(select(Household.id).limit(1)) is not None
