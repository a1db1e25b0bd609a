"""我的提醒页: the choice, the code, what it refuses, and what a county without the template says."""

import pytest
from sqlalchemy import select, update
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.messaging.connected import Connected
from field.messaging.messages import NotGenuine
from field.messaging.outbox import OutboundMessage
from field.messaging.providers.tencent import Tencent
from field.messaging.providers.twilio import Twilio
from field.messaging.providers.wechat import WeChat
from field.registry.consent import opt_out
from field.registry.contacts import address_index
from field.web.declare_wechat import Door
from tests.county import County
from tests.running import settings_of
from tests.web.office import Browser, browser, links, words

HERE = "http://127.0.0.1:8000"
SMS = {"way": "sms", "at": "08:30", "phone": "139 0000 0001"}


@pytest.fixture
def cadre(small_county: County) -> Browser:
    """The cadre of a county that sends SMS through a provider without templates."""
    small_county.app.extensions["field_connected"] = Connected(HERE, twilio=Twilio("token", "AC1"))
    return browser(small_county, "cadre")


def newest(county: County) -> OutboundMessage:
    with county.app.app_context():
        return db.session.scalars(select(OutboundMessage).order_by(OutboundMessage.created_at.desc()).limit(1)).one()


def test_a_number_is_confirmed_by_its_code_and_shown_masked(cadre: Browser, small_county: County) -> None:
    assert "还没有提醒过" in words(cadre.page("/reminders"))
    assert cadre.send("/reminders", **SMS).status_code == 303
    said = words(cadre.page("/reminders"))
    assert "验证码已发到 139****0001" in said
    assert "13900000001" not in cadre.page("/reminders")
    text = newest(small_county).text
    answer = cadre.send("/reminders/code", code=f" {text.removeprefix('验证码')[:6]} ")
    assert answer.location.endswith("?told=confirmed")
    said = words(cadre.page("/reminders?told=confirmed"))
    assert "手机号已确认" in said
    assert "现在是 139****0001（已确认）" in said
    said = words(cadre.page("/ledger?region=420626107204"))
    assert "13900000001" not in said


def test_a_wrong_code_says_what_to_do_next(cadre: Browser, small_county: County) -> None:
    cadre.send("/reminders", **SMS)
    right = newest(small_county).text.removeprefix("验证码")[:6]
    wrong = "000000" if right != "000000" else "111111"
    assert cadre.send("/reminders/code", code=wrong).location.endswith("?told=wrong")
    assert "验证码不对，或者过了一小时，已经作废" in words(cadre.page("/reminders"))
    cadre.send("/reminders", way="sms", at="08:30", phone="")
    assert newest(small_county).text.removeprefix("验证码")[:6].isdigit()
    assert "填验证码" in words(cadre.page("/reminders"))


def test_every_fault_is_named_and_what_was_typed_stays(cadre: Browser) -> None:
    answer = cadre.send("/reminders", way="sms", at="08:17", phone="0710-5822345")
    assert answer.status_code == 422
    for told in ("请从列出的时间里选一个", "请填本人的 11 位手机号"):
        assert told in answer.text
    assert "0710-5822345" in answer.text
    assert "请选一种提醒方式" in cadre.send("/reminders", way="pigeon", at="08:00").text


def test_a_second_sending_is_the_same_and_another_content_is_refused(cadre: Browser, small_county: County) -> None:
    key = str(uuid7())
    assert [cadre.send("/reminders", key=key, **SMS).status_code for _ in range(2)] == [303, 303]
    assert cadre.send("/reminders", key=key, **SMS | {"at": "09:00"}).status_code == 409
    with small_county.app.app_context():
        assert len(db.session.scalars(select(OutboundMessage)).all()) == 1


def test_a_number_that_wants_no_messages_is_told_how_to_come_back(cadre: Browser, small_county: County) -> None:
    cadre.send("/reminders", **SMS)
    assert "退订过短信" not in words(cadre.page("/reminders"))
    with small_county.app.app_context():
        index = address_index("sms", "+8613900000001")
        transact(lambda session: opt_out(session, "sms", index, clock.now()))
    page = words(cadre.page("/reminders"))
    assert "139****0001 退订过短信，验证码和提醒都发不到。请用这个手机" in page
    assert "验证码已发到" not in page


@pytest.mark.parametrize("state", ["failed", "dropped"])
def test_a_code_that_did_not_arrive_is_said_so(cadre: Browser, small_county: County, state: str) -> None:
    cadre.send("/reminders", **SMS)
    assert "验证码已发到 139****0001" in words(cadre.page("/reminders"))
    with small_county.app.app_context():
        transact(lambda session: session.execute(update(OutboundMessage).values(state=state)))
    page = words(cadre.page("/reminders"))
    assert "验证码没有送到 139****0001。请核对号码" in page
    assert "验证码已发到" not in page


def test_the_sixth_code_of_a_day_is_not_sent(cadre: Browser) -> None:
    answers = [cadre.send("/reminders", **SMS | {"phone": f"1390000000{n}"}).status_code for n in range(6)]
    assert answers == [303] * 5 + [429]


def test_a_county_that_cannot_send_says_so_and_saves_nothing(small_county: County) -> None:
    cadre = browser(small_county, "cadre")
    assert "还没有接通短信" in words(cadre.page("/reminders"))
    assert cadre.send("/reminders", **SMS).status_code == 409
    assert cadre.send("/reminders", way="none", at="08:00").status_code == 303


@pytest.mark.parametrize(("filed", "can"), [("", False), ("SMS_1", True)])
def test_without_an_approved_template_no_sms_goes_and_the_page_and_the_doctor_say_so(
    small_county: County, filed: str, can: bool
) -> None:
    file = settings_of(small_county).templates
    file.write_text(f'[tencent.steps."staff.code"]\nid = "{filed}"\nwording = "验证码{{code}}"\n', encoding="utf-8")
    tencent = Tencent("id", "key", "1400", "田野")
    connected = Connected(HERE, tencent=tencent, templates=file)
    small_county.app.extensions["field_connected"] = connected
    assert ("sms" in connected.ways_for("staff.code"), "sms" in connected.ways_for("staff.digest")) == (can, False)
    assert ("还没有接通短信" in words(browser(small_county, "cadre").page("/reminders"))) is not can
    told = small_county.app.test_cli_runner().invoke(args=["doctor"]).output
    assert "staff.digest：没有批准的模板" in told
    assert "staff.red" in small_county.app.test_cli_runner().invoke(args=["templates", "export"]).output


def test_wechat_says_who_it_is_and_only_to_the_one_who_asked(small_county: County) -> None:
    def openid(_settings: WeChat, code: str) -> str:
        if code != "good":
            raise NotGenuine
        return "oCadre"

    wechat = WeChat("token", "k" * 43, "wx1", "gh_1", "secret")
    small_county.app.extensions["field_connected"] = Connected(HERE, wechat=wechat)
    small_county.app.extensions["field_wechat_door"] = Door(
        lambda _, back, state: f"https://w.test/?{back}&{state}", openid
    )
    cadre = browser(small_county, "cadre")
    assert "/reminders/wechat" in links(cadre.page("/reminders"))
    assert cadre.send("/reminders", way="wechat", at="08:00").status_code == 422
    state = cadre.get("/reminders/wechat").location.rpartition("&")[2]
    stranger = browser(small_county, "town")
    assert stranger.get(f"/reminders/wechat/back?state={state}&code=good").status_code == 403
    assert cadre.get(f"/reminders/wechat/back?state={state}&code=bad").status_code == 403
    assert cadre.get(f"/reminders/wechat/back?state={state}&code=good").status_code == 303
    assert "发到确认过的微信" in words(cadre.page("/reminders"))
    assert cadre.send("/reminders", way="wechat", at="09:00").status_code == 303
