"""移交: the bindings of one who stood twice on the roster go over to the row that is kept, and back again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.registry.contact_rules import STALE, VERIFIED, is_fresh
from field.registry.contacts import Contact
from field.registry.households import Person


def hand_over(session: Session, dup: Person, kept: Person, now: datetime) -> list[dict[str, str]]:
    """合并: the bindings of who is merged become those of who is kept; which, and what they were before.

    A number that both hold stays where it is and no longer counts; where both are verified at two numbers, the
    one that comes over is stale, for nobody has said which of them is in use.
    """
    mine = {person: _bindings(session, person) for person in (dup.id, kept.id)}
    held = {(one.channel, one.address_index) for one in mine[kept.id]}
    sure = {one.channel for one in mine[kept.id] if one.state == VERIFIED}
    moved = [one for one in mine[dup.id] if (one.channel, one.address_index) not in held]
    was = [{"contact_id": one.id, "was": one.state} for one in moved]
    for one in moved:
        if one.state == VERIFIED and one.channel in sure:
            one.state = STALE.value
        one.person_id, one.household_id, one.changed_at = kept.id, kept.household_id, now
    session.flush()
    return was


def hand_back(session: Session, moved: Iterable[dict[str, str]], dup: Person, now: datetime) -> None:
    """撤销合并: the same bindings are the first one's again, and verified where the merging alone made them stale."""
    was = {one["contact_id"]: one["was"] for one in moved}
    rows = select(Contact).where(Contact.id.in_(was)).order_by(Contact.id).with_for_update()
    for one in session.scalars(rows.execution_options(populate_existing=True)):
        one.person_id, one.household_id, one.changed_at = dup.id, dup.household_id, now
        if one.state == STALE and was[one.id] == VERIFIED and one.confirmed_at and is_fresh(one.confirmed_at, now):
            one.state = VERIFIED.value
    session.flush()


def _bindings(session: Session, person_id: str) -> Sequence[Contact]:
    rows = (
        select(Contact)
        .where(Contact.revoked_at.is_(None), Contact.person_id == person_id)
        .order_by(Contact.id)
        .with_for_update()
    )
    return session.scalars(rows.execution_options(populate_existing=True)).all()
