"""需要处理: two versions of one visit, a refused one that is mended beside a draft, and a draft that nobody wants."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_offline_day import photograph
from tests.phone.screens import Hand
from tests.phone.test_screens import looks

pytestmark = pytest.mark.browser
GO = "path => dispatchEvent(new CustomEvent('field:go', {detail: {path}}))"
STORE = "async table => (await import('/m/store.js')).all(table)"


def shoot(hand: Hand, number: int) -> None:
    """One more photograph of the house."""
    camera = hand.page.locator("label", has_text="房屋").locator("input[type=file]")
    camera.set_input_files({"name": "house.jpg", "mimeType": "image/jpeg", "buffer": photograph(number)})
    hand.page.locator("label", has_text="房屋").get_by_text(f"{number} 张").wait_for()


def waiting(hand: Hand) -> dict[str, Any]:
    """The visit that lies in the queue."""
    [item] = [one for one in hand.page.evaluate(STORE, "visits") if one["state"] != "done"]
    return dict(item)


def conflicting(hand: Hand) -> dict[str, Any]:
    """A visit with two photographs saved without network, of which the ledger has another version by then."""
    hand.at_visit()
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.context.set_offline(True)
    hand.page.get_by_text("全部无变化").click()
    shoot(hand, 1)
    shoot(hand, 2)
    hand.fill("note", "屋顶漏雨")
    hand.save()
    hand.page.get_by_text("已记录，等有网络自动上传").wait_for()
    sent = waiting(hand)["visit"]
    kept = {**sent, "note": "已经修好", "location": {**sent["location"], "accuracy_m": 25}}
    kept |= {"evidence": sent["evidence"][:1], "unchanged": sent["unchanged"][1:]}
    assert hand.county.client("cadre").post("/api/visits", json=kept).status_code == 201
    hand.context.set_offline(False)
    hand.page.get_by_text("两份内容不一样的地方").wait_for()
    return dict(sent)


def rows(hand: Hand) -> Locator:
    return hand.page.locator("dl.versions")


def test_both_versions_stand_side_by_side_and_the_ledgers_is_kept_only_once_that_was_confirmed(
    hand: Hand, tmp_path: Any
) -> None:
    sent = conflicting(hand)
    expect(rows(hand).locator("dt")).to_have_text(["家庭成员", "备注", "位置", "照片（只列不一样的）"])
    expect(rows(hand).nth(0)).to_have_text("家庭成员台账里的没有记手机里的无变化")
    expect(rows(hand).nth(1)).to_have_text("备注台账里的已经修好手机里的屋顶漏雨")
    expect(rows(hand).nth(2)).to_contain_text("误差约 25 米")
    expect(rows(hand).nth(3)).to_contain_text("没有别的照片")
    looks(hand, tmp_path / "versions.png")
    hand.tap("保留台账里的")
    dialog = hand.page.get_by_role("dialog")
    expect(dialog).to_contain_text("手机里的这份和它的 1 张照片会删除，不能恢复。台账里还缺的 1 张照片会接着上传。")
    looks(hand, tmp_path / "keep.png")
    dialog.get_by_role("button", name="留着").click()
    assert waiting(hand)["visit"] == sent
    hand.tap("保留台账里的")
    dialog.get_by_role("button", name="保留台账里的，删除手机里的").click()
    hand.page.get_by_text("已入台账").wait_for()
    expect(hand.page.locator("#head")).to_contain_text("已全部上传")
    assert hand.page.evaluate(STORE, "photos") == []
    [*_, entry] = hand.visits()
    assert (entry["payload"]["note"], len(hand.visits())) == ("已经修好", 2)
    assert hand.page.locator(".number").inner_text() == entry["receipt"]
    first, second = (one["sha256"] for one in sent["evidence"])
    cadre = hand.county.client("cadre")
    assert cadre.get(f"/api/evidence/{first}").status_code == 200
    assert cadre.get(f"/api/evidence/{second}").status_code == 404


def test_a_household_that_is_nowhere_to_be_had_bars_no_way_out(hand: Hand) -> None:
    sent = conflicting(hand)
    hand.context.set_offline(True)
    hand.page.evaluate("async id => (await import('/m/store.js')).del('households', id)", hand.household)
    for path in ("/m/waiting", f"/m/waiting/{sent['id']}"):
        hand.page.evaluate(GO, path)
        hand.page.get_by_text("两份内容不一样的地方").wait_for()
        hand.tap("改好另记一次")
        dialog = hand.page.get_by_role("dialog")
        expect(dialog).to_contain_text("可以交乡镇处理")
        dialog.get_by_role("button", name="返回").click()
        assert waiting(hand)["visit"] == sent
    hand.tap("交乡镇处理")
    hand.page.get_by_role("dialog").get_by_role("button", name="交给乡镇").click()
    hand.page.get_by_text("已记录，等有网络自动上传").wait_for()


def test_the_phones_version_may_be_noted_as_another_visit(hand: Hand) -> None:
    conflicting(hand)
    hand.tap("改好另记一次")
    hand.page.get_by_text("已定位").wait_for()
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    assert [entry["payload"]["note"] for entry in hand.visits()][1:] == ["已经修好", "屋顶漏雨"]


def refused(hand: Hand) -> None:
    """A visit that the server did not take lies under 需要处理."""
    hand.context.route("**/visit.schema.json", lambda route: route.abort())  # the rules never reached this phone
    hand.context.route("**/m/sw.js", lambda route: route.abort())
    hand.at_visit()
    hand.page.get_by_text("全部无变化").click()
    hand.changed("expenses")
    hand.fill("expenses.other", "很多")
    hand.save()
    hand.page.get_by_text("其他大额支出请填数字").wait_for()


def test_a_refused_visit_waits_for_the_draft_of_its_household_and_neither_is_lost_or_doubled(
    hand: Hand, tmp_path: Any
) -> None:
    refused(hand)
    queued = waiting(hand)["id"]
    hand.tap("回到今天")
    hand.page.locator("main a.card[href^='/m/']").first.click()
    hand.page.get_by_role("link", name="开始走访").click()
    hand.fill("note", "第二次去")
    hand.kept()
    hand.page.get_by_label("返回").click()
    hand.page.locator("#head .truth").click()
    hand.tap("修改后再发")
    dialog = hand.page.get_by_role("dialog")
    expect(dialog).to_contain_text("这一户还有一份没填完")
    looks(hand, tmp_path / "begun.png")
    dialog.get_by_role("button", name="返回").click()
    hand.tap("修改后再发")
    dialog.get_by_role("button", name="先填那一份").click()
    expect(hand.page.locator("[data-field=note] textarea")).to_have_value("第二次去")
    assert len(hand.page.evaluate(STORE, "drafts")) == 1
    assert waiting(hand)["id"] == queued
    hand.page.get_by_text("全部无变化").click()
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    hand.page.locator("#head .truth").click()
    hand.tap("修改后再发")
    expect(hand.page.locator("[data-field='expenses.other'] input")).to_have_value("很多")
    hand.fill("expenses.other", "300")
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    assert [entry["payload"]["note"] for entry in hand.visits()] == ["", "第二次去", ""]
    assert hand.page.evaluate(STORE, "drafts") == []


def test_a_draft_that_nobody_wants_is_deleted_with_its_photographs_once_that_was_confirmed(
    hand: Hand, tmp_path: Any
) -> None:
    hand.at_visit()
    shoot(hand, 1)
    hand.kept()
    hand.page.get_by_label("返回").click()
    hand.page.locator("#head .truth").click()
    looks(hand, tmp_path / "draft.png")
    hand.tap("删除这份草稿")
    hand.page.get_by_role("dialog").get_by_role("button", name="留着").click()
    assert len(hand.page.evaluate(STORE, "drafts")) == 1
    hand.tap("删除这份草稿")
    hand.page.get_by_role("dialog").get_by_role("button", name="删除这份草稿").click()
    expect(hand.page.get_by_text("没填完的")).to_have_count(0)
    assert [hand.page.evaluate(STORE, table) for table in ("drafts", "photos")] == [[], []]
    assert len(hand.visits()) == 1


def test_a_refused_photograph_is_told_beside_the_receipt_and_goes_alone(hand: Hand, tmp_path: Any) -> None:
    hand.at_visit()
    hand.page.get_by_text("全部无变化").click()
    camera = hand.page.locator("label", has_text="房屋").locator("input[type=file]")
    camera.set_input_files({"name": "house.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8 no picture"})
    hand.page.locator("label", has_text="房屋").get_by_text("1 张").wait_for()
    hand.save()
    result = hand.page.locator(".result.needs_attention")
    expect(result).to_contain_text("不是能识别的照片")
    expect(result.locator("h2")).to_have_text("已入台账")
    looks(hand, tmp_path / "refused.png")
    hand.tap("删除没收下的照片")
    hand.page.get_by_role("dialog").get_by_role("button", name="删除没收下的照片").click()
    expect(hand.page.locator("#head")).to_contain_text("已全部上传")
    expect(hand.page.locator(".number")).to_have_text(hand.visits()[-1]["receipt"])
    assert hand.page.evaluate(STORE, "photos") == []
