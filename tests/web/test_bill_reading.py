"""识读票据页: a receipt is read when asked, shown beside its photograph, and counts only as a person has confirmed it."""

import pytest

from field import worker
from field.codes import JobKind
from field.db import db, transact
from field.media.receipt_lines import Line
from field.media.receipt_reading import Unread
from field.monitoring.rebuild import rebuild
from field.monitoring.traces import Trace
from field.work import Job
from tests.county import County
from tests.monitoring.test_relief_sheet import HOME, LAST_YEAR, MARCH, people, seen, told
from tests.web.office import browser, photograph, words

TEXTS = (
    f"开票日期：{MARCH}", "（小写）￥3040.50", "医保统筹基金支付：2000.00", "其他支付：40.50",
    "个人自付：800.00", "个人自费：200.00", "收款单位（章）：保康县人民医院",
)  # fmt: skip


def reads(*texts: str) -> list[Line]:
    return [Line(text, 10, place * 40, 500, place * 40 + 30, 0.97) for place, text in enumerate(texts)]


def photographed(county: County) -> str:
    """The page of a bill of which nothing but its photograph is known."""
    county.app.extensions["field_reader"] = lambda _data: reads(*TEXTS)
    digest = photograph(county, 1)
    seen(county, {"sha256": digest, "kind": "receipt"})
    return f"/households/{county.households[HOME]}/relief/{digest}"


def work(county: County) -> None:
    while worker.worker(county.app).step():
        pass


def test_the_officer_sees_what_was_read_beside_the_photograph_and_confirms_each_figure(county: County) -> None:
    path = photographed(county)
    town, head = browser(county, "town"), people(county)[0]
    assert path in town.page(path.rpartition("/")[0])
    assert "识读这张票据" in words(town.page(path))
    for _twice in range(2):
        assert town.send(f"{path}/reading").status_code == 303
    assert "正在识读" in words(town.page(path))
    work(county)
    page = town.page(path)
    said = words(page)
    for one in (
        "医院 保康县人民医院",
        "费用总额 3,040.50 元 票据上：(小写)¥3040.50 · 把握 97% 和别的数对得上",
        "票据上：个人自付:800.00 个人自费:200.00",
        "只是建议，会读错",
    ):
        assert one in said
    assert f'src="/api/evidence/{path.rpartition("/")[2]}?size=large"' in page
    fields = {"person_id": head, "issued_on": MARCH, "amount": "1000.00", "compliant_amount": "800.00", "note": "确认"}
    refused = town.send(path, **fields)
    assert refused.status_code == 422
    for name in ("开票日期", "总金额", "合规费用"):
        assert f"{name}是识读的，请对照照片核对后打勾，或改正" in words(refused.text)
    refused = town.send(path, **fields, compared=["issued_on", "amount"])
    assert (refused.status_code, "合规费用是识读的" in words(refused.text)) == (422, True)
    assert "总金额是识读的" not in words(refused.text)
    assert told(county)["years"] == [], "nothing counts before it is confirmed"
    key = "01a21899-16c8-7615-b3c6-c7fbce161aca"
    for _twice in range(2):
        done = town.send(path, **fields, key=key, compared=["issued_on", "amount", "compliant_amount"])
        assert done.status_code == 303
    [year] = told(county)["years"]
    assert (year["amount"], year["compliant"], year["year"]) == (100_000, 80_000, LAST_YEAR)
    assert "怎么来的 识读后人工确认" in words(town.page(f"/households/{county.households[HOME]}"))
    with county.app.app_context():
        assert transact(rebuild).differing == ()
        assert db.session.query(Trace).filter_by(what="photo_reading", subject=path.rpartition("/")[2]).count() > 0
        [job] = db.session.query(Job).filter_by(kind=JobKind.RECEIPT_READING.value)
        assert all(name.isidentifier() for name in (job.result or {})["read"]), "a job keeps no figures"


def test_a_figure_typed_anew_needs_no_tick_and_what_was_not_read_is_filled_by_hand(small_county: County) -> None:
    path = photographed(small_county)
    small_county.app.extensions["field_reader"] = lambda _data: reads("个人支付：1000.00")
    town = browser(small_county, "town")
    town.send(f"{path}/reading")
    work(small_county)
    said = words(town.page(path))
    assert "没有别的数可对，请细看" in said
    assert "没有读准，请照着照片填写" in said
    fields = {"person_id": people(small_county)[0], "issued_on": MARCH, "compliant_amount": "800", "note": "确认"}
    assert "请写总金额" in words(town.send(path, **fields, amount="一千").text)
    assert "请选是家里哪一位的票据" in words(town.send(path, **fields | {"person_id": ""}, amount="1100").text)
    assert town.send(path, **fields, amount="1100").status_code == 303
    assert told(small_county)["years"][0]["amount"] == 110_000


def test_a_reading_that_fails_or_a_county_without_reader_says_so(small_county: County) -> None:
    path, town = photographed(small_county), browser(small_county, "town")

    def stumbles(_data: bytes) -> list[Line]:
        raise Unread

    small_county.app.extensions["field_reader"] = stumbles
    assert "这张照片还没有识读" in words(town.send(path, amount="1").text)
    town.send(f"{path}/reading")
    work(small_county)
    assert "这张照片没有读成" in words(town.page(path))
    small_county.app.extensions["field_reader"] = None
    assert "这台机器没有装识读" in words(town.page(path))
    assert town.send(f"{path}/reading").status_code == 303
    assert path not in town.page(path.rpartition("/")[0])


@pytest.mark.parametrize(("who", "status"), [("cadre", 403), ("town2", 403), ("medical", 403)])
def test_only_who_may_correct_bills_of_the_household_has_them_read(small_county: County, who: str, status: int) -> None:
    path, other = photographed(small_county), browser(small_county, who)
    assert other.get(path).status_code == status
    assert other.send(f"{path}/reading").status_code == status
    assert other.send(path, amount="1").status_code == status
    assert browser(small_county, "town").get(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 403
