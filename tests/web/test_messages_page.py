"""消息页: who sees which conversation, whose an unmatched one is, and every decision in the ledger and undone."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel, EntryKind, Role, TaskKind
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.messaging.dialogs.shapes import Happening
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Outbound
from field.messaging.outbox import Letter, OutboundMessage, post
from field.messaging.sending_rules import Purpose
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.bindings import Deed, register
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.leads import Lead
from field.monitoring.rebuild import fingerprint
from field.monitoring.traces import Trace
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from field.web.thread_words import OUTCOMES
from tests.county import County
from tests.messaging.test_story import DECLARED, FARMER, HOME, STRANGER, Sms, sms
from tests.web.office import Browser, browser, links, photograph, statements, words

__all__ = ["sms"]
CLAIM = ("困难", "陈大一 堰垭村 3515", "1", "上个月 3万", "1")
OPEN = re.compile(r"^/messages/([0-9a-f-]{36})$")


def threads(office: Browser, path: str = "/messages") -> list[str]:
    """The conversations that a list leads to."""
    return [link for link in links(office.page(path)) if OPEN.match(link)]


def unmatched(sms: Sms) -> str:
    """A stranger's declaration; where its conversation stands."""
    for text in CLAIM:
        sms.say(text, STRANGER)
    [path] = threads(browser(sms.county, "county"), "/messages?which=unmatched")
    return path


def entries(county: County, kind: EntryKind) -> list[dict[str, Any]]:
    """The payloads of all entries of a kind."""
    with county.app.app_context():
        found = list(db.session.scalars(select(Entry).where(Entry.kind == kind.value).order_by(Entry.recorded_at)))
        return opened(db.session(), found)


def lead_rows(county: County) -> list[str]:
    with county.app.app_context():
        return [fingerprint(db.session(), table) for table in (Lead, Task)]


def says_it_is_theirs(county: County, household_id: str) -> None:
    """The head of another household says that the farmer's number is theirs."""

    def work(session: Session) -> None:
        here = Person.household_id == household_id, Person.position == 1
        person = session.scalars(select(Person).where(*here)).one()
        register(session, person, Channel.SMS, FARMER, Deed(f"person:{person.id}", Channel.SMS), clock.now())

    with county.app.app_context():
        transact(work)


def farmer(county: County) -> str:
    with county.app.app_context():
        here = Person.household_id == county.households[HOME], Person.position == 1
        return db.session.scalars(select(Person.id).where(*here)).one()


def test_a_households_talk_is_read_in_its_region_and_leaves_a_trace(sms: Sms) -> None:
    sms.bind()
    sms.declare(*DECLARED)
    for username in ("cadre", "town", "county"):
        office = browser(sms.county, username)
        [path] = threads(office)
        said = words(office.page(path))
        for told in (
            "陈大一户",
            "短信 138****0150",
            "自主申报",
            "已申报",
            "农户自主申报",
            "已发出",
            "0.1",
            "上个月 3万",
        ):
            assert told in said, told
        assert "13800000150" not in office.page(path)
        if username == "town":
            assert office.send(f"{path}/detach").status_code == 422, "and the page is shown again"
    for username in ("cadre2", "town2"):
        office = browser(sms.county, username)
        assert threads(office) == []
        assert office.get(path).status_code == 403
    assert browser(sms.county, "medical").get("/messages").status_code == 403
    with sms.county.app.app_context():
        traces = db.session.scalars(select(Trace).where(Trace.what == "messages")).all()
        assert {one.subject for one in traces} == {sms.county.households[HOME]}
        assert len(traces) == 3, "each once a sitting"


def test_what_was_said_within_one_moment_stands_in_the_order_in_which_it_was_said(
    sms: Sms, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    sms.bind()
    sms.declare(*DECLARED)
    office = browser(sms.county, "cadre")
    [path] = threads(office)
    said = words(office.page(path))
    turns = re.findall(r"(对方|平台) · ", said)
    assert turns == ["对方", "平台"] * (len(turns) // 2)


def test_an_unmatched_talk_is_seen_where_its_lead_lies_and_without_a_lead_by_the_county_alone(sms: Sms) -> None:
    path = unmatched(sms)
    sms.say("你好", "+8613800000888")
    for username, seen in (("cadre", 0), ("cadre2", 0), ("town", 1), ("town2", 0), ("county", 2)):
        office = browser(sms.county, username)
        assert len(threads(office)) == seen, username
        assert office.get(path).status_code == (200 if username in ("town", "county") else 403), username


def test_who_may_have_written_is_ranked_with_reasons(sms: Sms) -> None:
    path = unmatched(sms)
    said = words(browser(sms.county, "town").page(path))
    assert "自称：陈大一 堰垭村 3515" in said
    assert "✓ 自报的姓名对得上" in said
    assert "✓ 自报的村对得上" in said
    assert "陈大一 陈大一户 堰垭村 H0000" in said


def test_a_number_on_file_makes_somebody_likely_though_nothing_was_claimed(sms: Sms) -> None:
    sms.say("你好", FARMER)
    office = browser(sms.county, "county")
    [path] = threads(office)
    assert "✓ 档案里登记的就是这个号码" in words(office.page(path))


def test_attaching_by_a_candidate_takes_messages_answers_and_lead_and_undo_restores_exactly(sms: Sms) -> None:
    path, person = unmatched(sms), farmer(sms.county)
    town, before = browser(sms.county, "town"), lead_rows(sms.county)
    [lead] = re.findall(r'name="lead" value="([^"]+)" checked', town.page(path))
    answer = town.send(f"{path}/attach", person=person, lead=lead, note="电话问过")
    assert (answer.status_code, answer.location) == (303, path)
    assert town.send(f"{path}/attach", person=person, lead=lead).status_code == 409
    [talk] = threads(browser(sms.county, "cadre"))
    assert "陈大一户" in words(browser(sms.county, "cadre").page(talk))
    assert threads(town, "/messages?which=unmatched") == []
    [said] = entries(sms.county, EntryKind.MESSAGES_ATTACHED)
    assert (len(said["messages"]), said["note"]) == (5, "电话问过")
    assert sms.county.rebuilt() == ()
    assert "来信归户" in words(town.page(f"/households/{sms.county.households[HOME]}"))
    assert town.send(f"{path}/detach").status_code == 422, "not without a reason"
    assert town.send(f"{path}/detach", note="弄错了人").status_code == 303
    assert town.send(f"{path}/detach", note="弄错了人").status_code == 409
    assert lead_rows(sms.county) == before
    assert len(threads(town, "/messages?which=unmatched")) == 1
    with sms.county.app.app_context():
        homes = db.session.scalars(select(InboundMessage.household_id).union(select(OutboundMessage.household_id)))
        assert set(homes) == {None}
    assert sms.county.rebuilt() == ()
    assert town.send(f"{path}/attach", number="H0000", lead=lead).status_code == 303, "attached again"
    assert sms.county.rebuilt() == ()


def test_a_stranger_in_danger_is_called_from_the_lead_against_a_reason_and_attached_with_it(sms: Sms) -> None:
    sms.say("我不想活了", STRANGER)
    office = browser(sms.county, "county")
    [task] = sms.county.client("county").get("/api/tasks?kind=find").get_json()["items"]
    assert (task["kind_name"], task["source_name"]) == ("生命危险，马上联系", "农户自己的话")
    leads = office.page("/leads")
    assert 'class="grade red"' in leads, "seen among the others"
    [path] = [link for link in links(leads) if OPEN.match(link)]
    talk = office.page(path)
    assert "说到不想活，请马上联系" in words(talk)
    assert "登记到选中的人名下" not in talk, "nobody is there to be chosen"
    assert STRANGER[-8:] not in talk
    asked = f"{path}/number"
    assert asked in links(talk)
    assert office.send(asked, reason="").status_code == 422
    shown = office.send(asked, reason="说不想活了，打电话")
    assert f"tel:{STRANGER}" in shown.text
    with sms.county.app.app_context():
        [trace] = db.session.scalars(select(Trace).where(Trace.what == "phone"))
        assert trace.reason == "说不想活了，打电话"
        number = db.session.get_one(Household, sms.county.households[HOME]).number
    for username in ("cadre", "town", "cadre2"):
        assert browser(sms.county, username).get(asked).status_code == 403, "nobody's words are the county's"
    [lead] = re.findall('name="lead" value="([^"]+)" checked', talk)
    assert office.send(f"{path}/attach", number=number, lead=lead).status_code == 303
    [told] = sms.county.client("county").get("/api/leads").get_json()["items"]
    assert (told["household_id"], told["source_name"]) == (sms.county.households[HOME], "农户自己的话")


def test_a_question_beside_all_talks_is_told_of_on_its_page_and_is_no_check_in(sms: Sms) -> None:
    sms.bind()
    sms.say("你们哪天上门核实")
    office = browser(sms.county, "county")
    [path] = threads(office)
    assert "问办事的事" in words(office.page(path))
    [task] = sms.county.client("cadre").get("/api/tasks?kind=answer").get_json()["items"]
    assert (task["kind"], task["source_name"]) == ("answer", "农户自己的话")


def test_a_conversation_is_not_attached_beyond_ones_region_nor_by_a_village(sms: Sms) -> None:
    path, town = unmatched(sms), browser(sms.county, "town")
    assert town.send(f"{path}/attach", number="H0003").status_code == 422, "of another town"
    assert town.send(f"{path}/attach", number="").status_code == 422
    assert town.send(f"{path}/attach", person="nobody").status_code == 403
    assert town.send(f"{path}/attach", number="H0000", lead="region:420626102201/1").status_code == 403
    assert town.send(f"{path}/attach", number="H0000", lead="x/y").status_code == 403
    assert browser(sms.county, "cadre").send(f"{path}/attach", number="H0000").status_code == 403
    assert browser(sms.county, "town2").send(f"{path}/attach", number="H0003").status_code == 403
    assert entries(sms.county, EntryKind.MESSAGES_ATTACHED) == []


def test_a_lead_attached_to_the_wrong_household_is_taken_back(sms: Sms) -> None:
    unmatched(sms)
    town, before = browser(sms.county, "town"), lead_rows(sms.county)
    [action] = re.findall(r'action="(/leads/[^"]+)"', town.page("/leads"))
    assert town.send(action, number="H0001").status_code == 303
    wrong = sms.county.households["420626107205"]
    assert town.send(f"{action}/detach", household=sms.county.households[HOME], note="看错").status_code == 409
    assert town.send(f"{action}/detach", household=wrong, note="").status_code == 422
    assert browser(sms.county, "cadre").send(f"{action}/detach", household=wrong, note="看错").status_code == 403
    assert town.send(f"{action}/detach", household=wrong, note="看错").status_code == 303
    assert lead_rows(sms.county) == before
    assert sms.county.rebuilt() == ()
    assert town.send(action, number="H0000").status_code == 303
    assert sms.county.rebuilt() == ()
    assert "看错" not in str(raw_payloads(sms.county)), "why stands sealed in the entry"


def raw_payloads(county: County) -> list[str]:
    with county.app.app_context():
        return list(db.session.scalars(select(Entry.payload)))


def test_a_number_is_noted_with_somebody_confirmed_by_a_visit_and_revoked(sms: Sms) -> None:
    path, person = unmatched(sms), farmer(sms.county)
    town, home = browser(sms.county, "town"), sms.county.households[HOME]
    answer = town.send(f"{path}/attach", person=person, bind="1")
    assert answer.location == f"/bindings/{home}"
    cadre = browser(sms.county, "cadre")
    page = cadre.page(f"/bindings/{home}")
    assert "等待确认" in words(page)
    assert "138****0999" in words(page)
    [confirm] = re.findall(r'action="(/bindings/contacts/[^"]+/confirm)"', page)
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    assert cadre.send(confirm, seen=seen, note="当面拨过").status_code == 303
    assert cadre.send(confirm, seen=seen).status_code == 409, "a page that has grown old"
    assert "已确认 · 干部上门确认" in words(cadre.page(f"/bindings/{home}"))
    sms.say("帮助", STRANGER)
    assert len(threads(cadre)) == 1, "what is written from a confirmed number is the household's by itself"
    revoke = confirm.replace("/confirm", "/revoke")
    seen = re.findall(r'name="seen" value="([^"]+)"', cadre.page(f"/bindings/{home}"))[0]
    assert cadre.send(revoke, seen=seen, note="").status_code == 422
    assert browser(sms.county, "cadre2").send(revoke, seen=seen, note="不是他的").status_code == 403
    assert cadre.send(revoke, seen=seen, note="不是他的").status_code == 303
    assert cadre.send(revoke, seen=seen, note="不是他的").status_code == 409
    told = words(cadre.page(f"/households/{home}"))
    for kind in ("登记绑定", "确认绑定", "解除绑定", "138****0999", "当面拨过"):
        assert kind in told
    for raw in raw_payloads(sms.county):
        assert "13800000999" not in raw
    assert sms.county.rebuilt() == ()


def test_who_takes_a_conversation_back_takes_the_number_back_that_was_noted_with_it(sms: Sms) -> None:
    path, person = unmatched(sms), farmer(sms.county)
    town, home = browser(sms.county, "town"), sms.county.households[HOME]
    assert town.send(f"{path}/attach", person=person, bind="1").status_code == 303
    assert tasks(sms.county) == [TaskKind.FIND, TaskKind.BINDING]
    assert town.send(f"{path}/detach", note="弄错了人").status_code == 303
    page = words(town.page(f"/bindings/{home}"))
    assert "等待确认" not in page
    assert "弄错了人" in page
    assert tasks(sms.county) == [TaskKind.FIND], "nobody need check it any more"
    assert sms.county.rebuilt() == ()
    assert town.send(f"{path}/attach", person=person, bind="1").status_code == 303, "and it may be noted again"
    assert "等待确认" in words(town.page(f"/bindings/{home}"))


def test_a_number_that_was_confirmed_since_stays_when_the_conversation_is_taken_back(sms: Sms) -> None:
    path, person = unmatched(sms), farmer(sms.county)
    town, cadre = browser(sms.county, "town"), browser(sms.county, "cadre")
    town.send(f"{path}/attach", person=person, bind="1")
    page = cadre.page(f"/bindings/{sms.county.households[HOME]}")
    [confirm] = re.findall(r'action="(/bindings/contacts/[^"]+/confirm)"', page)
    cadre.send(confirm, seen=re.findall(r'name="seen" value="([^"]+)"', page)[0], note="当面拨过")
    assert town.send(f"{path}/detach", note="弄错了人").status_code == 303
    assert "已确认 · 干部上门确认" in words(cadre.page(f"/bindings/{sms.county.households[HOME]}"))


def tasks(county: County) -> list[str]:
    with county.app.app_context():
        return list(db.session.scalars(select(Task.kind).order_by(Task.opened_at, Task.kind.desc())))


@pytest.mark.parametrize("decision", ["share", "move"])
def test_a_number_that_another_household_holds_is_decided_and_never_moved_silently(sms: Sms, decision: str) -> None:
    sms.bind()
    neighbour = sms.county.households["420626107205"]

    says_it_is_theirs(sms.county, neighbour)
    town = browser(sms.county, "town")
    page = town.page(f"/bindings/{neighbour}")
    assert "这个号码另一户也在用： 陈大一户" in words(page)
    [confirm] = re.findall(r'action="(/bindings/contacts/[^"]+/confirm)"', page)
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    assert town.send(confirm, seen=seen).status_code == 409
    assert town.send(confirm, seen="0" * 16, decision=decision).status_code == 409
    assert states(sms.county) == {"verified", "pending"}
    assert town.send(confirm, seen=seen, decision=decision, note="两家都问过").status_code == 303
    assert states(sms.county) == ({"verified"} if decision == "share" else {"verified", "revoked"})
    confirmed = entries(sms.county, EntryKind.BINDING_CONFIRMED)[-1]
    assert confirmed["decided"] == decision
    assert len(entries(sms.county, EntryKind.BINDING_REVOKED)) == (decision == "move")
    assert sms.county.rebuilt() == ()


def test_a_cadre_cannot_decide_about_a_number_that_a_household_elsewhere_holds(sms: Sms) -> None:
    sms.bind()
    neighbour = sms.county.households["420626107205"]
    sms.county.move("cadre", Role.VILLAGE, "420626107205")

    says_it_is_theirs(sms.county, neighbour)
    cadre = browser(sms.county, "cadre")
    page = cadre.page(f"/bindings/{neighbour}")
    assert "本地区以外 1 户" in words(page)
    assert "陈大一" not in page
    [confirm] = re.findall(r'action="(/bindings/contacts/[^"]+/confirm)"', page)
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    for decision in ("share", "move"):
        assert cadre.send(confirm, seen=seen, decision=decision).status_code == 403
    assert cadre.send(confirm, seen=seen).status_code == 409
    assert states(sms.county) == {"verified", "pending"}


def states(county: County) -> set[str]:
    with county.app.app_context():
        return set(db.session.scalars(select(Contact.state)))


def test_every_end_of_a_talk_has_words() -> None:
    ends = {kind.value for kind in Happening} - {"progress", "asked_help", "asked_office"} | {
        "verified",
        "unbound",
        "moved",
        "ended",
        "call",
        "silent",
    }
    assert ends <= set(OUTCOMES)


def test_a_code_that_was_sent_is_shown_to_nobody_and_numbers_in_words_are_masked(sms: Sms) -> None:
    sms.bind()
    sms.say("我新号是13912345678", FARMER)

    def send(session: Session) -> None:
        message = Outbound("code:1", FARMER, "您的验证码 482913", "code")
        letter = Letter(message, Channel.SMS, "twilio", Purpose.CODE, household_id=sms.county.households[HOME])
        post(session, letter, clock.now())

    with sms.county.app.app_context():
        transact(send)
    office = browser(sms.county, "county")
    [path] = threads(office)
    page = office.page(path)
    assert "482913" not in page
    assert "验证码，不显示" in page
    assert "13912345678" not in page
    assert "139****5678" in page


def many(county: County, count: int) -> None:
    """That many numbers that wrote once, half of them a household's."""

    def work(session: Session) -> None:
        now = clock.now()
        for place in range(count):
            home = county.households[HOME] if place % 2 else None
            row = InboundMessage(
                id=f"00000000-0000-7000-8000-{count:04d}{place:08d}", channel="sms", provider="twilio",
                provider_message_id=f"M{count}-{place}", sender=f"+86139{place:08d}", sender_index=f"{count}:{place:058d}",
                household_id=home, said="text", text_masked="你好", photos=[], sent_at=now, received_at=now,
            )  # fmt: skip
            session.add(row)

    with county.app.app_context():
        transact(work)


def test_a_page_of_fifty_asks_no_more_than_a_page_of_few(county: County) -> None:
    many(county, 4)
    office = browser(county, "county")
    with statements(county) as few:
        assert len(threads(office)) == 4
    many(county, 80)
    with statements(county) as full:
        assert len(threads(office)) == 50
    assert len(few) == len(full) <= 8
    assert len(threads(office, "/messages?page=2")) == 34
    assert len(threads(office, "/messages?which=unmatched")) == 42
    home = county.households[HOME]
    assert len(threads(office, f"/messages?household={home}")) == 42
    assert browser(county, "cadre2").get(f"/messages?household={home}").status_code == 403


def test_a_thread_of_many_messages_asks_no_more_than_a_thread_of_few(sms: Sms) -> None:
    sms.bind()
    sms.declare("帮助", "困难", "返回")
    office = browser(sms.county, "county")
    [path] = threads(office)
    office.page(path)
    with statements(sms.county) as few:
        office.page(path)
    sms.declare(*["帮助"] * 20)
    with statements(sms.county) as many:
        office.page(path)
    assert len(few) == len(many)


def test_a_photograph_is_opened_only_once_it_is_known_whose_it_is(county: County) -> None:
    digest, dialog = photograph(county, 5, "stranger"), "01a217b6-b584-7353-a159-6cfa6fd9ee23"

    def work(session: Session) -> str:
        now = clock.now()
        said = Declared(f"dialog:{dialog}", Channel.SMS, ["illness"], "", "2026-1", HOME, evidence=(digest,))
        record_declaration(session, said, now)
        session.add(
            InboundMessage(
                id=dialog, channel="sms", provider="twilio", provider_message_id="M1", sender=STRANGER,
                sender_index="x", said="photo", text_masked="", photos=[digest], dialog_id=dialog, sent_at=now,
                received_at=now,
            )
        )  # fmt: skip
        return f"/messages/{dialog}"

    with county.app.app_context():
        path = transact(work)
    town = browser(county, "town")
    assert "还有 1 张照片，归户以后可以看" in words(town.page(path))
    assert town.get(f"/api/evidence/{digest}").status_code == 404
    [lead] = re.findall(r'name="lead" value="([^"]+)"', town.page(path))
    assert town.send(f"{path}/attach", number="H0000", lead=lead).status_code == 303
    assert f"/api/evidence/{digest}?size=large" in links(town.page(path))
    assert town.get(f"/api/evidence/{digest}").status_code == 200
    assert browser(county, "town2").get(f"/api/evidence/{digest}").status_code == 404
    assert town.send(f"{path}/detach", note="弄错了").status_code == 303
    assert town.get(f"/api/evidence/{digest}").status_code == 404
