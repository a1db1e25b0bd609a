"""登记: what a roster entry means for households, people and facts, as it arrives and in every rebuild."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from field.codes import Left
from field.ledger.entries import Entry
from field.ledger.facts import state
from field.monitoring.board.standings import note_standings
from field.monitoring.checks.quality_rows import HEAD
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead
from field.monitoring.relief.relief_standings import restate
from field.monitoring.roster.roster_claims import LAST_PLACE, beside, claims, governed, monitored
from field.monitoring.roster.roster_corrections import RELATION, Claim, keep, stated
from field.monitoring.roster.roster_rows import Tables, household, observed, people, rows_of_new
from field.monitoring.workers.worker_standings import note_workers
from field.orm import insert_many
from field.prepared import pour
from field.registry.households import Household, Person
from field.registry.search_keys import rewrite

Entered = tuple[Entry, dict[str, Any]]


def register_roster(session: Session, entry: Entry, payload: dict[str, Any]) -> None:
    """名册登记 of one household, from its roster entry and the opened payload."""
    register(session, [(entry, payload)])


def register(session: Session, entered: Sequence[Entered]) -> None:
    """The same for many households, each named once, with few statements."""
    ids = [entry.chain_id for entry, _ in entered]
    known = set(session.scalars(select(Household.id).where(Household.id.in_(ids))))
    enter(session, rows_of_new(one for one in entered if one[0].chain_id not in known))
    if changed := [one for one in entered if one[0].chain_id in known]:
        claimed = _otherwise(session, changed)
        _follow(session, [entry.chain_id for entry, _ in changed])
        rewrite(session, known)
        state(session, [fact for one in changed for fact in observed(*one)] + claimed)
        note_workers(session, [entry for entry, _ in changed])
    note_standings(session, [entry for entry, _ in entered])
    if known:
        restate(session, known)  # as they stand identified now


def _follow(session: Session, household_ids: Sequence[str]) -> None:
    """搬了地方: leads and tasks go along to the region in which the household is now."""
    for table in (Lead, Task):
        now = select(Household.region).where(Household.id == table.household_id).scalar_subquery()
        there = update(table).where(table.household_id.in_(household_ids), table.region != now).values(region=now)
        session.execute(there.execution_options(synchronize_session=False))


def enter(session: Session, tables: Tables) -> None:
    """Write the rows of households that were not here before."""
    for table, columns in tables.items():
        pour(session, table, columns)


def _otherwise(session: Session, changed: Sequence[Entered]) -> list[dict[str, Any]]:
    """Change households that are here; as facts, what their rows may say otherwise than they and their people stand."""
    ids = [entry.chain_id for entry, _ in changed]
    ruled, watched = governed(session, ids), monitored(session, ids)
    unlisted = {entry.chain_id for entry, payload in changed if not payload.get("kind")}
    told = _change(session, [(entry.chain_id, payload) for entry, payload in changed], ruled | watched & unlisted)
    several = [one for one in changed if one[0].chain_id in ruled | watched or one[0].chain_id not in unlisted]
    return claims(several) + [
        fact for entry, _ in changed for fact in stated(entry, told.get(entry.chain_id, ()), LAST_PLACE + 1)
    ]


def _change(session: Session, changed: Sequence[tuple[str, Any]], held: set[str]) -> dict[str, list[Claim]]:
    """Newer rosters of households that are here: members match by id, those no longer named stay as left.

    Of a household that is `held`, the roster does not say whether it is monitored, since when and for what; of people
    who were put right, it says nothing that was. What it claims of them is told by household.
    """
    ids = [household_id for household_id, _ in changed]
    rows = select(Person.id, Person.left).where(Person.household_id.in_(ids))
    left: dict[str, str | None] = dict(session.execute(rows).all())
    members = [person for one in changed for person in people(*one)]
    listed_again = {id_: None if value == Left.DELISTED else value for id_, value in left.items()}
    kept = [person | {"left": listed_again[person["id"]]} for person in members if person["id"] in left]
    news = [person | {"left": None} for person in members if person["id"] not in left]
    said = {member["id"]: member for _, payload in changed for member in payload["members"]}
    told = keep(session, ids, said, kept)
    insert_many(session, Person, news)
    if kept:
        session.execute(update(Person), kept)
    gone = [person_id for _, payload in changed for person_id in payload.get("gone", ())]
    off = update(Person).where(Person.id.in_(gone), Person.left.is_(None))
    session.execute(off.values(left=Left.DELISTED.value))
    heads = {person["household_id"]: {"head": person["name"]} for person in (*news, *kept) if person[RELATION] == HEAD}
    listed = [home | heads.get(home["id"], {}) for home in (household(*one) for one in changed)]
    free = [one for one in listed if one["id"] not in held]
    for several in (free, [beside(one) for one in listed if one["id"] in held]):
        if several:
            session.execute(update(Household), several)
    here = Person.left.is_(None), Person.merged_into.is_(None)
    present = select(func.count()).where(Person.household_id == Household.id, *here)
    counted = update(Household).where(Household.id.in_(ids)).values(persons=present.scalar_subquery())
    session.execute(counted.execution_options(synchronize_session=False))
    return told
