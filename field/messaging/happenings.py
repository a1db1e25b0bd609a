"""事件落地: what the events of a dialog do to ledger and bindings, and what the last words may tell of it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from field.codes import Source
from field.ledger.receipts import number
from field.messaging import bindings, pictures
from field.messaging.conversations import Dialog, Purpose
from field.messaging.dialogs.loading import library
from field.messaging.dialogs.proposals import NOTE_LENGTH
from field.messaging.dialogs.shapes import Happening, bare, tidy
from field.messaging.inbox import InboundMessage, day_key
from field.messaging.scene import Scene
from field.monitoring.leads.bindings import Deed, end
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.leads import Lead
from field.monitoring.leads.unfinished import HelpWanted, record_help_wanted
from field.monitoring.visiting.evidence import note_sender
from field.monitoring.workers.checkins import CheckedIn, Why, record_call_wanted, record_checkin
from field.prepared import change
from field.registry import consent, holders
from field.registry.contact_rules import Withdrawn
from field.registry.contacts import Contact
from field.registry.holders import Holder

Data = dict[str, Any]
Told = Mapping[str, str]
CLOSING = "closing"  # names other last words than the dialog's own
MOST_STRANGERS = 20  # a day, of all who are not known and declare nothing
TOO_MANY = "too_many"
DAY = timedelta(days=1)
HELPED = "helped"  # the last words to who asked for help beside the check-in, where the dialog has them


def happened(scene: Scene, dialog: Dialog, kind: str, data: Data) -> Told:
    """What is to be told of an event; events that only end a dialog do nothing."""
    rule = RULES.get(kind)
    return rule(scene, dialog, data) if rule else {}


def _declared(scene: Scene, dialog: Dialog, data: Data) -> Told:
    """自主申报: for whom somebody else declares, no binding of the sender speaks."""
    helping, claim = data["helping"], data.get("claim")
    chosen = scene.holder(data.get("person"))
    own = None if helping else chosen or of_one_household(scene)
    helper = data.get("helper")
    if helping and scene.contact:
        helper = {"person_id": scene.contact.person_id}
    said = Declared(
        key=f"dialog:{dialog.id}", channel=scene.channel, risk_factors=data["risk_factors"],
        note=data["note"], notice=data["notice"], region=scene.region_of(own, claim or {}),
        household_id=own.household_id if own else None, person_id=chosen.person_id if own and chosen else None,
        since=data.get("since"), amount=data.get("amount"),
        amount_max=data.get("amount_max"), claim=claim, helper=helper, place=data.get("place"),
        evidence=pictures.arrived(scene.session, data["photos"]),
    )  # fmt: skip
    entry = record_declaration(scene.session, said, scene.now)
    note_sender(scene.session, said.evidence, entry.actor, scene.now)  # of several at one number, known only now
    return {"number": number(entry.hash)}


def of_one_household(scene: Scene) -> Holder | None:
    """One of several holders who are all of one household, who did not say which of them they are."""
    return scene.holders[0] if len({contact.household_id for contact in scene.holders}) == 1 else None


def _checked_in(scene: Scene, dialog: Dialog, data: Data, *, unchanged: bool = False, declined: bool = False) -> Told:
    contact = scene.holder(dialog.person_id or dialog.state.get("answers", {}).get("person"))
    if contact is None:
        return {CLOSING: "bind_first"}  # nothing is said to be written down that is not
    facts = data.get("facts", {})
    said = CheckedIn(
        key=f"dialog:{dialog.id}", channel=scene.channel, person_id=contact.person_id,
        household_id=contact.household_id, facts=facts, unchanged=unchanged, declined=declined,
        asks_help=bool(data.get("asks_help")), verified=True, note=data.get("note", ""),
    )  # fmt: skip
    record_checkin(scene.session, said, scene.now, scene.now)
    if not declined:
        holders.renew(scene.session, contact, scene.now)
    if phone := facts.get("phone"):
        bindings.ask_new_number(scene, contact, phone)
    elif unchanged:
        bindings.let_new_number_go(scene, contact)
    steps = library().dialog(dialog.purpose, dialog.state.get("version")).steps
    return {CLOSING: HELPED} if said.asks_help and HELPED in steps else {}


def _asked_help(scene: Scene, dialog: Dialog, data: Data) -> Told:
    """Who is known, or declares, is called though he may never come to confirm."""
    known = dialog.purpose == Purpose.DECLARE or scene.holder(dialog.person_id)
    return _help_wanted(scene, dialog, data) if known else {}


def _asked_office(scene: Scene, dialog: Dialog, data: Data) -> Told:
    """问办事的人的话: passed on to the village, once a day for each sender."""
    answers = dialog.state.get("answers", {})
    whose = scene.holder(dialog.person_id) or of_one_household(scene)
    region = scene.region_of(None, answers.get("claim") or answers.get("claim?") or {})
    source = Source.DECLARATION if dialog.purpose == Purpose.DECLARE else Source.CHECKIN
    call_today(scene, whose or region, "question", data.get("note", ""), source=source)
    return {}


def _gave_up(scene: Scene, dialog: Dialog, data: Data) -> Told:
    """说不下去了: who calls reads all that was said, in its order, and not the last words alone."""
    home = scene.contact.household_id if scene.contact else None
    here = and_(InboundMessage.channel == scene.channel.value, InboundMessage.sender_index == scene.index)
    mine = or_(here, InboundMessage.household_id == home) if home else here
    talk = InboundMessage.dialog_id == dialog.id, InboundMessage.received_at >= dialog.opened_at
    rows = select(InboundMessage.text_masked).where(mine, *talk)
    said = [*scene.session.scalars(rows.order_by(InboundMessage.received_at, InboundMessage.id)), scene.text]
    words = dict.fromkeys(tidy(text)[:NOTE_LENGTH] for text in said if bare(text) not in library().starts)
    return _help_wanted(scene, dialog, data | {"note": "/".join(filter(None, words))})


def _help_wanted(scene: Scene, dialog: Dialog, data: Data) -> Told:
    """A person calls whoever is known, or who was declaring; a stranger once a day, and so many strangers at most."""
    contact = scene.holder(dialog.person_id)
    declaring = dialog.purpose == Purpose.DECLARE
    if contact is None and not declaring:
        if _asked_today(scene, dialog):
            return {}
        if _too_many_strangers(scene):
            change(dialog, outcome=TOO_MANY)
            return {CLOSING: "enough"}
    answers = dialog.state.get("answers", {})
    whose = contact or scene.region_of(None, answers.get("claim") or answers.get("claim?") or {})
    source = Source.DECLARATION if declaring else Source.CHECKIN
    said = HelpWanted(f"dialog:{dialog.id}", scene.channel, source, data.get("note", ""))
    record_help_wanted(scene.session, said, whose, scene.now)
    return {}


def _asked_today(scene: Scene, dialog: Dialog) -> bool:
    """Whether another talk of the sender has led to a person within a day."""
    mine = InboundMessage.channel == scene.channel.value, InboundMessage.sender_index == scene.index
    today = select(InboundMessage.dialog_id).where(*mine, InboundMessage.received_at > scene.now - DAY)
    others = Dialog.id.in_(today), Dialog.id != dialog.id, Dialog.outcome == Happening.GAVE_UP.value
    return scene.session.scalar(select(Dialog.id).where(*others).limit(1)) is not None


def _too_many_strangers(scene: Scene) -> bool:
    """Whether strangers asked so often within a day that no office could look into more."""
    nobodys = Lead.household_id.is_(None), Lead.source == Source.CHECKIN.value, Lead.opened_at > scene.now - DAY
    return (scene.session.scalar(select(func.count()).select_from(Lead).where(*nobodys)) or 0) >= MOST_STRANGERS


def call_today(scene: Scene, whose: Holder | str, why: str, words: str, *, source: Source = Source.CHECKIN) -> None:
    """请人联系: once a day for each sender and reason (danger, question, voice), whatever is being talked about."""
    key = day_key(why, scene.channel.value, scene.index, scene.now)
    named = scene.contact is not None
    said = HelpWanted(key, scene.channel, source, words, why == "danger", why == "question", named)
    record_help_wanted(scene.session, said, whose, scene.now)


def _not_me(scene: Scene, dialog: Dialog, _data: Data) -> Told:
    """不是本人: the number is that person's no more, and somebody asks the family."""
    holder = scene.holder(dialog.person_id)
    contact = scene.session.get(Contact, holder.id) if holder else None
    if holder and contact:
        deed = Deed("stranger", scene.channel, "这个号码的人回信说不是本人")
        end(scene.session, contact, deed, scene.now, Withdrawn.DENIED)
        key = f"dialog:{dialog.id}"
        record_call_wanted(scene.session, holder.person_id, holder.household_id, key, Why.NOT_THEIRS, scene.now)
    return {}


def _stopped(scene: Scene, _dialog: Dialog, _data: Data) -> Told:
    consent.opt_out(scene.session, scene.channel, scene.index, scene.now)
    return {}


def _claimed(scene: Scene, _dialog: Dialog, data: Data) -> Told:
    bindings.claim(scene, data.get("claim") or {})
    return {}


def _no_code(scene: Scene, _dialog: Dialog, _data: Data) -> Told:
    bindings.ask_people(scene)
    return {}


def _withdrawn(scene: Scene, dialog: Dialog, _data: Data) -> Told:
    bindings.withdraw(scene, dialog.opened_at)
    return {}


def _code_given(scene: Scene, _dialog: Dialog, data: Data) -> Told:
    return {CLOSING: bindings.confirm_by_code(scene, str(data.get("code") or ""))}


def _agreed(scene: Scene, dialog: Dialog, data: Data) -> Told:
    return {CLOSING: bindings.agree(scene, dialog.purpose, str(data.get("contact") or ""))}


def _denied(scene: Scene, dialog: Dialog, data: Data) -> Told:
    bindings.deny(scene, dialog.purpose, str(data.get("contact") or ""))
    return {}


RULES: dict[str, Callable[[Scene, Dialog, Data], Told]] = {
    "declared": _declared,
    "checked_in": _checked_in,
    "unchanged": lambda scene, dialog, data: _checked_in(scene, dialog, data, unchanged=True),
    "declined": lambda scene, dialog, data: _checked_in(scene, dialog, data, declined=True),
    "stopped": _stopped,
    "asked_help": _asked_help,
    "asked_office": _asked_office,
    "gave_up": _gave_up,
    "bind_claimed": _claimed,
    "no_code": _no_code,
    "withdrawn": _withdrawn,
    "code_given": _code_given,
    "agreed": _agreed,
    "denied": _denied,
    "not_me": _not_me,
}  # fmt: skip
