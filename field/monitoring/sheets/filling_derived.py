"""填报推导: what a filled-in sheet, or the decision on what it contradicted, means for household, people and facts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from field.ledger.entries import Entry
from field.ledger.facts import VERIFIED_ADDRESS, state
from field.monitoring.workers.worker_standings import note_workers
from field.registry.filling import PHONE
from field.registry.households import Household, Person
from field.registry.masking import mask_phone
from field.registry.regions import code_in
from field.registry.sealing import blind
from field.registry.search_keys import rewrite

OWN_COLUMNS = ("phone", "work", "months_away", "monthly_income", "health", "schooling", "labour")


def derive_filling(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """The cells that count: facts with who recorded them, and the rows of household and people changed."""
    facts = [_fact(entry, place, *one) for place, one in enumerate(_stated(entry.chain_id, said))]
    state(session, facts)
    if household := said.get("household"):
        session.execute(update(Household).where(Household.id == entry.chain_id).values(household))
        rewrite(session, [entry.chain_id])
    for member in said.get("members", ()):
        _change(session, entry.chain_id, member)
    if said.get("members"):
        note_workers(session, [entry])


def _stated(household_id: str, said: dict[str, Any]) -> Iterator[tuple[str, str, Any, str | None]]:
    for key, value in sorted(said.get("household", {}).items()):
        yield household_id, key, value, None
    for member in said.get("members", ()):
        for key, value in sorted(member.items()):
            if key == PHONE:
                yield member["person_id"], key, mask_phone(value), value
            elif key != "person_id":
                yield member["person_id"], key, value, None


def _fact(entry: Entry, place: int, subject: str, attribute: str, value: Any, sealed: str | None) -> dict[str, Any]:
    return {
        "chain_id": entry.chain_id, "seq": entry.seq, "place": place, "subject": subject, "attribute": attribute,
        "value": value, "sealed": sealed, "channel": entry.channel, "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": VERIFIED_ADDRESS,
    }  # fmt: skip


def _change(session: Session, household_id: str, member: dict[str, Any]) -> None:
    here = Person.id == member["person_id"], Person.household_id == household_id
    details: dict[str, Any] = session.query(Person.details).where(*here).scalar() or {}
    values = {key: member[key] for key in OWN_COLUMNS if key in member}
    rest = {key: value for key, value in member.items() if key not in (*OWN_COLUMNS, "person_id", "work_place")}
    if PHONE in values:
        values["phone_index"] = blind("phone", values[PHONE]) if values[PHONE] else None
    if place := member.get("work_place"):
        code = code_in(place)
        values["work_place"] = code
        details = {key: value for key, value in details.items() if key != "work_place_name"}
        rest |= {} if code else {"work_place_name": place}
    session.execute(update(Person).where(*here).values(**values, details=details | rest))
