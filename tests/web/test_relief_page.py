"""救助页: who lost what by being identified late, a sheet to print, a bill put right, and the months of a long illness."""

from datetime import date, timedelta

from field import clock
from field.db import transact
from field.monitoring.rebuild import rebuild
from field.monitoring.workdays import china_day
from tests.county import County
from tests.monitoring.casework import left, listed
from tests.monitoring.test_relief_sheet import (
    HOME,
    LAST_YEAR,
    MARCH,
    MAY,
    NEXT,
    OTHER,
    PHOTO,
    bill,
    identified,
    people,
    seen,
    told,
)  # fmt: skip
from tests.web.office import Elements, browser, words

BEGAN = clock.now() - timedelta(days=20)


def test_the_list_tells_who_loses_most_with_sums_by_place(small_county: County) -> None:
    county = small_county
    head = people(county)[0]
    seen(county, bill(head, MARCH, 3_200_000, 3_200_000), bill(head, MAY, 600_000, 600_000, OTHER))
    seen(county, bill(people(county, NEXT)[0], MAY, 500_000, 400_000, "c" * 64), village=NEXT, by="town")
    identified(county, date(LAST_YEAR, 4, 30))
    town = words(browser(county, "town").page(f"/relief?year={LAST_YEAR}"))
    assert "2 户有票据" in town
    assert town.index("陈大一户") < town.index("陈大二户")
    assert "26,340.00 元" in town[town.index("因识别晚少得") :]
    assert "堰垭村 1 38,000.00 元 2,400.00 元 35,600.00 元 26,340.00 元" in town
    office = words(browser(county, "county").page(f"/relief?year={LAST_YEAR}&order=borne"))
    assert "马桥镇 2 43,000.00 元" in office
    assert "这一年还没有票据" in words(browser(county, "town").page("/relief"))
    assert "陈大二户" not in words(browser(county, "cadre").page(f"/relief?year={LAST_YEAR}"))
    assert browser(county, "town2").get("/relief?region=420626107").status_code == 403


def test_a_bill_of_after_monitoring_ended_is_not_told_to_be_lost_by_a_late_identification(small_county: County) -> None:
    left(small_county, listed(small_county, HOME, "town", BEGAN), "move_away", BEGAN + timedelta(days=1))
    head, on = people(small_county)[0], china_day(BEGAN + timedelta(days=9)).isoformat()
    seen(small_county, bill(head, on, 3_300_000, 3_200_000))
    said = words(browser(small_county, "cadre").page(f"/households/{small_county.households[HOME]}/relief"))
    assert "停止监测以后" in said
    assert "识别以前" not in said
    assert "家里还要负担 33,000.00 元" in said


def test_the_sheet_shows_each_bill_with_its_shares_and_what_could_cover_the_rest(small_county: County) -> None:
    head = people(small_county)[0]
    seen(small_county, bill(head, MARCH, 3_300_000, 3_200_000), bill(head, MAY, 600_000, 600_000, OTHER))
    seen(small_county, bill(head, MARCH, 3_300_000, 3_200_000), bill(head, MAY, 900_000, None, "c" * 64))
    identified(small_county, date(LAST_YEAR, 4, 30))
    page = browser(small_county, "cadre").page(f"/households/{small_county.households[HOME]}/relief")
    said = words(page)
    for one in (
        "来过 2 次，只算一次",
        "识别以前",
        "识别以前的票据，少得的救助 26,340.00 元",
        "可由临时救助、村级救助基金补",
        "补上以后，家里还要负担 10,260.00 元",
        "还不知道合规费用",
        "超过 2,000 元的部分救助 60%，封顶 80,000 元",
    ):
        assert one in said
    assert "更正这张票据" not in said, "a village reads; town and county correct"
    assert not [one for one in Elements(page).found if "style" in one.attributes]
    assert "长期用药" not in said.replace("医疗救助 长期用药 救助基金", ""), "nothing of twelve months of nothing"
    file = words(browser(small_county, "cadre").page(f"/households/{small_county.households[HOME]}"))
    assert "医疗费与救助" in file
    assert "26,340.00 元" in file
    assert "有 1 张票据写得不全" in file


def test_a_bill_is_put_right_by_a_form_and_what_was_wrong_is_told(small_county: County) -> None:
    county, head = small_county, people(small_county)[0]
    seen(county, bill(head, MARCH, 7_000_000, None))
    town, path = browser(county, "town"), f"/households/{county.households[HOME]}/relief"
    fields = {"known_as": PHOTO, "person_id": head, "issued_on": MARCH, "key": "01a21899-16c8-7615-b3c6-c7fbce161aca"}
    refused = town.send(path, **fields, amount="七万", compliant_amount="600", note="多写了一个零")
    assert refused.status_code == 422
    assert "请写总金额，单位是元" in words(refused.text)
    assert 'value="多写了一个零"' in refused.text
    for _twice in range(2):
        assert (
            town.send(path, **fields, amount="7,000.00", compliant_amount="6000", note="多写了一个零").status_code
            == 303
        )
    assert town.send(path, **fields, amount="1", compliant_amount="1", note="又改").status_code == 409
    [year] = told(county)["years"]
    assert (year["amount"], year["basic"]) == (700_000, 240_000)
    said = words(town.page(f"/households/{county.households[HOME]}"))
    assert "更正票据" in said
    assert "多写了一个零" in said
    assert town.send(path, known_as="x" * 90, void="1", note="没有这张").status_code == 403
    assert town.send(path, **fields | {"key": "", "person_id": "\0"}, note="\0").status_code == 422
    assert browser(county, "cadre").send(path, **fields, void="1", note="不是").status_code == 403
    with county.app.app_context():
        assert transact(rebuild).differing == ()


def test_a_household_is_marked_as_long_term_and_its_months_are_told(small_county: County) -> None:
    county = small_county
    town, path = browser(county, "town"), f"/long-term/{county.households[HOME]}"
    assert "还不知道每月药费多少" in words(town.page(path))
    assert "现在没有长期用药的户" in words(town.page("/long-term"))
    assert town.send(path, note="x").status_code == 422
    for wrong in ({"month_cost": "三千"}, {"month_cost": "3000", "month_compliant": "3001"}, {"month_compliant": "1"}):
        refused = town.send(path, note="靶向药", **wrong)
        assert (refused.status_code, "没有记下" in words(refused.text)) == (422, True)
    assert town.send(path, note="靶向药停不了", month_cost="3500", month_compliant="3000").status_code == 303
    said = words(town.page(path))
    for one in (
        "靶向药停不了 王镇长",
        "3,500.00 元 其中合规 3,000.00 元",
        "十二个月合计 42,000.00 元",
        "每年一月重新累计",
    ):
        assert one in said
    listed = words(browser(county, "county").page("/long-term"))
    assert "标记：靶向药停不了" in listed
    assert "共 1 户" in listed
    assert "标为长期户" in words(town.page(f"/households/{county.households[HOME]}"))
    assert town.send(path, note="停药了", unmark="1").status_code == 303
    assert "现在没有长期用药的户" in words(town.page("/long-term"))
    assert "标为长期户" not in words(browser(county, "cadre").page(path))
    assert browser(county, "town2").get(path).status_code == 403
