"""问一个人: what is done next about one request of a wave: ask, wait, remind, or hand it over to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging import conversations, outbox
from field.messaging.conversations import Dialog, Purpose, Standing
from field.messaging.dialogs.engine import Say, begin, final, may_begin
from field.messaging.dialogs.loading import library
from field.messaging.dialogs.shapes import Dialog as Wording
from field.messaging.messages import Outbound
from field.messaging.outbox import OutboundMessage
from field.messaging.scene import known_of
from field.messaging.sending_rules import STOPPED as WANTS_NONE
from field.messaging.sending_rules import Fate
from field.messaging.sending_rules import Purpose as Why
from field.messaging.wave_rules import opening
from field.monitoring.workers.checkin_requests import CheckinRequest, Outcome
from field.monitoring.workers.checkin_rules import Rules
from field.monitoring.workers.checkins import Why as CallWhy
from field.monitoring.workers.checkins import record_call_wanted, record_silence
from field.registry import contacts
from field.registry.consent import opted_out
from field.registry.contacts import Contact
from field.registry.households import Person
from field.registry.regions import county

Known = TypeVar("Known", Person, Contact)
LATER = timedelta(hours=1)
NOT_SENT = timedelta(hours=6)
REMIND, ASKED_TWICE = "remind", 2
UNDELIVERED = (Fate.FAILED.value, Fate.DROPPED.value)

OUTCOMES = {
    "checked_in": Outcome.ANSWERED, "unchanged": Outcome.ANSWERED, "declined": Outcome.DECLINED,
    "stopped": Outcome.STOPPED,
}  # fmt: skip


def ask_key(wave_id: str, person_id: str) -> str:
    """The key of the first message to a person."""
    return f"wave:{wave_id}:{person_id}"


def reminder_key(wave_id: str, person_id: str) -> str:
    """The key of the reminder."""
    return f"{ask_key(wave_id, person_id)}:{REMIND}"


@dataclass(frozen=True)
class Case:
    """一件: a request that is due, with all that is known of it; the request is locked."""

    session: Session
    request: CheckinRequest
    person: Person
    contact: Contact | None
    dialog: Dialog | None
    message: OutboundMessage | None
    county: str
    providers: Mapping[str, str]
    now: datetime
    rules: Rules

    @property
    def key(self) -> str:
        """Under which everything about it is done at most once."""
        return ask_key(self.request.wave_id, self.request.person_id)


def cases(
    session: Session, requests: Sequence[CheckinRequest], providers: Mapping[str, str], now: datetime, rules: Rules
) -> list[Case]:
    """Requests with their people, dialogs and last messages; the dialogs are locked before anything is judged."""
    people = _by_id(session, Person, [one.person_id for one in requests])
    reached = _by_id(session, Contact, [one.contact_id for one in requests if one.contact_id])
    talks = select(Dialog).where(Dialog.id.in_([one.dialog_id for one in requests if one.dialog_id]))
    locked = talks.order_by(Dialog.id).with_for_update().execution_options(populate_existing=True)
    dialogs = {dialog.id: dialog for dialog in session.scalars(locked)}
    keys = {(one.wave_id, one.person_id): _last_key(one) for one in requests}
    sent = session.scalars(select(OutboundMessage).where(OutboundMessage.key.in_(keys.values())))
    messages = {message.key: message for message in sent}
    here = county(session)
    return [
        Case(
            session, one, people[one.person_id], reached.get(one.contact_id or ""), dialogs.get(one.dialog_id or ""),
            messages.get(keys[one.wave_id, one.person_id]), here.name if here else "", providers, now, rules,
        )
        for one in requests
    ]  # fmt: skip


def act(case: Case) -> None:
    """Do the next thing; afterwards the request is closed, or due later."""
    request, heard = case.request, case.person.last_heard_at
    if case.person.left:
        close(request, Outcome.STOPPED, case.now)
    elif case.dialog and case.dialog.outcome in OUTCOMES:
        close(request, OUTCOMES[case.dialog.outcome], case.now)
    elif heard and heard >= (request.asked_at or request.planned_at):
        close(request, Outcome.ANSWERED, case.now)
    elif case.dialog and case.dialog.closed_at:
        _ended(case, case.dialog)
    elif request.contact_id is None:
        call(case, CallWhy.NO_CONTACT)
    elif request.asked_at is None:
        _ask(case)
    elif case.message and case.message.state in UNDELIVERED:
        _undelivered(case, case.message)
    else:
        _follow(case)


def _ended(case: Case, dialog: Dialog) -> None:
    """The talk is over without a word that counts: it goes on at another address, or was not understood."""
    open_ones = conversations.open_dialogs(case.session, dialog.channel, dialog.sender_index, case.person.id)
    elsewhere = open_ones.get(Purpose.CHECKIN)
    if dialog.outcome == "moved" and elsewhere:
        case.request.dialog_id = elsewhere.id
    elif dialog.outcome in ("gave_up", "not_me"):  # of which the village has a task already
        close(case.request, Outcome.CALL, case.now)
    else:
        call(case, CallWhy.NOT_UNDERSTOOD)


def close(request: CheckinRequest, outcome: Outcome, now: datetime) -> None:
    """The request is over."""
    request.closed_at, request.outcome = now, outcome.value


def call(case: Case, why: CallWhy) -> None:
    """转为打电话: a message will not do; the ledger says why, and the village has a task."""
    record_call_wanted(case.session, case.request.person_id, case.request.household_id, case.key, why, case.now)
    if case.dialog:
        conversations.close(case.dialog, "call", case.now)
    close(case.request, Outcome.CALL, case.now)


def opening_words(county: str, name: str, channel: str, dialog: Wording, now: datetime) -> Say:
    """The first message of a check-in, as its cost is reckoned before a wave."""
    return begin(dialog, _context(county, name, channel), now).says[-1]


def _ask(case: Case) -> None:
    contact = _reached(case)
    if contact is None or not _free(case, contact):
        return
    dialog, channel = library().dialog(Purpose.CHECKIN.value), contact.channel
    turn = begin(dialog, _known(case, channel), case.now)
    assert turn.state is not None
    assert turn.expires_at is not None
    standing = Standing(turn.state, turn.step, turn.expires_at)
    index, person_id = contact.address_index, case.person.id
    kept = conversations.begin(case.session, Purpose.CHECKIN, channel, index, standing, case.now, person_id)
    _post(case, contact, case.key, turn.says[-1], Why.CHECKIN)
    request = case.request
    request.asked_at, request.dialog_id, request.due_at = case.now, kept.id, case.now + case.rules.remind


def _follow(case: Case) -> None:
    """三天没有回音: the first time a reminder, the second time somebody calls; counted from what was really sent.

    Who wrote something and then no more is not silent: somebody calls at once.
    """
    request, message, dialog = case.request, case.message, case.dialog
    if message is None or message.sent_at is None:
        request.due_at = case.now + NOT_SENT
        return
    last = max(message.sent_at, dialog.changed_at if dialog else message.sent_at)
    if case.now < last + case.rules.remind:
        request.due_at = last + case.rules.remind
    elif dialog and (dialog.state.get("exchanges") or conversations.INTERRUPTED in dialog.state):
        call(case, CallWhy.NOT_CONFIRMED)
    elif request.reminded_at is None:
        _remind(case)
    else:
        record_silence(case.session, request.person_id, request.household_id, case.key, ASKED_TWICE, case.now)
        if dialog:
            conversations.close(dialog, "silent", case.now)
        close(request, Outcome.SILENT, case.now)


def _remind(case: Case) -> None:
    """提醒: the question is open again from its beginning, so that 1 means what the reminder says it means."""
    contact, dialog = _reached(case), case.dialog
    if contact is None or dialog is None or not _free(case, contact):
        return
    wording = library().dialog(Purpose.CHECKIN.value)
    turn = begin(wording, _known(case, contact.channel), case.now)
    assert turn.state is not None
    assert turn.expires_at is not None
    conversations.keep(dialog, Standing(turn.state, turn.step, turn.expires_at), case.now)
    values = {"name": known_of(case.session, case.person.id)["name"], "county": case.county}
    again = final(wording, REMIND, values, contact.channel) if REMIND in wording.steps else turn.says[-1]
    _post(case, contact, reminder_key(case.request.wave_id, case.request.person_id), again, Why.REMINDER)
    case.request.reminded_at, case.request.due_at = case.now, case.now + case.rules.remind


def _reached(case: Case) -> Contact | None:
    """The contact, if an answer from it would still count; otherwise the request ends here."""
    session, contact = case.session, case.contact
    if contact and opted_out(session, contact.channel, contact.address_index):
        if case.dialog:
            conversations.close(case.dialog, "stopped", case.now)
        close(case.request, Outcome.STOPPED, case.now)
        return None
    if contact is None or contacts.attached(session, contact.channel, contact.address, case.now).contact is not contact:
        call(case, CallWhy.NO_CONTACT)
        return None
    return contact


def _free(case: Case, contact: Contact) -> bool:
    """Whether nothing else is being talked about; if so, it is tried again later."""
    talks = conversations.open_dialogs(case.session, contact.channel, contact.address_index, case.person.id)
    others = [one for one in talks.values() if one is not case.dialog]
    for old in (one for one in others if one.expired(case.now)):
        conversations.close(old, "expired", case.now)
    open_ones = [library().dialog(one.purpose) for one in others if one.closed_at is None]
    if may_begin(library().dialog(Purpose.CHECKIN.value), open_ones):
        return True
    case.request.due_at = opening(case.now + LATER, case.rules.hours)
    return False


def _undelivered(case: Case, message: OutboundMessage) -> None:
    if message.reason == WANTS_NONE:
        if case.dialog:
            conversations.close(case.dialog, "stopped", case.now)
        close(case.request, Outcome.STOPPED, case.now)
    else:
        call(case, CallWhy.NOT_DELIVERED)


def _post(case: Case, contact: Contact, key: str, said: Say, why: Why) -> None:
    message = Outbound(key, contact.address, said.text, said.step, said.variables)
    provider, channel = case.providers[contact.channel], Channel(contact.channel)
    letter = outbox.Letter(message, channel, provider, why, contact.id, contact.household_id)
    outbox.post(case.session, letter, case.now)


def _known(case: Case, channel: str) -> dict[str, Any]:
    """What the question may tell: by WeChat also what was known last time."""
    return _context(case.county, "", channel) | known_of(case.session, case.person.id)


def _context(county: str, name: str, channel: str) -> dict[str, Any]:
    return {"bound": True, "name": name, "channel": channel, "county": county, "place": None, "income": None}


def _last_key(request: CheckinRequest) -> str:
    key = reminder_key if request.reminded_at else ask_key
    return key(request.wave_id, request.person_id)


def _by_id(session: Session, table: type[Known], ids: Sequence[str]) -> dict[str, Known]:
    rows = select(table).where(table.id.in_(ids)).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(rows)}
