"""走访表单: what a cadre sees and taps, from the door to the receipt, on the real county."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock, codes
from field.codes import Channel
from field.db import transact
from field.login import revoke_sessions
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.visiting.visit_rules import definition
from field.monitoring.workers.checkins import CheckedIn, record_checkin
from field.registry.households import Person
from field.registry.staff import find_staff
from tests.browser.test_offline_day import photograph
from tests.county import PASSWORD
from tests.phone.screens import Hand, hand_of, sent_json, told
from tests.phone.test_served import NODE
from tests.test_erasing import work_off

LABELS = Path(__file__).parents[2] / "field" / "web" / "phone" / "labels.js"
SECTIONS = ["members", "income", "expenses", "guarantees", "risk_factors", "needs"]
AMOUNTS = {"wages": "18600", "business": "2,400.5", "property": "0", "transfers": "1560", "production_cost": "800"}
SMALL = "els => els.filter(e => e.getClientRects().length).map(e => [e, e.getBoundingClientRect()])"
TOO_SMALL = f"els => ({SMALL})(els).filter(([e, at]) => at.height < 47.5 || at.width < 47.5).map(([e]) => e.outerHTML)"

pytestmark = pytest.mark.browser


def test_a_visit_without_changes_takes_at_most_six_taps(hand: Hand) -> None:
    hand.at_household()
    for words in ("开始走访", "全部无变化", "保存"):
        hand.tap(words)
    hand.page.get_by_text("已入台账").wait_for()
    number = hand.page.locator(".number").inner_text()
    assert hand.taps <= 6
    assert hand.page.request.get(f"{hand.server.url}/receipt/{number}").ok
    assert hand.visits()[-1]["payload"]["unchanged"] == SECTIONS[:-1]


def test_a_visit_in_which_everything_changed_is_sent_as_the_contract_says(hand: Hand) -> None:
    hand.at_visit()
    page = hand.page
    for section in SECTIONS:
        hand.changed(section)
    for name, text in AMOUNTS.items():
        hand.fill(f"income.{name}", text)
    hand.fill("expenses.medical_self_paid", "38000")
    page.locator("#guarantees .guarantee", has_text="饮水安全").get_by_text("有问题").click()
    hand.fill("guarantees.water.note", "枯水期断水")
    for words in ("因病", "因残", "缺劳动力", "因病"):
        page.locator("#risk_factors .choice", has_text=words).click()
    page.locator("#needs .choice", has_text="找工作").click()
    page.locator("#members summary").nth(1).click()
    spouse = page.locator("#members details").nth(1)
    spouse.get_by_label("每月收入（元）").fill("3200")
    spouse.get_by_label("健康状况").select_option("长期慢性病")
    spouse.get_by_text("选地方").click()
    for level, place in (("省", "广东省"), ("市", "深圳市"), ("县", "宝安区")):
        spouse.get_by_label(level, exact=True).select_option(label=place)
    page.get_by_text("邻居").click()
    hand.fill("note", "已告知政策")
    visit = sent_json(page, hand.save)
    page.get_by_text("已入台账").wait_for()
    person = hand.county.client("cadre").get(f"/api/households/{hand.household}/form").get_json()["persons"][1]["id"]
    before = hand.visits()[0]["payload"]
    assert visit["location"].pop("fix_at") >= "2026"
    ok = {"status": "ok"}
    assert visit == {
        "id": visit["id"], "household_id": hand.household, "visited_at": visit["visited_at"], "informant": "邻居",
        "location": {"latitude": 31.7405, "longitude": 111.3127, "accuracy_m": 18, "datum": "WGS-84"},
        "members": [{"person_id": person, "monthly_income": 320000, "health": "长期慢性病", "work_place": "440306"}],
        "income": {
            "wages": 1860000, "business": 240050, "property": 0, "transfers": 156000, "production_cost": 80000,
            "period": visit["income"]["period"],
        },
        "expenses": before["expenses"] | {"medical_self_paid": 3800000},
        "guarantees": {
            "food": ok, "clothing": ok, "schooling": ok, "housing": ok, "medical": before["guarantees"]["medical"],
            "water": {"status": "problem", "note": "枯水期断水"},
        },
        "risk_factors": ["disability", "lack_of_labour", "illness"],
        "needs": [*before["needs"], "job"], "note": "已告知政策", "unchanged": [], "evidence": [],
    }  # fmt: skip


def test_the_browsers_history_learns_no_name(hand: Hand) -> None:
    titles = []
    hand.page.on("framenavigated", lambda _: titles.append(hand.page.title()))
    hand.at_household()
    titles.append(hand.page.title())
    assert "陈大" in hand.page.locator("h1").inner_text()
    hand.tap("开始走访")
    hand.page.get_by_text("全部无变化").wait_for()
    titles.append(hand.page.title())
    assert "陈大" in hand.page.locator("h1").inner_text()
    assert not [title for title in titles if "陈大" in title]


def test_what_was_typed_is_there_again_after_the_page_was_lost(hand: Hand) -> None:
    hand.at_visit()
    hand.changed("income")
    hand.fill("income.wages", "20000.5")
    hand.page.locator("#needs [data-way=same]").click()
    hand.kept()
    hand.page.reload()
    hand.log_in()
    expect(hand.page.locator("[data-field='income.wages'] input")).to_have_value("20000.5")
    expect(hand.page.locator("#needs [data-way=same]")).to_have_attribute("aria-pressed", "true")
    expect(hand.page.locator("#foot")).to_contain_text("2/7")


def test_faults_stand_on_top_and_at_their_fields_and_lead_there(hand: Hand) -> None:
    hand.at_visit()
    hand.changed("income")
    hand.fill("income.wages", "一万")
    hand.changed("guarantees")
    hand.page.locator("[data-field='guarantees.food'] button").nth(1).click()
    hand.save()
    summary = hand.page.locator(".faults")
    expect(summary).to_be_focused()
    assert summary.locator("button").all_inner_texts() == [
        "工资性收入请填数字", "请填写支出", "不愁吃：请填写问题说明", "请填写风险点",
    ]  # fmt: skip
    summary.get_by_text("工资性收入请填数字").click()
    wages = hand.page.locator("[data-field='income.wages'] input")
    expect(wages).to_be_focused()
    expect(wages).to_have_attribute("aria-invalid", "true")
    expect(hand.page.locator("[data-field='income.wages'] .fault")).to_have_text("工资性收入请填数字")
    assert len(hand.visits()) == 1


def test_what_is_answered_after_it_was_told_is_told_no_longer(hand: Hand) -> None:
    hand.at_visit()
    hand.save()
    told = hand.page.locator(".faults button")
    told.first.wait_for()
    first = told.all_inner_texts()
    assert "请填写支出" in first
    hand.page.locator("#expenses [data-way=same]").click()
    expect(told).to_have_text([one for one in first if one != "请填写支出"])
    expect(hand.page.locator("#expenses .fault")).to_have_count(0)
    hand.changed("income")
    hand.fill("income.wages", "一万")
    expect(told).not_to_contain_text(["工资性收入请填数字"])
    hand.save()
    expect(told.first).to_have_text("工资性收入请填数字")
    hand.fill("income.wages", "10000")
    expect(hand.page.locator(".faults")).not_to_contain_text("工资性收入")


def test_a_fault_of_a_question_is_told_beneath_it_and_never_in_a_hidden_part_of_it(hand: Hand) -> None:
    hand.at_visit()
    hand.changed("guarantees")
    hand.page.locator("[data-field='guarantees.food'] button").nth(1).click()
    hand.page.locator("[data-field='guarantees.food'] button").first.click()
    hand.page.evaluate("""async () => {
        const {told} = await import('/m/field.js')
        told(document.querySelector("[data-field='guarantees.food']"), '请选有保障还是有问题')
    }""")
    expect(hand.page.get_by_text("请选有保障还是有问题")).to_be_visible()
    expect(hand.page.locator("[data-field='guarantees.food'] .row + .fault")).to_have_count(1)


def test_where_there_are_photographs_nobody_is_asked_whether_there_are_none(hand: Hand) -> None:
    hand.at_visit()
    none = hand.page.get_by_role("button", name="这次不拍照")
    expect(none).to_be_visible()
    camera = hand.page.locator("label", has_text="房屋").locator("input[type=file]")
    camera.set_input_files({"name": "house.jpg", "mimeType": "image/jpeg", "buffer": photograph(1)})
    hand.page.locator("label", has_text="房屋").get_by_text("1 张").wait_for()
    expect(none).to_be_hidden()
    hand.page.get_by_role("button", name="删除").click()
    expect(none).to_be_visible()


def test_a_photograph_that_the_browser_cannot_show_is_kept_calmly_and_sent_as_it_was_taken(
    hand: Hand, real_photos: Path, tmp_path: Path
) -> None:
    hand.at_visit()
    hand.page.get_by_text("全部无变化").click()
    taken = real_photos / "IMG_5195.HEIC"
    hand.page.locator("label", has_text="房屋").locator("input[type=file]").set_input_files(taken)
    expect(hand.page.locator(".photo .hint")).to_have_text("照片已收好。这台手机显示不了 HEIC，发送后办公室能看。")
    expect(hand.page.locator(".photo img")).to_have_count(0)
    looks(hand, tmp_path / "heic.png")
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    hand.page.get_by_text("已全部上传").wait_for()
    [photo] = hand.visits()[-1]["payload"]["evidence"]
    assert photo["sha256"] == hashlib.sha256(taken.read_bytes()).hexdigest()
    work_off(hand.county)
    small = hand.county.client("town").get(f"/api/evidence/{photo['sha256']}?size=small")
    assert (small.status_code, small.data[:2]) == (200, b"\xff\xd8"), "the office sees it"


def test_a_file_that_is_no_photograph_is_said_to_be_none_before_it_is_sent(hand: Hand) -> None:
    hand.at_visit()
    camera = hand.page.locator("label", has_text="房屋").locator("input[type=file]")
    camera.set_input_files({"name": "house.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8 no picture"})
    expect(hand.page.locator(".photo .hint")).to_have_text("这张打不开，恐怕不是照片，请重拍。")


def test_an_income_said_as_at_least_says_so_and_a_receipt_says_what_is_asked_of_it(hand: Hand) -> None:
    def says(session: Session) -> None:
        person = session.scalars(select(Person).where(Person.household_id == hand.household)).first()
        assert person
        facts = {"monthly_income": 500_000, "monthly_income_max": None}
        said = CheckedIn("c1", Channel.SMS, person.id, hand.household, facts)
        record_checkin(session, said, clock.now(), clock.now())

    with hand.county.app.app_context():
        transact(says)
    hand.at_visit()
    hand.changed("members")
    for person in hand.page.locator(".person summary").all():
        person.click()
    expect(hand.page.get_by_text("本人说的是这么多以上")).to_have_count(1)
    camera = hand.page.locator("label", has_text="票据").locator("input[type=file]")
    camera.set_input_files({"name": "bill.jpg", "mimeType": "image/jpeg", "buffer": photograph(1)})
    hand.page.get_by_text("是谁的、日期、金额（算救助用）").click()
    expect(hand.page.get_by_text("票面金额（元）")).to_be_visible()


def test_a_visit_that_the_server_refuses_is_mended_and_sent(hand: Hand) -> None:
    hand.context.route("**/visit.schema.json", lambda route: route.abort())  # the rules never reached this phone
    hand.context.route("**/m/sw.js", lambda route: route.abort())
    hand.at_visit()
    hand.page.get_by_text("全部无变化").click()
    hand.changed("expenses")
    hand.fill("expenses.other", "很多")
    hand.save()
    hand.page.get_by_text("其他大额支出请填数字").wait_for()
    expect(hand.page.locator("#head")).to_contain_text("1 条要处理")
    hand.page.get_by_text("修改后再发").click()
    expect(hand.page.locator("[data-field='expenses.other'] input")).to_have_value("很多")
    hand.fill("expenses.other", "300")
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    assert hand.visits()[-1]["payload"]["expenses"]["other"] == 30000


def test_a_sent_visit_says_what_is_to_be_looked_at_again_and_leads_there(hand: Hand) -> None:
    hand.at_visit()
    hand.page.get_by_text("全部无变化").click()
    hand.changed("income")
    hand.fill("income.wages", "900")
    hand.save()
    card = hand.page.locator("section.card", has_text="请再核对")
    expect(card).to_contain_text("工资性收入少得不像")
    assert card.get_by_role("link").first.get_attribute("href") == f"/households/{hand.household}/plan#new"


def test_a_refused_visit_can_be_handed_to_the_town_office(hand: Hand) -> None:
    hand.context.route("**/visit.schema.json", lambda route: route.abort())
    hand.context.route("**/m/sw.js", lambda route: route.abort())
    hand.at_visit()
    hand.save()
    hand.page.get_by_role("button", name="交乡镇处理").click()
    hand.page.get_by_role("button", name="交给乡镇").click()
    expect(hand.page.locator("#head")).to_contain_text("已全部上传")
    assert len(hand.visits()) == 1


def test_a_cold_form_asks_for_the_password_once_and_keeps_what_was_typed(hand: Hand) -> None:
    hand.page.request.post(f"{hand.server.url}/api/login", data={"username": "cadre", "password": PASSWORD})
    hand.open(f"households/{hand.household}/visit")
    hand.changed("expenses")
    hand.page.get_by_role("dialog").get_by_text("以后再说").click()
    hand.fill("expenses.other", "120")
    assert hand.page.get_by_role("dialog").count() == 0
    hand.page.get_by_text("全部无变化").click()
    hand.page.locator("#expenses [data-way=changed]").click()
    hand.save()
    hand.log_in()
    hand.page.get_by_text("已入台账").wait_for()
    assert hand.visits()[-1]["payload"]["expenses"]["other"] == 12000


def test_at_the_first_visit_the_household_comes_along_with_the_page(hand: Hand) -> None:
    hand.page.request.post(f"{hand.server.url}/api/login", data={"username": "cadre", "password": PASSWORD})
    asked: list[str] = []
    hand.page.on("request", lambda request: asked.append(request.url.removeprefix(hand.server.url)))
    hand.open(f"households/{hand.household}/visit")
    hand.page.get_by_text("已定位").wait_for()
    form = f"/api/households/{hand.household}/form"
    assert asked.count(form) == 1
    assert asked.index(form) == 1  # before any file of the form


def test_a_login_that_ran_out_is_asked_for_in_place_and_loses_nothing(hand: Hand) -> None:
    hand.at_visit()
    hand.page.get_by_text("全部无变化").click()
    hand.context.clear_cookies()
    hand.save()
    hand.page.get_by_text("请再登录一次").wait_for()
    expect(hand.page.get_by_label("密码", exact=True)).to_be_focused()
    hand.log_in()
    hand.page.get_by_text("已入台账").wait_for()
    assert len(hand.visits()) == 2


def test_logging_out_is_refused_while_something_is_unsent_and_clears_the_phone_after(hand: Hand) -> None:
    hand.at_visit()
    hand.changed("needs")
    hand.kept()
    hand.open("me")
    hand.log_in()
    hand.tap("退出登录")
    expect(hand.page.get_by_role("dialog")).to_contain_text("还有 1 条没有发出")
    assert hand.page.get_by_role("dialog").get_by_role("button").all_inner_texts() == [
        "先去发出",
        "导出成文件",
        "不退出",
    ]
    hand.tap("先去发出")
    hand.page.get_by_text("没填完的").wait_for()
    hand.page.locator("main a.line").click()
    hand.page.get_by_text("全部无变化").click()
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    hand.tap("回到今天")
    hand.page.get_by_role("link", name="我", exact=True).click()
    hand.tap("退出登录")
    hand.page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(hand.page.get_by_label("用户名")).to_have_value("")
    names = hand.page.evaluate("async () => (await indexedDB.databases()).map(each => each.name)")
    assert names in ([], ["field"])
    assert hand.page.evaluate("async () => (await import('/m/vault.js')).exists()") is None


def test_the_page_of_the_phone_itself_says_so_once_all_is_sent(hand: Hand) -> None:
    saved_without_network(hand)
    hand.tap("回到今天")
    hand.page.get_by_role("link", name="我", exact=True).click()
    expect(hand.page.locator("main")).to_contain_text("有 1 条走访或草稿还没有发出")
    hand.context.set_offline(False)
    expect(hand.page.locator("main")).to_contain_text("没有待发的走访", timeout=20_000)
    expect(hand.page.get_by_role("button", name="导出成文件")).to_have_count(0)


def test_another_person_cannot_take_over_a_phone_that_holds_unsent_work(hand: Hand) -> None:
    hand.at_visit()
    hand.changed("needs")
    hand.kept()
    hand.open("")
    hand.page.get_by_text("换一个人登录").click()
    hand.log_in("cadre2")
    expect(hand.page.locator(".fault")).to_contain_text("还有“cadre”没有发出的走访")
    hand.page.reload()
    hand.log_in()
    hand.page.get_by_text("没填完").wait_for()


def test_an_ended_account_leaves_nothing_on_the_phone_and_says_so(hand: Hand) -> None:
    hand.at_household()
    with hand.county.app.app_context():

        def end(session: Session) -> None:
            staff = find_staff(session, "cadre")
            assert staff is not None
            staff.ended_at = clock.now()

        transact(end)
    hand.open("")
    hand.log_in()
    hand.page.wait_for_url("**/m/login")
    hand.page.get_by_text("这个账号已停用").wait_for()
    assert hand.page.evaluate("async () => (await import('/m/vault.js')).exists()") is None


def test_the_plan_that_is_asked_for_is_made_on_its_own_page_and_without_network_the_household_is_shown(
    hand: Hand,
) -> None:
    hand.open("")
    hand.log_in()
    plan = hand.page.locator("section.asked a.card", has_text="制定一户一策")
    expect(plan).to_have_attribute("href", f"/households/{hand.household}/plan")
    hand.context.set_offline(True)
    hand.page.get_by_role("link", name="农户", exact=True).click()
    hand.page.get_by_role("link", name="今天").click()
    expect(plan).to_have_attribute("href", f"/m/households/{hand.household}")


def saved_without_network(hand: Hand) -> None:
    """A visit without changes that waits on the phone for the network."""
    hand.at_visit()
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.context.set_offline(True)
    hand.page.get_by_text("全部无变化").click()
    hand.save()
    hand.page.get_by_text("已记录，等有网络自动上传").wait_for()


def leaves_post(hand: Hand) -> None:
    """离岗: the cadre's work was handed over, and every session ended with it."""

    def end(session: Session) -> None:
        staff = find_staff(session, "cadre")
        assert staff is not None
        staff.posts[-1].until = clock.now()
        revoke_sessions(session, staff.id, clock.now())

    with hand.county.app.app_context():
        transact(end)


def test_a_draft_of_who_left_the_post_can_be_finished_while_all_other_households_go(hand: Hand, tmp_path: Path) -> None:
    hand.at_visit()
    hand.changed("needs")
    hand.kept()
    leaves_post(hand)
    hand.open("")
    hand.log_in()
    hand.page.get_by_text("您已经没有岗位").wait_for()
    hand.page.get_by_role("link", name="待发").click()
    hand.page.screenshot(path=tmp_path / "parted.png")
    hand.page.locator("main a.line", has_text="没填完").or_(hand.page.locator("main a.line")).first.click()
    hand.page.get_by_role("button", name="保存").wait_for()
    forms = hand.page.evaluate("async () => (await import('/m/store.js')).all('households')")
    assert [form["id"] for form in forms] == [hand.household]


def test_who_handed_the_village_over_sends_what_the_phone_holds_and_then_nothing_stays_on_it(hand: Hand) -> None:
    saved_without_network(hand)
    leaves_post(hand)
    hand.context.set_offline(False)
    hand.open("")
    hand.log_in()
    hand.page.wait_for_url("**/m/login")
    hand.page.get_by_text("或者没有岗位了，手机里的资料已清除").wait_for()
    assert hand.page.evaluate("async () => (await import('/m/vault.js')).exists()") is None
    path = f"/api/households/{hand.household}/entries?per_page=50"
    assert [one["kind"] for one in hand.county.client("county").get(path).get_json()["items"]].count("held_visit") == 1


def test_the_telephone_number_is_fetched_at_the_tap_with_a_reason(hand: Hand) -> None:
    hand.at_household()
    hand.page.get_by_label("打电话给").first.click()
    hand.page.get_by_text("约时间走访").click()
    expect(hand.page.get_by_role("dialog").locator("a")).to_have_attribute("href", "tel:+8613800000150")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_is_cut_and_every_target_is_large_enough(
    browser: Browser, hand: Hand, tmp_path: Path, scheme: str, large: bool
) -> None:
    phone = hand_of(browser, hand.county, hand.server, color_scheme=scheme)
    complaints = told(phone.page)
    if large:
        phone.page.add_init_script("localStorage.setItem('field:large', '1')")
    phone.open("")
    looks(phone, tmp_path / "login.png")
    phone.log_in()
    phone.page.locator("main a.card").first.wait_for()
    for path in ("", "households", f"households/{hand.household}", "waiting", "me"):
        phone.page.evaluate(f"dispatchEvent(new CustomEvent('field:go', {{detail: {{path: '/m/{path}'}}}}))")
        phone.page.wait_for_timeout(200)
        looks(phone, tmp_path / f"{path.replace('/', '-') or 'today'}.png")
    phone.page.evaluate(
        f"dispatchEvent(new CustomEvent('field:go', {{detail: {{path: '/m/households/{hand.household}/visit'}}}}))"
    )
    for section in SECTIONS:
        phone.changed(section)
    phone.page.locator("#members summary").first.click()
    phone.page.get_by_text("已定位").wait_for()
    looks(phone, tmp_path / "visit.png")
    phone.save()
    phone.page.get_by_text("已入台账").wait_for()
    looks(phone, tmp_path / "saved.png")
    phone.context.close()
    assert complaints == []


def test_the_phone_and_the_server_call_every_code_by_the_same_name() -> None:
    if not NODE:
        pytest.skip("there is no Node (Debian: apt install nodejs)")
    script = f"import({json.dumps(LABELS.as_uri())}).then(({{labels}}) => console.log(JSON.stringify(labels)))"
    told_by = subprocess.run([NODE, "-e", script], capture_output=True, check=True, timeout=60).stdout
    labels = json.loads(told_by)
    same = {
        "kind": codes.Kind, "risk_factors": codes.RiskFactor, "guarantees": codes.Guarantee, "income": codes.Income,
        "expenses": codes.Expense, "needs": codes.Need, "evidence": codes.EvidenceKind,
    }  # fmt: skip
    left = definition()["$defs"]["member"]["properties"]["left"]["enum"]
    assert labels["left"] == {code: codes.Left.label_of(code) for code in left}
    assert {name: labels[name] for name in same} == {name: enum.labels() for name, enum in same.items()}


def looks(hand: Hand, path: Path) -> None:
    """One screen as a picture, not wider than the phone, with targets that a thumb can hit."""
    hand.page.screenshot(path=path, full_page=True)
    assert hand.page.evaluate("document.documentElement.scrollWidth") == 360, path.name
    targets = hand.page.locator("button, main a, nav a, select, summary, input:not([type=file]), textarea, label.tile")
    assert targets.evaluate_all(TOO_SMALL) == [], path.name


def test_what_is_asked_of_the_village_stands_on_top_until_it_was_done(hand: Hand) -> None:
    county, home = hand.county, hand.household
    said = Declared("d1", Channel.SMS, ["illness"], "老婆住院", "2026-1", "420626107204", home)
    with county.app.app_context():
        transact(lambda session: record_declaration(session, said, clock.now()))
    hand.open("")
    hand.log_in()
    asked = hand.page.locator("section.asked")
    expect(asked).to_contain_text("等您办的 2 件")
    expect(asked).to_contain_text("制定一户一策 · 还没有帮扶措施，有网络时点开安排")
    expect(asked).to_contain_text("入户核实 · 农户自主申报")
    asked.locator("a.card", has_text="入户核实").click()
    expect(hand.page.get_by_role("link", name="开始走访")).to_be_visible()


def test_the_cadre_reads_what_the_household_said_and_cannot_leave_its_risks_as_they_were(
    hand: Hand, tmp_path: Path
) -> None:
    said = Declared(
        "d1", Channel.SMS, ["illness", "schooling"], "老婆住院,花了三万多", "2026-1", "420626107204", hand.household,
        since="2026-09", amount=3_000_000,
    )  # fmt: skip
    with hand.county.app.app_context():
        transact(lambda session: record_declaration(session, said, clock.now()))
    hand.at_household()
    card = hand.page.locator("section.said")
    for words in ("农户自主申报", "短信", "因病", "老婆住院", "从 2026 年 9 月开始", "30,000.00 元"):
        expect(card).to_contain_text(words)
    looks(hand, tmp_path / "said.png")
    hand.page.get_by_role("link", name="开始走访").click()
    hand.tap("全部无变化")
    hand.save()
    expect(hand.page.locator("section.faults")).to_contain_text("这一户申报过困难")
    looks(hand, tmp_path / "asked.png")
    hand.changed("risk_factors")
    hand.save()
    hand.page.get_by_text("已入台账").wait_for()
    assert hand.county.client("cadre").get("/api/leads").get_json()["items"] == []


def test_a_call_is_noted_in_a_minute_without_network_and_arrives(hand: Hand) -> None:
    hand.at_household()
    person = hand.page.locator("ul.people li", has_text="陈大一")
    person.get_by_role("button", name="打电话").click()
    hand.tap("约时间走访")
    hand.page.get_by_text("拨打 13800000150").wait_for()
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.context.set_offline(True)
    hand.tap("打通了，记下来")
    hand.save()
    expect(hand.page.locator(".faults li")).to_have_text(["请选他是怎么说的", "请问一句家里有没有困难"])
    hand.tap("有变化")
    expect(hand.page.locator(".faults li")).to_have_text(["请问一句家里有没有困难"])
    hand.tap("没有")
    hand.save()
    expect(hand.page.locator(".faults li")).to_have_text(["有变化的，请至少填一项。"])
    hand.fill("facts.monthly_income", "5200")
    hand.fill("facts.months_away", "十")
    hand.save()
    expect(hand.page.locator(".faults li")).to_have_text(["一年在外几个月填得不对，请再看看。"])
    expect(hand.page.locator("[data-field='facts.months_away'] .fault")).to_be_visible()
    hand.fill("facts.months_away", "10")
    hand.save()
    expect(hand.page.get_by_text("已记录，等有网络自动上传")).to_be_visible()
    hand.context.set_offline(False)
    expect(hand.page.get_by_text("已入台账")).to_be_visible(timeout=20_000)
    path = f"/api/households/{hand.household}/entries?per_page=50"
    [entry] = [one for one in hand.county.client("cadre").get(path).get_json()["items"] if one["kind"] == "checkin"]
    assert (entry["channel"], entry["payload"]["facts"]) == ("call", {"monthly_income": 520000, "months_away": 10})


def test_today_and_the_household_tell_the_grade_by_shape_and_word_and_why(hand: Hand) -> None:
    hand.open("")
    hand.log_in()
    card = hand.page.locator(".cards .who").first
    expect(card).to_contain_text("▲ 红色")
    expect(card).to_contain_text("人均纯收入低于监测范围")
    card.click()
    expect(hand.page.locator(".band.red h2")).to_have_text("▲ 红色")
    expect(hand.page.locator(".band p").first).to_contain_text("人均纯收入")
    expect(hand.page.locator(".band .grade", has_text="红色")).to_have_count(1)


def test_a_household_is_found_by_its_letters_and_its_group_without_network(hand: Hand) -> None:
    hand.at_household()
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.page.evaluate("async () => (await import('/m/sync.js')).pull()")
    hand.page.get_by_label("返回").click()
    hand.context.set_offline(True)
    box, cards = hand.page.get_by_label("姓名、拼音、组名或户编号"), hand.page.locator(".cards .who")
    for typed, many in (("cdy", 1), ("chen da", 1), ("3组", 1), ("第三组", 1), ("李小一", 1), ("zdy", 0), ("4组", 0)):
        box.fill(typed)
        expect(cards).to_have_count(many)


def test_a_household_that_is_not_theirs_is_said_so_on_its_page(hand: Hand) -> None:
    hand.at_household()
    go = "path => dispatchEvent(new CustomEvent('field:go', {detail: {path}}))"
    hand.page.evaluate(go, "/m/households/00000000-0000-7000-8000-000000000000")
    expect(hand.page.get_by_text("没有找到这一户，可能不在您负责的村。")).to_be_visible()
