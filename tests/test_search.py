"""查找: by name, letters, number and village; of one's own region alone; kept true by what happens later."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.db import db, transact
from field.monitoring import household_file, search
from field.monitoring.rebuild import rebuild
from field.monitoring.roster.enrol import enrol
from field.registry.households import Household
from field.registry.idnumber import make
from field.registry.search_keys import SearchKey
from tests.county import County, household

HERE, BESIDE = "420626107204", "420626102201"


def found(county: County, words: str, username: str = "county", **more: str) -> list[str]:
    """The numbers of the households that the words find."""
    answer = county.client(username).get("/api/households", query_string={"q": words, "per_page": "200", **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    assert told["total"] == len(told["items"])
    return [item["number"] for item in told["items"]]


def add(county: County, number: str, *names: str, village: str = HERE, group: str = "") -> None:
    """Enrol a household of these people, the head first."""
    members = [
        {"name": name, "relation": "其他" if at else "户主", "sex": "male",
         "id_number": make("420626", date(1950, 1, 1 + at), 1 + 2 * (sum(map(ord, number)) % 400))}
        for at, name in enumerate(names)
    ]  # fmt: skip
    row: Any = {"number": number, "region": village, "members": members, "risk_factors": []}
    row |= {"group": group} if group else {}
    with county.app.app_context():
        transact(lambda session: enrol(session, [row], "county", clock.now()))


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("陈大一", ["H0000"]), ("chen da yi", ["H0000"]), ("chendayi", ["H0000"]), ("CDY", ["H0000"]),
        ("cdys", []), ("李小", ["H0000", "H0001", "H0002", "H0003"]), ("lixiaoer", ["H0001"]), ("lxe", ["H0001"]),
        ("h0002", ["H0002"]), ("H", ["H0000", "H0001", "H0002", "H0003"]),
        ("13800000150", ["H0000"]), ("+86 138 0000 0150", ["H0000"]), (make("420626", date(1968, 5, 4), 101), ["H0000"]),
        (make("420626", date(1970, 5, 4), 102).lower(), ["H0000"]), ("13900000000", []),
        ("１３８０００００１５０", ["H0000"]), ("陈 堰垭村", ["H0000"]), ("yanya cdy", ["H0000"]),
        ("李 马桥镇", ["H0000", "H0001"]), ("陈大二 堰垭村", []), ("马桥 镇", []),
        ("堰垭", ["H0000"]), ("堰垭村", ["H0000"]), ("yanya", ["H0000"]), ("yanyacun", ["H0000"]),
        ("马桥", ["H0000", "H0001"]), ("maqiaozhen", ["H0000", "H0001"]), ("houping", ["H0002", "H0003"]),
        ("%", []), ("_", []), ("·", []), ("'; DROP TABLE", []), ("\U0010ffff", []), ("没有这个人", []),
    ],
)  # fmt: skip
def test_a_household_is_found_by_what_people_know_of_it(county: County, words: str, numbers: list[str]) -> None:
    assert found(county, words) == numbers


def test_a_surname_of_several_readings_is_found_by_each(county: County) -> None:
    for number, name in (("S1", "单大海"), ("S2", "曾大海"), ("S3", "仇大海")):
        add(county, number, name)
    assert [found(county, words) for words in ("shandahai", "dandahai", "ddh")] == [["S1"]] * 3
    assert [found(county, words) for words in ("zengdahai", "cengdahai")] == [["S2"]] * 2
    assert [found(county, words) for words in ("qiudahai", "choudahai", "qdh")] == [["S3"]] * 3


def test_words_and_filters_are_asked_together(county: County) -> None:
    assert found(county, "陈", kind="unstable", grade="none", region="420626107") == ["H0000", "H0001"]
    assert found(county, "陈", kind="none") == []
    assert found(county, "cdy", order="urgent") == ["H0000"]


def test_nobody_outside_is_found_by_any_way(county: County) -> None:
    outside = ("陈大三", "chendasan", "cds", "H0002", "13800000152", "后坪", "houping")
    assert [found(county, words, "cadre") for words in outside] == [[]] * len(outside)
    assert found(county, "H", "town") == ["H0000", "H0001"]


def test_who_was_meant_is_told_with_numbers_masked(county: County) -> None:
    def told(words: str) -> list[str]:
        answer = county.client("county").get("/api/households", query_string={"q": words})
        matched: list[str] = answer.get_json()["items"][0]["matched"]
        return matched

    assert told("lixiaoyi") == ["李小一（配偶）"]
    assert told("13800000150") == ["陈大一（户主） 138****0150"]
    [line] = told(make("420626", date(1970, 5, 4), 102))
    assert line.startswith("李小一（配偶） 420626********")
    assert told("堰垭") == []


def test_a_household_is_found_by_its_group_with_a_village_or_somebody_of_it(county: County) -> None:
    for number, group in (("G03", "3组"), ("G13", "13组"), ("G20", "第二十组"), ("GD", "东风组")):
        add(county, number, "周大海", group=group)
    third = ["G03", "H0000"]
    village = [found(county, words, "cadre") for words in ("三组", "3组", "第3组", "第三组", "３组")]
    assert village == [third] * 5, "and not the thirteenth"
    assert [found(county, words) for words in ("堰垭村三组", "堰垭3组", "yanya 3组", "三组 堰垭村")] == [third] * 4
    assert found(county, "马桥镇 三组") == ["G03", "H0000", "H0001"]
    assert [found(county, words) for words in ("周 三组", "zdh 3组", "13组", "十三组", "20组", "东风组")] == [
        ["G03"], ["G03"], ["G13"], ["G13"], ["G20"], ["GD"],
    ]  # fmt: skip
    assert [found(county, words) for words in ("陈 13组", "四组", "堰垭村 四组")] == [[]] * 3
    assert found(county, "三组", "town2") == ["H0002", "H0003"]


def test_many_and_few_are_found_alike(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("陈", "chen", "H", "lx", "马桥", "13800000150", "三组", "马桥镇 三组", "陈大一 三组", "13800000150 三组")
    few = [found(county, words) for words in asked]
    monkeypatch.setattr(search, "DENSE", 0)
    monkeypatch.setattr(household_file, "DENSE", 0)
    assert [found(county, words) for words in asked] == few


def test_a_new_member_a_new_roster_and_a_rebuild_keep_the_words_true(county: County) -> None:
    visit = county.visit(members=[{"new": {"name": "欧阳小宝", "sex": "male"}}])
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    assert found(county, "ouyangxiaobao") == ["H0000"]
    row = household(HERE, 0)
    row["members"][1]["name"] = "李晓一"
    row["region"], row["group"] = BESIDE, "4组"
    with county.app.app_context():
        transact(lambda session: enrol(session, [row], "county", clock.now()))
    assert found(county, "李晓一", "cadre2") == ["H0000"]
    assert found(county, "李小一") == found(county, "李晓一 三组") == []
    assert found(county, "李晓一 四组") == ["H0000"]
    with county.app.app_context():
        assert transact(rebuild).differing == ()


def test_words_changed_by_hand_are_named_by_a_rebuild(county: County) -> None:
    def change(session: Session) -> None:
        session.delete(session.scalars(select(SearchKey).where(SearchKey.key == "cdy")).one())

    with county.app.app_context():
        transact(change)
        assert transact(rebuild).differing == ("search_key",)
        assert db.session.scalar(select(SearchKey.key).where(SearchKey.key == "cdy")) == "cdy"
        assert db.session.scalars(select(Household)).first() is not None


def test_the_phone_takes_along_the_letters_by_which_its_people_are_found(county: County) -> None:
    add(county, "H900", "单大一", "吕梅")
    packed = {one["number"]: one["keys"] for one in county.client("cadre").get("/api/pack").get_json()["items"]}
    assert packed["H900"] == ["dandayi", "ddy", "h900", "lm", "lvmei", "sdy", "shandayi"]
    assert len(packed) > 1
    assert all(packed.values())
