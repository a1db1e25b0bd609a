"""演示手机: what is tapped there goes signed through the real webhooks of a running server into ledger, leads, evidence."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.demo import voices
from field.demo.secrets import completed
from field.ledger.entries import Entry, opened
from field.messaging.connected import connect
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Outbound, SendError
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from field.registry.sealing import keyring
from field.worker import turns
from tests.conftest import CHROMIUM
from tests.county import PASSWORD, County
from tests.media.pictures import saved, scene
from tests.running import Server, begin, demonstrating, kill
from tests.web.office import Elements, browser, words

HOME, AWAY = "420626107204", "420626107205"
DECLARATION = ("困难", "1", "上个月 3万", "没有", "1")


class Visitor:
    """来访者: sits before the page and its telephones."""

    def __init__(self, county: County, server: Server) -> None:
        self.county, self.server = county, server

    def page(self, who: str) -> str:
        return words(requests.get(f"{self.server.url}/demo/phone", {"who": who}, timeout=30).text)

    def send(self, who: str, channel: str, text: str = "", act: str = "text", **more: Any) -> str:
        """Press a button; the page that follows."""
        files = more.pop("files", None)
        form = {"who": who, "channel": channel, "act": act, "text": text, **more}
        answer = requests.post(f"{self.server.url}/demo/phone", data=form, files=files, timeout=30)
        assert answer.status_code == 200
        assert answer.history[0].status_code == 303
        assert "没有发出去" not in answer.text
        return words(answer.text)

    def entries(self, kind: str) -> list[Any]:
        with self.county.app.app_context():
            return list(db.session.scalars(select(Entry).where(Entry.kind == kind)))

    def leads(self) -> list[Any]:
        items: list[Any] = self.county.client("cadre").get("/api/leads").get_json()["items"]
        return items


@pytest.fixture
def visitor(small_county: County) -> Iterator[Visitor]:
    """A demo with a bound household and a bound worker."""

    def work(session: Session) -> int:
        people = []
        for village in (HOME, AWAY):
            home = small_county.households[village]
            rows = select(Person).where(Person.household_id == home).order_by(Person.position)
            people.append(session.scalars(rows.limit(1)).one().id)
        return voices.bind(session, people, clock.now())

    with small_county.app.app_context():
        assert transact(work) == len(db.session.scalars(select(Entry).where(Entry.kind.like("binding_%"))).all()) == 8
    with demonstrating(small_county) as server:
        yield Visitor(small_county, server)


def test_there_is_no_such_page_outside_the_demo(small_county: County) -> None:
    stranger = browser(small_county)
    assert stranger.get("/demo/phone").status_code == 404
    assert stranger.post("/demo/phone", data={"who": "stranger", "text": "困难"}).status_code == 404
    assert stranger.post("/demo/wechat/cgi-bin/stable_token", json={}).status_code == 404


@pytest.mark.parametrize("channel", ["sms", "wechat"])
def test_a_farmer_declares_and_the_village_has_a_lead(visitor: Visitor, channel: str) -> None:
    for text in DECLARATION:
        page = visitor.send("household", channel, text)
    [lead] = visitor.leads()
    assert lead["household_id"] == visitor.county.households[HOME]
    assert lead["channel"] == channel
    assert lead["receipt"] in page
    assert len(visitor.entries("declaration")) == 1


@pytest.mark.parametrize("channel", ["sms", "wechat"])
def test_a_worker_who_is_asked_answers_and_the_facts_are_in_the_ledger(visitor: Visitor, channel: str) -> None:
    asked = requests.post(f"{visitor.server.url}/demo/phone/checkin", {"who": "worker", "channel": channel}, timeout=30)
    assert re.search("务工回访|保康县回访", asked.text)
    assert re.search("排队中|已发出", asked.text)
    visitor.send("worker", channel, "还在深圳龙华,一个月五千二")
    assert visitor.entries("checkin") == []
    visitor.send("worker", channel, "1")
    [entry] = visitor.entries("checkin")
    with visitor.county.app.app_context():
        [told] = opened(db.session(), [entry])
    assert told["facts"]["monthly_income"] == 520000
    assert told["facts"]["work_place"].startswith("440309")


@pytest.mark.parametrize(("channel", "act"), [("wechat", "photo"), ("wechat", "receipt"), ("sms", "photo")])
def test_a_photograph_from_the_telephone_becomes_evidence_that_the_cadre_sees(
    visitor: Visitor, channel: str, act: str
) -> None:
    county, server = visitor.county, visitor.server
    for text in ("困难", "1", "上个月 3万"):
        visitor.send("household", channel, text)
    files = {"file": ("a.jpg", saved(scene(5), "JPEG"))} if act == "photo" else None
    assert "［照片］" in visitor.send("household", channel, act=act, files=files)
    visitor.send("household", channel, "1")
    env = {"FIELD_DEMO": "1", "FIELD_PUBLIC_URL": server.url}
    with server.log.open("ab") as log:
        worker = begin(county, "flask", "worker", output=log, **env)
    try:
        digest = waited_for(county)
    finally:
        kill(worker)
    assert county.client("cadre").get(f"/api/evidence/{digest}").status_code == 200


def waited_for(county: County) -> str:
    """The digest of the one photograph that came in, once it is here."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with county.app.app_context():
            found = [one for message in db.session.scalars(select(InboundMessage)) for one in message.photos]
        if found:
            return str(found[0])
        time.sleep(0.1)
    raise TimeoutError


def test_what_only_wechat_can_send_is_understood(visitor: Visitor) -> None:
    assert "您好" in visitor.send("household", "wechat", act="follow")
    assert "家里遇到了什么困难" in visitor.send("household", "wechat", act="click", key="困难")
    visitor.send("household", "wechat", act="voice", text="1")
    visitor.send("household", "wechat", "上个月 3万")
    assert "［位置］" in visitor.send("household", "wechat", act="place")
    visitor.send("household", "wechat", "1")
    [declared] = visitor.entries("declaration")
    with visitor.county.app.app_context():
        [told] = opened(db.session(), [declared])
        home = db.session.get_one(Household, visitor.county.households[HOME])
        assert abs(told["place"]["latitude"] - (home.latitude or 0)) < 1e-5, "sent as GCJ-02, kept as WGS-84"
    assert "［取消了关注］" in visitor.send("household", "wechat", act="leave")


@pytest.mark.parametrize("channel", ["sms", "wechat"])
def test_whom_nobody_knows_is_helped_and_told_nothing(visitor: Visitor, channel: str) -> None:
    assert "姓名" in visitor.send("stranger", channel, "困难")
    assert "陈大" not in visitor.send("stranger", channel, "进度").partition("+8617400099999")[2]
    answer = requests.post(f"{visitor.server.url}/demo/phone/checkin", {"who": "stranger"}, timeout=30)
    assert "现在不能问" in answer.text


def test_a_file_that_is_no_photograph_is_not_sent(visitor: Visitor) -> None:
    assert "请选一张照片" in visitor.send("household", "wechat", act="photo", files={"file": ("a.jpg", b"no picture")})
    assert "请选一张照片" in visitor.send("household", "sms", act="photo")


def test_the_demos_wechat_gives_nothing_to_who_does_not_know_its_secret(visitor: Visitor) -> None:
    api = f"{visitor.server.url}/demo/wechat/cgi-bin"
    told = completed({}, visitor.server.url, keyring().session_key)
    wanted = {"appid": told["WECHAT_APP_ID"], "secret": "guessed"}
    assert requests.post(f"{api}/stable_token", json=wanted, timeout=30).json()["errcode"] == 40125
    assert requests.get(f"{api}/media/get?access_token=x&media_id=y", timeout=30).json()["errcode"] == 40001
    assert requests.post(f"{api}/message/custom/send", json={"touser": "o"}, timeout=30).json()["errcode"] == 40001
    assert requests.get(f"{visitor.server.url}/demo/twilio/{'0' * 64}", timeout=30).status_code == 403


def test_what_the_worker_sends_by_wechat_goes_through_the_demos_own_api(visitor: Visitor) -> None:
    app, url = visitor.county.app, visitor.server.url
    message = Outbound("k1", voices.HOUSEHOLD, "您好", "checkin.ask")
    connected = connect(completed({}, url, keyring().session_key), url, Path("none"), demo=True)
    assert connected.ways == {"sms": "simulator", "wechat": "wechat"}
    assert connected.senders(turns(app), clock.now)["wechat"].send(message) == "k1"
    guessed = connect(
        completed({"WECHAT_APP_SECRET": "x", "WECHAT_APP_ID": "wx1"}, url, b"k"), url, Path("none"), demo=True
    )
    with pytest.raises(SendError, match="40125"):
        guessed.senders(turns(app), clock.now)["wechat"].send(message)


def test_an_officer_chooses_wechat_in_the_demo_and_the_demos_wechat_says_who_it_is(visitor: Visitor) -> None:
    url, sitting = visitor.server.url, requests.Session()
    [token] = set(re.findall(r'name="csrf_token" value="([^"]+)"', sitting.get(f"{url}/login", timeout=30).text))
    known = {"csrf_token": token, "username": "town", "password": PASSWORD}
    assert "/login" not in sitting.post(f"{url}/login", data=known, timeout=30).url
    page = sitting.get(f"{url}/reminders/wechat", timeout=30)
    assert (page.status_code, page.url) == (200, f"{url}/reminders?told=saved")
    assert "发到确认过的微信" in words(page.text)
    oauth = f"{url}/demo/wechat/connect/oauth2/authorize"
    assert sitting.get(oauth, params={"redirect_uri": "https://elsewhere.invalid/"}, timeout=30).status_code == 404
    guessed = {"appid": "wx", "secret": "guessed", "code": "x"}
    api = f"{url}/demo/wechat/sns/oauth2/access_token"
    assert requests.get(api, params=guessed, timeout=30).json()["errcode"] == 40125


def test_what_the_environment_sets_is_kept_and_the_rest_is_drawn_the_same_for_every_process() -> None:
    told = completed({"WECHAT_TOKEN": "mine", "WECHAT_APP_ID": ""}, "http://x", b"k" * 32)
    assert told["WECHAT_TOKEN"] == "mine"
    assert told == completed({"WECHAT_TOKEN": "mine"}, "http://x", b"k" * 32)
    assert re.fullmatch("[A-Za-z0-9]{43}", told["WECHAT_AES_KEY"])
    assert told["WECHAT_AES_KEY"] != completed({}, "http://x", b"l" * 32)["WECHAT_AES_KEY"]
    assert told["TWILIO_API_URL"] == "http://x"
    assert "TWILIO_API_URL" not in completed({"TWILIO_ACCOUNT_SID": "AC1"}, "http://x", b"k" * 32)


@pytest.mark.browser
def test_at_a_narrow_screen_a_farmer_declares_by_tapping(visitor: Visitor, playwright: Playwright) -> None:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    page = chromium.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.goto(f"{visitor.server.url}/demo/phone")
    sms = page.get_by_role("region", name="短信")
    address = page.url
    for tapped, heard in (("困难", "遇到什么难处"), ("1", "从什么时候开始"), ("0", "对回1"), ("1", "受理号")):
        sms.get_by_role("button", name=tapped, exact=True).click()
        sms.get_by_text(re.compile(heard)).last.wait_for()
    assert page.url == address, "the place is kept"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert sms.get_by_text("受理号").last.is_visible()
    chromium.close()
    assert faults == []
    [lead] = visitor.leads()
    assert lead["channel"] == Channel.SMS


def test_bindings_of_the_demo_are_verified(visitor: Visitor) -> None:
    with visitor.county.app.app_context():
        assert {one.state for one in db.session.scalars(select(Contact))} == {"verified"}
    for who, number in (("household", "+8613800000150"), ("worker", "+8613800000151")):
        assert number in visitor.page(who)


def test_the_page_has_nothing_inline_and_its_forms_their_labels_and_tokens(visitor: Visitor) -> None:
    found = Elements(requests.get(f"{visitor.server.url}/demo/phone?who=worker", timeout=30).text).found
    for tag, attributes, around, _ in found:
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith("/office/")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        if tag in ("input", "textarea") and attributes.get("type") != "hidden":
            assert "label" in around, attributes
    posting = {one.form for one in found if one.tag == "form" and one.attributes.get("method") == "post"}
    assert posting == {one.form for one in found if one.attributes.get("name") == "csrf_token"}
