"""没说完的申报: who began to tell of a hardship and came to no end is looked into by people."""

from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel, RiskFactor, Source
from field.messaging.conversations import Dialog, Purpose
from field.messaging.sending import Transact
from field.monitoring.leads.unfinished import HelpWanted, record_help_wanted
from field.registry.contacts import Contact
from field.registry.holders import HELD, Holder, sure
from field.registry.households import Person
from field.registry.regions import county

UNFINISHED = "unfinished"
AT_ONCE = 100


def step(transact: Transact, now: datetime) -> int:
    """One regular round: how many talks were handed to people; the talk itself can still be gone on with."""
    return transact(partial(_hand_over, now=now))


def _hand_over(session: Session, now: datetime) -> int:
    waiting = Dialog.closed_at.is_(None), Dialog.outcome.is_(None), Dialog.purpose == Purpose.DECLARE.value
    rows = select(Dialog).where(*waiting, Dialog.expires_at <= now).order_by(Dialog.id).limit(AT_ONCE)
    several = session.scalars(rows.with_for_update(skip_locked=True)).all()
    for dialog in several:
        dialog.outcome = UNFINISHED
        _note(session, dialog, now)
    return len(several)


def _note(session: Session, dialog: Dialog, now: datetime) -> None:
    answers = dialog.state.get("answers", {})
    if not answers.get("risk_factors") or answers.get("helped"):
        return
    here = county(session)
    whose = _holder(session, dialog, now) or (here.code if here else None)
    if whose is None:
        return
    named = dialog.person_id is not None
    factors = "、".join(RiskFactor.label_of(code) for code in answers["risk_factors"])
    told = "：".join(filter(None, (factors, answers.get("note"))))
    channel = Channel(dialog.channel)
    said = HelpWanted(f"dialog:{dialog.id}", channel, Source.DECLARATION, told, named=named)
    record_help_wanted(session, said, whose, now)


def _holder(session: Session, dialog: Dialog, now: datetime) -> Holder | None:
    """Who was talking, if he is still sure to be at that address; of several of one household any stands for it."""
    here = Contact.channel == dialog.channel, Contact.address_index == dialog.sender_index, Contact.revoked_at.is_(None)
    rows = select(*HELD).join(Person, Person.id == Contact.person_id).where(*here)
    found = sure((Holder(*row) for row in session.execute(rows)), now)
    if dialog.person_id is None:
        return found[0] if len({one.household_id for one in found}) == 1 else None
    return next((one for one in found if one.person_id == dialog.person_id), None)
