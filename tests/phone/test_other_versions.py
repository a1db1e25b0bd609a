"""需要处理: a call, a consent or a revisit of which the ledger has another version, side by side with every way out."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from field import clock
from tests.browser.test_offline_day import photograph
from tests.browser.test_signing_and_revisiting import draw
from tests.monitoring.casework import HOME, opened, the_case
from tests.phone.screens import Hand
from tests.phone.test_screens import looks
from tests.phone.test_ways_out import STORE, waiting
from tests.revisiting import eliminated

pytestmark = pytest.mark.browser
GO = "path => dispatchEvent(new CustomEvent('field:go', {detail: {path}}))"


def conflict(hand: Hand, path: str, **kept: Any) -> dict[str, Any]:
    """What was just saved without network meets another version of it in the ledger; what was sent."""
    sent: dict[str, Any] = waiting(hand)["visit"]
    answer = hand.county.client("cadre").post(path, json=sent | kept)
    assert answer.status_code == 201, answer.text
    hand.context.set_offline(False)
    hand.page.get_by_text("两份内容不一样的地方").wait_for()
    return sent


def differing(hand: Hand) -> dict[str, list[str]]:
    """The table: what, in the ledger, on the phone."""
    rows = hand.page.locator("dl.versions")
    told = [[row.locator(part).all_inner_texts() for part in ("dt", "dd")] for row in rows.all()]
    return {what: [text.split("\n")[-1] for text in both] for [what], both in told}


def kept_theirs(hand: Hand) -> None:
    """保留台账里的, confirmed."""
    hand.tap("保留台账里的")
    hand.page.get_by_role("dialog").get_by_role("button", name="保留台账里的，删除手机里的").click()
    arrived(hand)


def handed_over(hand: Hand) -> None:
    """交乡镇处理."""
    hand.tap("交乡镇处理")
    hand.page.get_by_role("dialog").get_by_role("button", name="交给乡镇").click()
    arrived(hand)


def as_text(hand: Hand) -> str:
    """导出成文字."""
    hand.tap("导出成文字")
    text = hand.page.get_by_role("dialog").locator("textarea").input_value()
    hand.page.get_by_role("dialog").get_by_role("button", name="关闭").click()
    return text


def arrived(hand: Hand) -> None:
    hand.page.locator(".result.done").wait_for()
    expect(hand.page.locator("#head")).to_contain_text("已全部上传")
    assert [one for one in hand.page.evaluate(STORE, "visits") if one["state"] != "done"] == []


def entries(hand: Hand, kind: str) -> list[dict[str, Any]]:
    """The household's entries of a kind, oldest first."""
    path = f"/api/households/{hand.household}/entries?per_page=50"
    items = hand.county.client("cadre").get(path).get_json()["items"]
    return [one["payload"] for one in items if one["kind"] == kind]


def offline(hand: Hand) -> None:
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.context.set_offline(True)


def called(hand: Hand, income: str) -> dict[str, Any]:
    """A call noted without network, while another version of it came into the ledger."""
    person = hand.county.client("cadre").get(f"/api/households/{hand.household}").get_json()["members"][0]["id"]
    offline(hand)
    hand.page.evaluate(GO, f"/m/households/{hand.household}/call/{person}")
    hand.tap("有变化")
    hand.tap("没有")
    hand.fill("facts.monthly_income", income)
    hand.kept()
    hand.save()
    hand.page.get_by_text("已记录，等有网络自动上传").wait_for()
    return conflict(hand, "/api/calls", note="听得不清楚")


def test_a_call_that_is_not_finished_is_a_draft_that_says_what_it_is(hand: Hand, tmp_path: Path) -> None:
    hand.at_household()
    person = hand.county.client("cadre").get(f"/api/households/{hand.household}").get_json()["members"][0]["id"]
    hand.page.evaluate(GO, f"/m/households/{hand.household}/call/{person}")
    hand.fill("note", "信号断了，等下再打")
    hand.kept()
    hand.page.evaluate(GO, "/m/")
    expect(hand.page.locator(".cards .who")).not_to_contain_text("没填完")
    hand.page.locator("#head .truth").click()
    draft = hand.page.locator("section.card", has_text="删除这份草稿")
    expect(draft).to_contain_text("电话回访")
    looks(hand, tmp_path / "call-draft.png")
    draft.get_by_role("link").click()
    expect(hand.page.locator("[data-field=note] input")).to_have_value("信号断了，等下再打")
    hand.tap("和上次一样")
    hand.tap("没有")
    hand.save()
    arrived(hand)
    assert [one["note"] for one in entries(hand, "checkin")] == ["信号断了，等下再打"]


def test_a_calls_two_versions_and_every_way_out(hand: Hand, tmp_path: Path) -> None:
    hand.at_household()
    called(hand, "5200")
    assert differing(hand) == {"还说了什么": ["听得不清楚", "没有记"]}
    looks(hand, tmp_path / "call.png")
    assert "每月收入（元） 5,200.00 元" in as_text(hand)
    hand.tap("改好另记一次")
    expect(hand.page.locator("[data-field='facts.monthly_income'] input")).to_have_value("5200")
    hand.fill("note", "又问了一次")
    hand.save()
    arrived(hand)
    assert [one["note"] for one in entries(hand, "checkin")] == ["听得不清楚", "又问了一次"]
    called(hand, "4800")
    kept_theirs(hand)
    called(hand, "4500")
    handed_over(hand)
    assert len(entries(hand, "checkin")) == 4
    assert hand.page.evaluate(STORE, "drafts") == []


@pytest.mark.unlisted(HOME)
def test_a_consents_two_versions_and_every_way_out(hand: Hand, tmp_path: Path) -> None:
    opened(hand.county, HOME, "cadre", clock.now())
    path = f"/api/cases/{the_case(hand.county, HOME).id}/consents"
    hand.at_household()
    signed(hand, "陈大一")
    head = waiting(hand)["visit"]["consents"][0]
    conflict(hand, path, consents=[head | {"written_by": {"name": "张会计"}}])
    assert differing(hand) == {"谁签了": [f"陈大一（已按手印，由{name}代写）" for name in ("张会计", "王会计")]}
    looks(hand, tmp_path / "consent.png")
    assert "谁签了 陈大一（已按手印，由王会计代写）" in as_text(hand)
    hand.tap("改好另记一次")
    card = hand.page.locator("section.card", has=hand.page.get_by_role("heading", name="陈大一"))
    expect(card.get_by_label("由谁代写（姓名）")).to_have_value("王会计")
    card.get_by_role("button", name="手机上签").click()
    draw(hand.page, card.locator("canvas"), 0.2)
    card.get_by_role("button", name="签好了").click()
    hand.save()
    arrived(hand)
    assert [one["consents"][0]["how"] for one in entries(hand, "consent")] == ["fingerprint", "drawn"]
    signed(hand, "李小一")
    conflict(hand, path, text="2026-1", signed_at="2026-11-01T02:00:00Z")
    assert list(differing(hand)) == ["签字时间"]
    kept_theirs(hand)
    assert hand.page.evaluate(STORE, "photos") == []


@pytest.mark.unlisted(HOME)
def test_a_consent_goes_to_the_town_office(hand: Hand) -> None:
    opened(hand.county, HOME, "cadre", clock.now())
    hand.at_household()
    signed(hand, "陈大一")
    conflict(hand, f"/api/cases/{the_case(hand.county, HOME).id}/consents", signed_at="2026-11-01T02:00:00Z")
    handed_over(hand)
    assert "按手印，拍了照片，由王会计代写" in hand.county.client("town").get("/held").text


@pytest.mark.unlisted(HOME)
def test_what_was_missing_of_a_consent_is_told_no_longer_once_it_is_there(hand: Hand) -> None:
    opened(hand.county, HOME, "cadre", clock.now())
    hand.at_household()
    hand.page.evaluate(GO, f"/m/households/{hand.household}/consent")
    card = hand.page.locator("section.card", has=hand.page.get_by_role("heading", name="陈大一"))
    card.get_by_role("button", name="按手印").click()
    hand.page.get_by_role("button", name="保存").click()
    faults = hand.page.locator(".faults li")
    expect(faults).to_have_text(["陈大一：按手印的，请写明由谁代写", "请拍下签好的承诺书"])
    photographed(hand, 3)
    expect(faults).to_have_text(["陈大一：按手印的，请写明由谁代写"])
    expect(hand.page.locator("[data-field=paper] .fault")).to_have_count(0)
    card.get_by_label("由谁代写（姓名）").fill("王会计")
    expect(faults).to_have_count(0)
    expect(hand.page.locator(".fault")).to_have_count(0)
    other = hand.page.locator("section.card", has=hand.page.get_by_role("heading", name="李小一"))
    other.get_by_role("button", name="按手印").click()
    expect(hand.page.locator(".fault")).to_have_count(0)


def signed(hand: Hand, name: str) -> None:
    """One person gives a fingerprint without network."""
    offline(hand)
    hand.page.evaluate(GO, f"/m/households/{hand.household}/consent")
    card = hand.page.locator("section.card", has=hand.page.get_by_role("heading", name=name))
    card.get_by_role("button", name="按手印").click()
    card.get_by_label("由谁代写（姓名）").fill("王会计")
    photographed(hand, len(name))
    hand.save()
    hand.page.get_by_text("已记录，等有网络自动上传").wait_for()


def photographed(hand: Hand, number: int) -> None:
    """The signed paper lies before the camera."""
    paper = hand.page.locator("section.card", has=hand.page.get_by_role("heading", name="签好的承诺书"))
    camera = paper.locator("input[type=file]").first
    camera.set_input_files({"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": photograph(number)})
    paper.get_by_text("1 张").wait_for()


def test_a_revisits_two_versions_and_every_way_out(hand: Hand, tmp_path: Path) -> None:
    eliminated(hand.county, HOME, clock.now() - timedelta(days=50))
    hand.at_household()
    revisited(hand, "12,500")
    conflict(hand, "/api/revisits", income_per_head=980000, relapse=True, note="户主又住院了")
    assert differing(hand) == {
        "人均纯收入": ["9,800.00 元", "12,500.00 元"],
        "有没有返贫风险": ["有", "没有"],
        "备注": ["户主又住院了", "没有记"],
    }
    looks(hand, tmp_path / "revisit.png")
    assert "向谁核对过 邻居" in as_text(hand)
    hand.tap("改好另记一次")
    expect(hand.page.get_by_label("人均纯收入")).to_have_value("12500")
    hand.save()
    arrived(hand)
    assert [one["income_per_head"] for one in entries(hand, "revisit")] == [980000, 1250000]
    revisited(hand, "13000")
    conflict(hand, "/api/revisits", income_per_head=1)
    kept_theirs(hand)
    revisited(hand, "14000")
    conflict(hand, "/api/revisits", income_per_head=2)
    handed_over(hand)
    assert [one["income_per_head"] for one in entries(hand, "revisit")] == [980000, 1250000, 1, 2]


def revisited(hand: Hand, income: str) -> None:
    """A revisit that found all well, saved without network."""
    offline(hand)
    hand.page.evaluate(GO, f"/m/households/{hand.household}/revisit")
    hand.tap("都还在")
    hand.tap("六项都有保障")
    hand.page.get_by_label("人均纯收入").fill(income)
    for name in ("medical_self_paid", "schooling", "housing", "other"):
        hand.fill(f"expenses.{name}", "0")
    hand.tap("邻居")
    hand.page.locator("[data-field=relapse]").get_by_role("button", name="没有", exact=True).click()
    hand.page.get_by_text("已定位").wait_for()
    hand.save()
    hand.page.get_by_text("已记录，等有网络自动上传").wait_for()
