"""依法删除 of what was written to and by a household: letters both ways, talks, bindings, questions that were asked."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, false, or_, select
from sqlalchemy.orm import Session

from field.messaging.conversations import Dialog
from field.messaging.inbox import InboundMessage
from field.messaging.outbox import OutboundMessage
from field.monitoring.workers.checkin_requests import CheckinRequest
from field.orm import Base
from field.registry.contacts import BindingTry, Contact


def letters_of(session: Session, household_id: str, people: Collection[str]) -> dict[type[Base], ColumnElement[bool]]:
    """By table, which rows are the household's; a talk of nobody known counts where one of its letters is."""
    contacts = set(session.scalars(select(Contact.id).where(Contact.household_id == household_id)))
    came = or_(InboundMessage.household_id == household_id, InboundMessage.contact_id.in_(contacts))
    talks = set(session.scalars(select(InboundMessage.dialog_id).where(came, InboundMessage.dialog_id.is_not(None))))
    mine = or_(Dialog.person_id.in_(people), Dialog.id.in_(talks)) if people or talks else false()
    went = or_(OutboundMessage.household_id == household_id, OutboundMessage.contact_id.in_(contacts))
    return {
        InboundMessage: came, OutboundMessage: went, Dialog: mine, Contact: Contact.household_id == household_id,
        BindingTry: BindingTry.person_id.in_(people), CheckinRequest: CheckinRequest.household_id == household_id,
    }  # fmt: skip


def photographs(session: Session, which: ColumnElement[bool]) -> set[str]:
    """照片 that came with letters."""
    return {digest for several in session.scalars(select(InboundMessage.photos).where(which)) for digest in several}


def forget_letters(session: Session, several: dict[type[Base], ColumnElement[bool]]) -> None:
    """Delete them; what is on its way out is not sent any more."""
    for table, which in several.items():
        session.execute(delete(table).where(which).execution_options(synchronize_session=False))
