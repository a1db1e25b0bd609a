"""名单认定: where several people or only near ones fit a row, a person says which one it is, or none of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, opened, recorded
from field.monitoring.screening.screening_found import Found, record_found
from field.monitoring.screening.screening_lists import ScreeningList, ScreeningRow, derive_decided, undone_key
from field.monitoring.screening.screening_match import Candidate, match
from field.registry import reach
from field.registry.regions import in_region, within
from field.registry.rights import Actor, Right
from field.registry.screening import COLUMNS, ScreeningAnswer

SAYS = tuple(column.key for column in COLUMNS)


class AlreadyDecided(Exception):
    """已经认定: somebody has decided on this row before, and otherwise."""


class NotNear(Exception):
    """不在其中: the person chosen is none of those who fit."""


class Doubtful(NamedTuple):
    """等人认定的一行: the list, the row, what it says, and who it may be."""

    listed: ScreeningList
    row: ScreeningRow
    said: dict[str, Any]
    near: list[Candidate]


def waiting(
    session: Session, by: Actor, answer: ScreeningAnswer, page: int, per_page: int
) -> tuple[list[Doubtful], int]:
    """Rows of the actor's region that wait for somebody, or that nobody on the roster fits; and how many."""
    here = ScreeningRow.answer == answer.value, in_region(ScreeningRow.region, by.region)
    rows = select(ScreeningRow).where(*here).order_by(ScreeningRow.list_id, ScreeningRow.row)
    found = session.scalars(rows.offset((page - 1) * per_page).limit(per_page)).all()
    total = session.scalar(select(func.count()).select_from(ScreeningRow).where(*here)) or 0
    return doubtful(session, by, found), total


def doubtful(session: Session, by: Actor, rows: Sequence[ScreeningRow]) -> list[Doubtful]:
    """Rows with what they say and who they may be, as far as the actor may see."""
    lists = {row.list_id: session.get_one(ScreeningList, row.list_id) for row in rows}
    said = what_rows_say(session, rows)
    found = []
    for row in rows:
        what = said[row.list_id, row.row]
        near = _near(session, lists[row.list_id].region, what) if row.answer == ScreeningAnswer.WAITING else []
        found.append(Doubtful(lists[row.list_id], row, what, [one for one in near if within(one.region, by.region)]))
    return found


def _near(session: Session, region: str, said: dict[str, Any]) -> list[Candidate]:
    """Who a row may mean by what the roster says today."""
    [whom] = match(session, region, [said])
    return [whom.sure] if whom.sure else whom.near


def what_rows_say(session: Session, rows: Sequence[ScreeningRow]) -> dict[tuple[str, int], dict[str, Any]]:
    """What rows said, and what was answered, opened from their entries; by list and row."""
    places = {(row.chain_id, row.seq) for row in rows}
    entries = list(session.scalars(select(Entry).where(tuple_(Entry.chain_id, Entry.seq).in_(places))))
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for said in opened(session, entries):
        for one in said.get("rows", [said]):
            found[said["list_id"], one["row"]] = one
    return found


def decided_key(said: Mapping[str, Any]) -> str:
    """名单认定 as none of them, under a key of its own each time."""
    nth = said.get("round", 0)
    return f"screening_decided:{said['list_id']}:{said['row']}" + (f":{nth}" if nth else "")


def row_of(session: Session, list_id: str, row: int, by: Actor) -> ScreeningRow:
    """A row to be decided on, locked until the commit; NotAllowed outside the region."""
    found = session.get(ScreeningRow, (list_id, row), with_for_update=True, populate_existing=True)
    return reach.reached(found, by, Right.DECIDE_SCREENING)


def decide(
    session: Session, list_id: str, row: int, person_id: str | None, note: str, by: Actor, now: datetime
) -> Entry:
    """认定, once: whom the row means, or nobody; NotAllowed outside the region, AlreadyDecided the second time."""
    one = row_of(session, list_id, row, by)
    if one.answer != ScreeningAnswer.WAITING:
        return _before(session, one, person_id)
    [asked] = doubtful(session, by, [one])
    if person_id is None:
        return _nobody(session, one, note, by, now)
    chosen = next((near for near in asked.near if near.person.id == person_id), None)
    if chosen is None:
        raise NotNear
    found = Found(one.row, _as_sent(asked.said), one.content or "")
    decided = {"note": note, "round": _round(session, one)}
    [entry] = record_found(session, asked.listed, [(found, chosen)], by.username, now, decided)
    return entry


def _round(session: Session, one: ScreeningRow) -> int:
    """How often a decision on the row was taken back."""
    named = {"list_id": one.list_id, "row": one.row}
    return next(nth for nth in count() if not recorded(session, undone_key({**named, "round": nth})))


def _as_sent(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: said[key] for key in SAYS if said.get(key) is not None}


def _before(session: Session, one: ScreeningRow, person_id: str | None) -> Entry:
    """The entry of the same decision, if it was made before."""
    same = one.person_id == person_id and (person_id or one.answer == ScreeningAnswer.NOT_LISTED)
    if not same:
        raise AlreadyDecided
    return session.get_one(Entry, (one.chain_id, one.seq))


def _nobody(session: Session, one: ScreeningRow, note: str, by: Actor, now: datetime) -> Entry:
    content = {"list_id": one.list_id, "row": one.row, "note": note, "round": _round(session, one)}
    key = decided_key(content)
    draft = Draft(one.chain_id, EntryKind.SCREENING_DECIDED, Channel.WEB, by.username, now, key, content)
    entry = append(session, draft, now)
    derive_decided(session, entry, content)
    return entry
