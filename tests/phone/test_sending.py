"""The queue in a real browser on a bad network: sent exactly once, nothing lost, nothing refused for ever."""

import hashlib
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.phone.conftest import Phone
from tests.phone.county import County
from tests.phone.visits import listed, photo_of, queue, states, until, visit_of

pytestmark = pytest.mark.browser


def test_a_visit_and_its_photographs_arrive_and_leave_only_a_receipt(phone: Phone, county: County) -> None:
    page = phone.opened()
    photos = [photo_of(20_000, 1), photo_of(200_000, 2)]
    page.evaluate("id => E.store.put('drafts', id, {id})", visit_of(1)["visit"]["id"])
    queue(page, visit_of(1, *photos))
    until(lambda: states(page) == ["done"], page)
    assert sorted(county.photos.values()) == sorted(photos)
    assert county.asked["PATCH /api/uploads"] == 4
    assert listed(page)[0]["receipt"]["number"] == "R019AAAAA"
    assert listed(page)[0]["visit"] is None
    assert page.evaluate("async () => [await E.store.all('photos'), await E.store.all('drafts')]") == [[], []]


def test_the_county_learns_how_many_visits_a_phone_still_holds(phone: Phone, county: County) -> None:
    page = phone.opened()
    page.evaluate("() => E.sender.start()")
    county.plan["PUT /api/evidence"] = [503] * 9
    queue(page, visit_of(1, photo_of(500)), visit_of(2))
    until(lambda: bool(county.phones) and county.phones[-1]["waiting"] == 1, page)
    assert county.phones[-1]["oldest"] == listed(page)[0]["saved_at"]
    county.plan.clear()
    page.evaluate("() => E.sender.kick()")
    until(lambda: county.phones[-1]["waiting"] == 0, page)
    assert county.phones[-1]["oldest"] is None
    assert len({told["device"] for told in county.phones}) == 1


@pytest.mark.parametrize("locks", [True, False], ids=["web locks", "lease"])
def test_three_tabs_send_each_visit_once(phone: Phone, county: County, locks: bool) -> None:
    if not locks:
        phone.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    tabs = [phone.opened() for _ in range(3)]
    assert tabs[0].evaluate("() => Boolean(navigator.locks)") is locks
    county.cut = True
    queue(tabs[0], *[visit_of(number, photo_of(1000, number)) for number in range(4)])
    until(lambda: county.asked["GET /api/me"] > 0, tabs[0])
    county.cut = False
    for tab in tabs:
        tab.evaluate("() => { E.sender.start(); E.sender.kick() }")
    until(lambda: states(tabs[1]) == ["done"] * 4, tabs[1], 40)
    assert county.asked["POST /api/visits"] == 4
    assert county.asked["PUT /api/evidence"] == 4


def test_the_second_tab_goes_on_when_the_first_is_closed(phone: Phone, county: County) -> None:
    first, second = phone.opened(), phone.opened()
    for tab in (first, second):
        tab.evaluate("() => E.sender.start()")
    county.plan["POST /api/visits"] = [503] * 3
    queue(first, visit_of(1))
    until(lambda: county.asked["POST /api/visits"] >= 1, first)
    first.wait_for_timeout(300)
    assert states(first) == ["waiting"]
    first.close()
    county.plan.clear()
    until(lambda: states(second) == ["done"], second, 30)


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("piece", [1, 4, 5])
def test_a_cut_repeats_at_most_one_piece(phone: Phone, county: County, cut: str, piece: int) -> None:
    page = phone.opened()
    photo = photo_of(5 * 65536 - 100)
    county.plan["PATCH /api/uploads"] = [None] * (piece - 1) + [cut]
    queue(page, visit_of(1, photo))
    until(lambda: county.asked["PATCH /api/uploads"] >= piece, page)
    page.wait_for_timeout(200)
    page.evaluate("() => E.sender.kick()")
    until(lambda: states(page) == ["done"], page)
    assert county.photos[hashlib.sha256(photo).hexdigest()] == photo
    assert county.patched <= len(photo) + 65536
    assert county.asked["POST /api/uploads"] == 1


def test_an_upload_that_the_server_forgot_starts_anew(phone: Phone, county: County) -> None:
    page = phone.opened()
    photo = photo_of(150_000)
    county.plan["PATCH /api/uploads"] = [None, "before"]
    queue(page, visit_of(1, photo))
    until(lambda: county.asked["PATCH /api/uploads"] >= 2, page)
    county.uploads.clear()
    page.wait_for_timeout(200)
    page.evaluate("() => E.sender.kick()")
    until(lambda: states(page) == ["done"], page)
    assert county.photos[hashlib.sha256(photo).hexdigest()] == photo


def test_an_answer_that_was_cut_off_gives_one_record(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.plan["POST /api/visits"] = ["after"]
    queue(page, visit_of(1))
    until(lambda: county.asked["POST /api/visits"] == 1, page)
    page.wait_for_timeout(200)
    page.evaluate("() => E.sender.kick()")
    until(lambda: states(page) == ["done"], page)
    assert len(county.visits) == 1


def test_a_killed_browser_loses_nothing(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.plan["PUT /api/evidence"] = ["before"] * 50
    page.evaluate("() => E.store.put('drafts', 'd9', {id: 'd9', note: '写到一半'})")
    photos = [photo_of(3000, 1), photo_of(150_000, 2)]
    queue(page, visit_of(1, photos[0]), visit_of(2, photos[1]))
    until(lambda: len(county.visits) == 2 and county.asked["PUT /api/evidence"] > 0, page)
    phone.kill()
    county.plan.clear()
    phone.start()
    page = phone.opened()
    page.evaluate("() => E.sender.start()")
    until(lambda: states(page) == ["done", "done"], page)
    assert sorted(county.photos.values()) == sorted(photos)
    assert len(county.visits) == 2
    assert page.evaluate("() => E.store.all('drafts')") == [{"id": "d9", "note": "写到一半"}]


def test_an_expired_login_asks_again_in_place_and_loses_nothing(phone: Phone, county: County) -> None:
    page = phone.opened()
    page.evaluate("() => { window.asked = 0; addEventListener('field:login', () => { asked++ }) }")
    phone.context.clear_cookies()
    queue(page, visit_of(1))
    page.wait_for_function("() => asked > 0")
    assert states(page) == ["waiting"]
    page.evaluate("() => E.net.api('POST', '/api/login', {})")
    page.evaluate("() => E.sender.kick()")
    until(lambda: states(page) == ["done"], page)


def test_another_person_at_the_browser_does_not_send_my_visits(phone: Phone, county: County) -> None:
    page = phone.opened()
    page.evaluate("() => { window.asked = 0; addEventListener('field:login', () => { asked++ }) }")
    county.username = "cadre2"
    queue(page, visit_of(1))
    page.wait_for_function("() => asked > 0")
    assert county.visits == {}
    assert states(page) == ["waiting"]


@pytest.mark.parametrize("status", [403, 409, 422])
def test_a_refused_visit_stays_with_its_reason_and_the_others_go_on(phone: Phone, county: County, status: int) -> None:
    page = phone.opened()
    county.plan["POST /api/visits"] = [status]
    queue(page, visit_of(1), visit_of(2))
    until(lambda: states(page) == ["needs_attention", "done"], page)
    refused = listed(page)[0]
    assert refused["reason"] == f"不行 {status}"
    assert refused["errors"] == [{"field": "note", "message": "太长"}]


def test_where_the_ledger_has_other_content_both_versions_are_shown(phone: Phone, county: County) -> None:
    page = phone.opened()
    sent = visit_of(1, note="屋顶漏雨")
    county.visits[sent["visit"]["id"]] = {**sent["visit"], "note": "已经修好", "informant": "邻居"}
    queue(page, sent)
    until(lambda: states(page) == ["needs_attention"], page)
    page.evaluate("""async () => {
        const [item] = await E.store.all('visits'), {ways} = await import('/m/ways.js')
        document.body.replaceChildren(...(await ways(item)).flat().filter(Boolean))
    }""")
    card = page.locator("section.card", has_text="两份内容不一样的地方")
    expect(card.locator("dl")).to_have_text([
        "谁介绍的情况台账里的邻居手机里的户主", "备注台账里的已经修好手机里的屋顶漏雨",
    ])  # fmt: skip


def test_a_refused_visit_can_be_mended_with_its_photographs(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.plan["POST /api/visits"] = [422]
    made = visit_of(1, photo_of(500))
    made["visit"]["evidence"][0] |= {"amount": 1275000}
    queue(page, made)
    until(lambda: states(page) == ["needs_attention"], page)
    draft = page.evaluate("id => E.mending.mend(id)", visit_of(1)["visit"]["id"])
    assert page.evaluate("() => E.store.all('drafts')") == [draft]
    assert draft["photos"][0]["amount"] == 1275000
    assert states(page) == []
    page.evaluate("draft => E.sender.enqueue(draft.visit, draft.photos)", draft)
    until(lambda: states(page) == ["done"], page)
    assert list(county.photos.values()) == [photo_of(500)]
    assert page.evaluate("async () => [await E.store.all('photos'), await E.store.all('drafts')]") == [[], []]


def test_a_refused_visit_goes_to_the_town_office_with_its_photographs(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.plan["POST /api/visits"] = [403]
    queue(page, visit_of(1, photo_of(500)))
    until(lambda: states(page) == ["needs_attention"], page)
    page.evaluate("id => E.mending.toTownOffice(id, '户已迁走')", visit_of(1)["visit"]["id"])
    until(lambda: states(page) == ["done"], page)
    assert county.held[0]["reason"] == "户已迁走"
    assert county.held[0]["visit"]["id"] == visit_of(1)["visit"]["id"]
    assert list(county.photos.values()) == [photo_of(500)]


def test_a_photograph_that_is_refused_goes_alone_and_the_receipt_stays(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.plan["PUT /api/evidence"] = [422]
    queue(page, visit_of(1, photo_of(500), photo_of(600)))
    until(lambda: states(page) == ["needs_attention"], page)
    page.evaluate("id => E.mending.letGo(id)", visit_of(1)["visit"]["id"])
    [item] = listed(page)
    assert (item["state"], item["receipt"]["number"], len(item["photos"])) == ("done", "R019AAAAA", 1)
    assert page.evaluate("() => E.store.all('photos')") == []
    assert len(county.photos) == 1


def test_a_visit_that_the_person_gives_up_is_gone_with_its_photographs(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.cut = True
    queue(page, visit_of(1, photo_of(500)))
    page.evaluate("id => E.mending.remove(id)", visit_of(1)["visit"]["id"])
    assert page.evaluate("async () => [await E.store.all('photos'), await E.sender.list()]") == [[], []]


@pytest.mark.parametrize(
    "answer", [("<html>欢迎</html>", 200, {"Content-Type": "text/html"}), ("", 302, {"Location": "/portal"})]
)
def test_a_hotel_that_answers_for_the_server_gets_no_visit_off_the_phone(
    phone: Phone, county: County, answer: Any
) -> None:
    page = phone.opened()
    county.plan["POST /api/visits"] = [answer]
    queue(page, visit_of(1))
    until(lambda: county.asked["POST /api/visits"] == 1, page)
    page.wait_for_timeout(300)
    assert listed(page)[0]["receipt"] is None
    page.evaluate("() => E.sender.kick()")
    until(lambda: states(page) == ["done"], page)
