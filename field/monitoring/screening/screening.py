"""部门筛查预警: a list enters the ledger slice by slice, and every row is answered once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append, region_chain
from field.monitoring.policy.shelf import pack_on
from field.monitoring.screening.screening_found import Found, record_found
from field.monitoring.screening.screening_lists import (
    ScreeningList,
    ScreeningRow,
    derive_list,
    derive_rows,
    digest,
    same_list,
)
from field.monitoring.screening.screening_match import Match, match
from field.monitoring.screening.screening_rules import below_for_all
from field.monitoring.workdays import china_day
from field.registry.regions import VILLAGE
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.screening import ScreeningAnswer
from field.registry.screening_reading import Row

SLICE = 200


class OtherContent(Exception):
    """同一个编号，内容不同: the list's id was used before for something else."""


@dataclass(frozen=True)
class Filing:
    """一份名单: its id made by the sender, what it is called, how many rows, the digest of its content, its sheet."""

    list_id: str
    title: str
    rows: int
    digest: str
    sheet: str | None = None


def file_list(session: Session, filing: Filing, job_id: str | None, by: Actor, now: datetime) -> ScreeningList:
    """收下名单, once: the same content again gives the list of the first time."""
    if not by.may(Right.SEND_SCREENING, by.region):
        raise NotAllowed
    if known := known_list(session, filing):
        return known
    content = {
        "list_id": filing.list_id, "department": by.name, "title": filing.title, "rows": filing.rows,
        "digest": filing.digest, "job_id": job_id,
        **({"sheet": filing.sheet} if filing.sheet else {}),
    }  # fmt: skip
    key = f"screening_list:{filing.digest}"
    chain = region_chain(by.region)
    draft = Draft(chain, EntryKind.SCREENING_LIST, Channel.DEPARTMENT, by.username, now, key, content)
    derive_list(session, append(session, draft, now), content)
    return session.get_one(ScreeningList, filing.list_id)


def known_list(session: Session, filing: Filing) -> ScreeningList | None:
    """The list as it came before; OtherContent where its id stands for something else."""
    same = same_list(session, filing.digest)
    other = session.get(ScreeningList, filing.list_id)
    if other and other.digest != filing.digest:
        raise OtherContent
    return same


def answer_rows(session: Session, one: ScreeningList, rows: Sequence[Row], now: datetime) -> None:
    """答复 of rows that have none yet, each with its entry; the caller commits them together."""
    known = select(ScreeningRow.row).where(ScreeningRow.list_id == one.id)
    numbers = set(session.scalars(known.where(ScreeningRow.row.in_([row.row for row in rows]))))
    todo = [row for row in rows if row.row not in numbers]
    good, rest = _sorted_out(session, one, [row for row in todo if not row.faults])
    rest += [_bad(one, row) for row in todo if row.faults]
    matches = match(session, one.region, [found.said for found in good])
    rest += [_unfound(one, found, whom, now) for found, whom in zip(good, matches, strict=True) if whom.sure is None]
    record_found(
        session, one, [(f, whom.sure) for f, whom in zip(good, matches, strict=True) if whom.sure], one.sender, now
    )
    if rest:
        _record_rest(session, one, rest, now)


def _sorted_out(session: Session, one: ScreeningList, rows: Sequence[Row]) -> tuple[list[Found], list[dict[str, Any]]]:
    """Rows that are new, and those that this sender has sent before, in this list or another."""
    several = [Found(row.row, row.said, digest(one.sender, one.region, canonical(row.said).encode())) for row in rows]
    contents = [found.content for found in several]
    stood = select(ScreeningRow.content, ScreeningRow.list_id, ScreeningRow.row).where(
        ScreeningRow.content.in_(contents), ScreeningRow.answer != ScreeningAnswer.REPEATED.value
    )
    before = {content: {"list_id": list_id, "row": row} for content, list_id, row in session.execute(stood)}
    good, repeated = [], []
    for found in several:
        if place := before.get(found.content):
            said = found.said | {"content": found.content, "place": _place(one, found.said), "of": place}
            repeated.append(said | {"row": found.row, "answer": ScreeningAnswer.REPEATED.value})
        else:
            before[found.content] = {"list_id": one.id, "row": found.row}
            good.append(found)
    return good, repeated


def _bad(one: ScreeningList, row: Row) -> dict[str, Any]:
    """What is kept of a row that cannot be used: name and reason, so that people find it, and every fault."""
    named = {key: row.said[key] for key in ("name", "reason") if key in row.said}
    faults = [{"key": key, "reason": reason} for key, reason in row.faults]
    return named | {"row": row.row, "answer": ScreeningAnswer.BAD.value, "place": one.region, "faults": faults}


def _unfound(one: ScreeningList, found: Found, whom: Match, now: datetime) -> dict[str, Any]:
    """A row that nobody, or not surely somebody, on the roster fits; what is too small for anybody asks nobody."""
    lines = pack_on(china_day(now)).departments
    answer = ScreeningAnswer.WAITING if whom.near else ScreeningAnswer.NOT_LISTED
    if below_for_all(found.said, lines):
        answer = ScreeningAnswer.NOT_OURS
    place = _shared([near.region for near in whom.near]) if whom.near else _place(one, found.said)
    return found.said | {"row": found.row, "answer": answer.value, "place": place, "content": found.content}


def _place(one: ScreeningList, said: dict[str, Any]) -> str:
    village: str = said.get("village", one.region)
    return village


def _shared(regions: Sequence[str]) -> str:
    """The smallest region of all of them: a village, a town or the county."""
    return next(
        (regions[0][:length] for length in (VILLAGE, 9, 6) if len({code[:length] for code in regions}) == 1),
        regions[0][:2],
    )


def _record_rest(session: Session, one: ScreeningList, rest: list[dict[str, Any]], now: datetime) -> Entry:
    rest.sort(key=lambda said: said["row"])
    content = {"list_id": one.id, "rows": rest}
    key = f"screening_rows:{one.id}:{rest[0]['row']}"
    chain = region_chain(one.region)
    draft = Draft(chain, EntryKind.SCREENING_ROWS, Channel.DEPARTMENT, one.sender, now, key, content)
    entry = append(session, draft, now)
    derive_rows(session, entry, content)
    return entry
