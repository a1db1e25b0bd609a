"""自主申报页: what a farmer fills in reaches the ledger once, tells strangers nothing, and loses nothing on the way."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.messaging import declare_draft
from field.messaging.connected import Connected
from field.messaging.dialogs.loading import library
from field.messaging.messages import NotGenuine
from field.messaging.providers.wechat import WeChat
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.contacts import Contact
from field.registry.households import Person
from field.web import declare_photos, declare_sheet
from field.web.declare_wechat import Door
from tests.county import County
from tests.media.pictures import real, saved, scene
from tests.web.office import Browser, Elements, browser, words

HERE = "420626107204"
TOKEN = re.compile(r'name="csrf_token" value="(\w+)"')


class Farmer:
    """农户: a browser without script, at the declaration form."""

    def __init__(self, county: County) -> None:
        self.county, self.browser = county, browser(county)

    def begin(self, whose: str = "own") -> TestResponse:
        """Say for whom it is."""
        self.at = self.browser.post("/declare", data={"whose": whose})
        return self.at

    def say(self, step: str = "", **fields: Any) -> TestResponse:
        """Answer the question that is open, or one by its name."""
        path = f"/declare/{step}" if step else self.at.location
        page = self.browser.get(path).text
        found = TOKEN.search(page)
        assert found, page
        self.at = self.browser.post(path, data={"csrf_token": found[1], **fields})
        return self.at

    def fill(self, **who: str) -> None:
        """All but the photographs and the yes, of a stranger."""
        self.begin()
        self.say(**{"name": "陈大一", "village": HERE, "last4": "1234", **who})
        self.say(what=["illness", "other"], note="老婆住院")
        self.say(when="上个月", amount="3,200元")


@pytest.fixture
def farmer(small_county: County) -> Farmer:
    return Farmer(small_county)


@pytest.fixture
def bound(small_county: County) -> Iterator[Person]:
    """One who is bound to the openid o-bound; WeChat's door is a fake that knows one code."""

    def openid(_settings: object, code: str) -> str:
        if code == "down":
            raise OSError
        if code != "good":
            raise NotGenuine
        return "o-bound"

    app = small_county.app
    wechat = WeChat("token", "A" * 43, "wx1", app_secret="secret")
    app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", wechat=wechat)
    app.extensions["field_wechat_door"] = Door(lambda _, back, state: f"https://wechat.test/?{back}&{state}", openid)
    with app.app_context():
        person = transact(lambda session: _bind(session, small_county.households[HERE]))
        yield person


def _bind(session: Any, household: str) -> Person:
    person: Person | None = session.scalars(
        select(Person).where(Person.household_id == household).order_by(Person.position)
    ).first()
    assert person
    now = clock.now()
    contact = contacts.claim(session, person, Channel.WECHAT, "o-bound", now)
    contacts.confirm(session, contact, Proof.VISIT, "cadre", now)
    return person


def by_wechat(farmer: Farmer, code: str = "good") -> TestResponse:
    """Open the form from WeChat's menu."""
    state = farmer.browser.get("/declare/wechat").location.rpartition("&")[2]
    return farmer.browser.get(f"/declare/wechat/back?code={code}&state={state}")


def files(*several: bytes) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(data), f"{place}.jpg") for place, data in enumerate(several)]


def leads(county: County) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = county.client("county").get("/api/leads").get_json()["items"]
    return items


def declarations(county: County) -> list[dict[str, Any]]:
    """What the ledger holds of declarations, opened, with channel and actor."""
    with county.app.app_context():
        entries = db.session.scalars(select(Entry).where(Entry.kind == "declaration").order_by(Entry.seq)).all()
        payloads = opened(db.session(), entries)
        pairs = zip(entries, payloads, strict=True)
        return [said | {"channel": entry.channel, "actor": entry.actor} for entry, said in pairs]


def test_a_stranger_declares_with_two_photographs_and_keeps_the_receipt(farmer: Farmer) -> None:
    farmer.fill()
    photos = [saved(scene(1), "JPEG"), saved(scene(2), "PNG")]
    assert farmer.say(photos=files(*photos), do="on").location == "/declare/confirm"
    page = words(farmer.browser.page("/declare/confirm"))
    for told in ("陈大一 堰垭村 1234", "生病、住院、其他", "老婆住院", "约3200元", "2 张", "只用于核实困难"):
        assert told in page
    assert farmer.say(do="yes").location == "/declare/done"
    done = farmer.browser.page("/declare/done")
    (lead,) = leads(farmer.county)
    assert lead["receipt"] in done
    assert (lead["region"], lead["household_id"], lead["channel"]) == (HERE, None, "web")
    assert lead["risk_factors"] == ["illness", "other"]
    (said,) = declarations(farmer.county)
    assert (said["claim"], said["amount"], said["actor"]) == (
        {"name": "陈大一", "village": "堰垭村", "last4": "1234"}, 320000, "stranger",
    )  # fmt: skip
    assert said["notice"] == library().dialog("declare").notice
    assert len(said["evidence"]) == 2
    vault = farmer.county.app.extensions["field_vault"]
    assert [vault.get(one["sha256"]) for one in said["evidence"]] == photos
    assert farmer.browser.get(f"/receipt/{lead['receipt']}").status_code == 200


def test_a_heic_photograph_of_a_telephone_is_taken_as_it_is(farmer: Farmer) -> None:
    data = real("IMG_5195.HEIC")
    farmer.fill()
    answer = farmer.say(photos=[(io.BytesIO(data), "IMG_5195.HEIC")], do="on")
    answer.request.environ["wsgi.input"].close()  # so large a form lies in a file, which the test's client leaves open
    assert "1 张" in words(farmer.browser.page("/declare/confirm"))
    farmer.say(do="yes")
    [said] = declarations(farmer.county)
    assert [one["sha256"] for one in said["evidence"]] == [sha256(data).hexdigest()]
    assert farmer.county.app.extensions["field_vault"].get(sha256(data).hexdigest()) == data


def test_twelve_taps_at_once_declare_once(county: County) -> None:
    farmer = Farmer(county)
    farmer.fill()
    farmer.say(do="on")
    token = TOKEN.search(farmer.browser.page("/declare/confirm"))
    cookie = farmer.browser.get_cookie("field_declare", path="/declare")
    assert token
    assert cookie
    start, answers = Barrier(12), []

    def tap() -> None:
        one = browser(county)
        one.set_cookie("field_declare", cookie.value, path="/declare")
        start.wait(20)
        answers.append(one.post("/declare/confirm", data={"csrf_token": token[1], "do": "yes"}))

    taps = [Thread(target=tap) for _ in range(12)]
    for one in taps:
        one.start()
    for one in taps:
        one.join(60)
    assert {(one.status_code, one.location) for one in answers} == {(303, "/declare/done")}
    assert len(answers) == 12
    assert len(declarations(county)) == len(leads(county)) == 1


def test_wechat_is_asked_once_for_a_state_and_never_for_a_made_up_one(farmer: Farmer, bound: Person) -> None:
    asked: list[str] = []
    app = farmer.county.app
    door = app.extensions["field_wechat_door"]

    def openid(_settings: object, code: str) -> str:
        asked.append(code)
        return "o-bound"

    app.extensions["field_wechat_door"] = door._replace(openid=openid)
    state = farmer.browser.get("/declare/wechat").location.rpartition("&")[2]
    cookie = farmer.browser.get_cookie("field_declare_state", path="/declare/wechat")
    assert cookie
    for given, status in ((state, 303), (state, 403), ("made-up", 403), ("made.up", 403)):
        farmer.browser.set_cookie("field_declare_state", given, path="/declare/wechat")
        assert farmer.browser.get(f"/declare/wechat/back?code=good&state={given}").status_code == status
    assert asked == ["good"]


def test_of_one_address_wechat_is_asked_so_many_times_a_day(
    farmer: Farmer, bound: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declare_draft, "MOST_BEGUN", 2)
    assert [by_wechat(farmer, "wrong").status_code for _ in range(3)] == [403, 403, 429]


def test_one_bound_in_wechat_is_asked_no_name_and_the_household_has_the_lead(farmer: Farmer, bound: Person) -> None:
    back = by_wechat(farmer)
    assert (back.status_code, back.location) == (303, "/declare")
    start = words(farmer.browser.page("/declare"))
    assert "您是 陈某某" in start
    assert bound.name not in start
    assert farmer.begin().location == "/declare/what"
    farmer.say(what="illness")
    farmer.say(amount="3万")
    farmer.say(do="on")
    farmer.say(do="yes")
    (lead,) = leads(farmer.county)
    assert (lead["household_id"], lead["person_id"], lead["channel"]) == (bound.household_id, bound.id, "wechat")
    assert declarations(farmer.county)[0]["actor"] == f"person:{bound.id}"


@pytest.mark.parametrize(("code", "status"), [("wrong", 403), ("down", 200), ("", 403)])
def test_without_wechats_word_the_form_is_open_as_to_a_stranger(
    farmer: Farmer, bound: Person, code: str, status: int
) -> None:
    answer = by_wechat(farmer, code)
    assert answer.status_code == status
    assert "可以照样填" in words(answer.text)
    assert farmer.begin().location == "/declare/who"


@pytest.mark.parametrize("state", ["", "somebody-elses", "é"])
def test_a_code_without_this_browsers_state_binds_nobody(farmer: Farmer, bound: Person, state: str) -> None:
    farmer.browser.get("/declare/wechat")
    assert farmer.browser.get(f"/declare/wechat/back?code=good&state={state}").status_code == 403
    farmer.begin()
    farmer.browser.get("/declare?openid=o-bound")
    assert farmer.browser.post("/declare", data={"whose": "own", "openid": "o-bound"}).location == "/declare/who"


def test_a_binding_that_has_ended_meanwhile_counts_no_more(farmer: Farmer, bound: Person) -> None:
    by_wechat(farmer)
    farmer.begin()
    farmer.say(what="illness")
    transact(lambda session: contacts.revoke(session, session.scalars(select(Contact)).one(), "换了", clock.now()))
    assert farmer.browser.get("/declare/confirm").location == "/declare/who"


def test_helper_and_the_one_who_is_helped_are_both_recorded(farmer: Farmer, bound: Person) -> None:
    farmer.begin("other")
    farmer.say(name="李帮忙", village="420626107205")
    assert farmer.say(name="陈大一", village=HERE).location == "/declare/what"
    farmer.say(what="disaster")
    farmer.say()
    farmer.say(do="on")
    farmer.say(do="yes")
    assert leads(farmer.county)[0]["region"] == HERE
    (said,) = declarations(farmer.county)
    assert (said["claim"]["name"], said["helper"]["name"]) == ("陈大一", "李帮忙")


def test_sent_twice_or_after_going_back_it_is_one_declaration(farmer: Farmer) -> None:
    farmer.fill()
    farmer.say(do="on")
    page = farmer.browser.page("/declare/confirm")
    token = TOKEN.search(page)
    assert token
    for _ in range(3):
        sent = farmer.browser.post("/declare/confirm", data={"csrf_token": token[1], "do": "yes"})
        assert sent.location in ("/declare/done", "/declare/confirm")
    assert farmer.browser.get("/declare/what", follow_redirects=True).request.path == "/declare/done"
    assert len(leads(farmer.county)) == 1
    assert leads(farmer.county)[0]["receipt"] in farmer.browser.page("/declare/done")


def test_a_village_that_is_not_in_the_list_is_found_by_its_name_or_goes_to_the_county(farmer: Farmer) -> None:
    for name, region in (("堰垭村", HERE), ("没有的村", "420626")):
        farmer.fill(village="", village_name=name)
        farmer.say(do="on")
        farmer.say(do="yes")
        with farmer.county.app.app_context():
            chains = db.session.scalars(select(Entry.chain_id).where(Entry.kind == "declaration")).all()
        assert f"region:{region}" in chains


def test_an_answer_is_changed_from_the_summary_and_nothing_else_is_asked_again(farmer: Farmer) -> None:
    farmer.fill()
    farmer.say(do="on")
    assert 'href="/declare/what"' in farmer.browser.page("/declare/confirm")
    assert farmer.say("what", what="water").location == "/declare/confirm"
    assert "饮水" in farmer.browser.page("/declare/confirm")


def test_every_page_leads_back_to_the_question_before(farmer: Farmer) -> None:
    farmer.fill()
    farmer.say(do="on")
    way = ["/declare/confirm"]
    while back := re.search(r'href="(/declare/\w+)">上一步', farmer.browser.page(way[-1])):
        way.append(back[1])
    assert way == ["/declare/confirm", "/declare/photos", "/declare/since_amount", "/declare/what", "/declare/who"]


def test_not_to_declare_after_all_leaves_nothing(farmer: Farmer) -> None:
    farmer.fill()
    farmer.say(do="on")
    assert "不会记下" in words(farmer.say(do="cancel").text)
    assert farmer.browser.get("/declare/confirm").status_code == 200
    assert leads(farmer.county) == []


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("who", {"name": "", "village": HERE}, "请写姓名"),
    ("who", {"name": "12345", "village": HERE}, "姓名请写汉字"),
    ("who", {"name": "张三", "village": "999999999999"}, "请选是哪个村"),
    ("who", {"name": "张三", "village": HERE, "last4": "12"}, "身份证后四位"),
    ("who", {"name": "张\x00", "village": HERE}, "姓名请写汉字"),
    ("what", {"what": "nothing-known"}, "请至少选一样"),
    ("what", {"what": "illness", "note": "病" * 201}, "最多写 200 个字"),
    ("since_amount", {"since": "很久以前"}, "没看明白是什么时候"),
    ("since_amount", {"since": "2099年1月1日"}, "没看明白是什么时候"),
    ("since_amount", {"amount": "很多"}, "没看明白是多少钱"),
    ("photos", {"latitude": "nan", "longitude": "1", "accuracy": "1", "do": "on"}, "位置没有读到"),
    ("photos", {"latitude": "91", "longitude": "1", "accuracy": "1", "do": "on"}, "位置没有读到"),
    ("photos", {"latitude": "x", "do": "on"}, "位置没有读到"),
]


@pytest.mark.parametrize(("step", "fields", "told"), WRONG)
def test_what_cannot_be_understood_is_named_on_the_page_and_what_was_typed_stays(
    farmer: Farmer, step: str, fields: dict[str, Any], told: str
) -> None:
    farmer.fill()
    answer = farmer.say(step, **fields)
    assert answer.status_code == 422
    summary, _, rest = answer.text.partition('role="alert"')[2].partition("</ul>")
    assert told in summary
    for name in ("name", "note", "since", "amount"):
        assert fields.get(name, "").strip("\x00") in rest


def test_refused_photographs_are_named_and_the_others_kept(farmer: Farmer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declare_photos, "MOST", 2)
    farmer.fill()
    answer = farmer.say(photos=files(saved(scene(1), "JPEG"), b"no picture"), do="on")
    assert answer.status_code == 422
    assert "第 2 张没有收下" in words(answer.text)
    assert "照片 1 已收到" in words(answer.text)
    again = files(*(saved(scene(seed), "JPEG") for seed in (1, 2, 3)))
    answer = farmer.say("photos", photos=again, do="send")
    assert "多出的 1 张没有收下" in words(answer.text)
    digests = re.findall(r'value="drop:(\w{64})"', farmer.browser.page("/declare/photos"))
    assert len(digests) == 2
    farmer.say("photos", do=f"drop:{digests[0]}")
    assert re.findall(r'value="drop:(\w{64})"', farmer.browser.page("/declare/photos")) == digests[1:]


def test_a_script_sends_each_photograph_by_itself(farmer: Farmer) -> None:
    farmer.fill()
    token = TOKEN.search(farmer.browser.page("/declare/photos"))
    assert token
    for count in (1, 2, 2):
        body = {"csrf_token": token[1], "photos": files(saved(scene(min(count, 2)), "JPEG"))}
        answer = farmer.browser.post("/declare/photos", data=body, headers={"Accept": "application/json"})
        assert answer.get_json() == {"kept": count, "refused": []}


def test_a_long_number_in_the_words_is_covered(farmer: Farmer) -> None:
    farmer.fill()
    farmer.say("what", what="other", note="卡号6222021234567890123")
    farmer.say(do="on")
    farmer.say(do="yes")
    assert "6222021234567890123" not in str(declarations(farmer.county))


def test_too_large_is_refused_and_the_form_stays(farmer: Farmer) -> None:
    farmer.fill()
    assert farmer.say("what", what="illness", note="x" * 5_000_000).status_code == 413
    assert farmer.browser.post("/declare", data={"whose": "x" * 5_000_000}).status_code == 413
    assert farmer.browser.get("/declare/photos").status_code == 200


def test_a_form_of_another_site_or_another_visitor_changes_nothing(farmer: Farmer) -> None:
    farmer.fill()
    farmer.say(do="on")
    other = Farmer(farmer.county)
    other.fill()
    for token in ("", "0" * 64, TOKEN.findall(other.browser.page("/declare/photos"))[0]):
        assert farmer.browser.post("/declare/confirm", data={"do": "yes", "csrf_token": token}).status_code == 403
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert farmer.browser.post("/declare", data={"whose": "own"}, headers=cross).status_code == 403
    assert leads(farmer.county) == []


def test_one_address_declares_so_often_a_day_and_no_more(farmer: Farmer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declare_draft, "MOST_DECLARED", 1)
    monkeypatch.setattr(declare_draft, "MOST_BEGUN", 3)
    for status in (303, 429):
        farmer.fill()
        farmer.say(do="on")
        assert farmer.say(do="yes").status_code == status
    assert "太多了" in words(farmer.at.text)
    farmer.begin()
    assert farmer.begin().status_code == 429
    assert len(leads(farmer.county)) == 1


def test_the_answers_are_the_same_whether_there_is_such_a_person_or_not(farmer: Farmer) -> None:
    told = []
    for name in ("陈大一", "查无此人"):
        visitor = Farmer(farmer.county)
        visitor.fill(name=name)
        visitor.say(do="on")
        page = visitor.browser.page("/declare/confirm")
        told.append(TOKEN.sub("", page).replace(name, ""))
    assert told[0] == told[1]


def test_a_form_is_forgotten_after_two_days(farmer: Farmer, monkeypatch: pytest.MonkeyPatch) -> None:
    farmer.fill()
    later = clock.now() + timedelta(hours=49)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "请从这里开始" in words(farmer.browser.page("/declare/photos"))
    Farmer(farmer.county).begin()
    with farmer.county.app.app_context():
        assert len(db.session.scalars(select(declare_draft.DeclareDraft)).all()) == 1


def test_every_question_of_the_dialog_has_its_page(farmer: Farmer) -> None:
    dialog = library().dialog("declare")
    asked = {name for name, step in dialog.steps.items() if step.answer in declare_sheet.ASKED}
    assert asked == {"who", "whom", "what", "since_amount", "since", "amount", "photos", "confirm"}
    farmer.fill()
    for path in ("/declare", *(f"/declare/{name}" for name in asked), "/declare/nothing", "/declare/fix"):
        answer = farmer.browser.get(path, follow_redirects=True)
        assert answer.status_code == 200
        for tag, attributes, around, _ in Elements(answer.text).found:
            assert tag != "script" or attributes["src"].startswith("/office/")
            if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
                assert "label" in around, (path, attributes)


def test_the_first_page_with_all_that_it_loads_is_light(farmer: Farmer) -> None:
    farmer.fill()
    paths = ["/declare/who", "/office/office.css", "/office/paper.js", "/m/icon.svg"]
    zipped = {"Accept-Encoding": "gzip"}
    sizes = {path: len(farmer.browser.get(path, headers=zipped).data) for path in paths}
    assert sum(sizes.values()) <= 40 * 1024, sizes


def test_the_login_page_shows_the_way(small_county: County) -> None:
    visitor: Browser = browser(small_county)
    assert 'href="/declare"' in visitor.page("/login")


def test_photographs_that_are_dropped_or_cancelled_still_count_and_fill_no_disk(
    farmer: Farmer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declare_draft, "MOST_PHOTOS", 2)
    vault = farmer.county.app.config["FIELD"].photos
    pictures = [saved(scene(number), "JPEG") for number in range(4)]
    farmer.fill()
    farmer.say(photos=files(pictures[0]))
    [digest] = re.findall(r'value="drop:(\w+)"', farmer.browser.page("/declare/photos"))
    farmer.say("photos", do=f"drop:{digest}")
    farmer.say("photos", photos=files(pictures[1]))
    farmer.say("photos", do="on")
    farmer.say("confirm", do="cancel")
    farmer.fill()
    kept = sum(path.is_file() for path in vault.rglob("*"))
    assert "照片太多了" in words(farmer.say("photos", photos=files(*pictures[2:])).text)
    assert sum(path.is_file() for path in vault.rglob("*")) == kept == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_one_visitor_has_a_whole_network_of_the_new_addresses(
    small_county: County, monkeypatch: pytest.MonkeyPatch, one: str, other: str, same: bool
) -> None:
    monkeypatch.setattr(declare_draft, "MOST_BEGUN", 1)
    begun = [
        Farmer(small_county).browser.post("/declare", data={"whose": "own"}, environ_base={"REMOTE_ADDR": address})
        for address in (one, other)
    ]
    assert [page.status_code for page in begun] == [303, 429 if same else 303]


def test_the_last_four_of_an_id_number_stand_in_no_entry(farmer: Farmer) -> None:
    farmer.fill(last4="987X")
    farmer.say(do="on")
    farmer.say(do="yes")
    with farmer.county.app.app_context():
        [payload] = db.session.scalars(select(Entry.payload).where(Entry.kind == "declaration"))
    assert "987X" not in str(payload)
    assert declarations(farmer.county)[0]["claim"]["last4"] == "987X"


def test_words_of_dying_call_people_at_once_and_are_answered_on_every_page_from_then_on(farmer: Farmer) -> None:
    farmer.begin()
    farmer.say(name="陈大一", village=HERE, last4="1234")
    farmer.say("what", note="活着没意思,想死")
    assert "12356" in farmer.browser.get(farmer.at.location).text
    farmer.say("what", what=["illness"], note="活着没意思,想死")
    refused = farmer.say("since_amount", amount="不知道啊")
    assert "12356" in refused.text
    farmer.say("since_amount", when="上个月", amount="3万")
    assert "12356" in farmer.browser.get(farmer.at.location).text
    [task] = farmer.county.client("town").get("/api/tasks?grade=red").get_json()["items"]
    assert (task["kind"], task["source"]) == ("find", "declaration")
    leads = farmer.county.client("town").get("/api/leads").get_json()["items"]
    assert [lead["kind"] for lead in leads] == ["danger"], "once for each form"


@pytest.mark.parametrize("wrong", [{}, {"amount": "很多"}])
def test_a_hardship_written_at_a_later_question_stands_behind_what_was_ticked(
    farmer: Farmer, wrong: dict[str, str]
) -> None:
    farmer.begin()
    farmer.say(name="陈大一", village=HERE, last4="1234")
    farmer.say(what=["schooling"])
    if wrong:
        page = farmer.say("since_amount", since="老公也摔断腿了", **wrong)
        assert page.status_code == 422
        assert "您又说的难处记下了" in page.text
        farmer.say("since_amount", when="上个月")
    else:
        farmer.say("since_amount", since="上个月,老公也摔断腿了")
    farmer.say("photos", do="on")
    assert "孩子上学、意外事故" in farmer.browser.get("/declare/confirm").text, "the main one first"
    farmer.say("confirm", do="yes")
    [said] = declarations(farmer.county)
    assert said["risk_factors"] == ["schooling", "accident"]
    assert said["note"] == ("老公也摔断腿了" if wrong else "上个月,老公也摔断腿了")


def test_words_beside_the_ticks_add_what_was_not_ticked_and_a_tick_taken_away_stays_away(farmer: Farmer) -> None:
    farmer.begin()
    farmer.say(name="陈大一", village=HERE, last4="1234")
    farmer.say("what", what=["illness"], note="房子漏雨,孩子学费交不起,不去务工了")
    assert ticked(farmer) == {"illness", "housing", "schooling"}
    farmer.say("what", what=["illness", "schooling"], note="房子漏雨,孩子学费交不起,不去务工了")
    assert ticked(farmer) == {"illness", "schooling"}


def ticked(farmer: Farmer) -> set[str]:
    """The hardships that are ticked on their page."""
    found = Elements(farmer.browser.get("/declare/what").text).found
    return {one.attributes["value"] for one in found if "checked" in one.attributes}


def test_words_of_dying_in_the_place_of_the_name_are_heard(farmer: Farmer) -> None:
    farmer.begin()
    page = farmer.say(name="我不想活了", village_name="")
    assert "12356" in page.text
