"""名单答复: what became of the rows of a list, told to who sent it with nothing that it did not send."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.labels import Word
from field.ledger.entries import Entry, opened
from field.monitoring.screening.screening_decisions import what_rows_say
from field.monitoring.screening.screening_lists import ScreeningList, ScreeningRow
from field.registry.masking import mask_id_number
from field.registry.regions import in_region, within
from field.registry.rights import Actor, Right
from field.registry.screening import HEADERS, ScreeningAnswer, ScreeningReason
from field.sentences import Sentence, Series

WORDS = {
    ScreeningAnswer.NEW_LEAD: "已转给村里，会上门核实",
    ScreeningAnswer.SAME: "同一情况已有线索，这一次一并记入台账",
    ScreeningAnswer.MONITORED: "已在监测，这一次记入台账",
    ScreeningAnswer.NOT_OURS: "金额不到筛查线",
    ScreeningAnswer.NOT_LISTED: "农户名册上没有这个人，县里留存备查",
    ScreeningAnswer.WAITING: "有相近的人，等乡镇或县里认定",
}
AT_ONCE = 500


def lists(session: Session, by: Actor, page: int, per_page: int) -> tuple[list[ScreeningList], int]:
    """名单, newest first: a department's own, all of its region for the county."""
    rows = select(ScreeningList).where(in_region(ScreeningList.region, by.region))
    if by.has(Right.SEND_SCREENING):
        rows = rows.where(ScreeningList.sender == by.username)
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    newest = rows.order_by(ScreeningList.filed_at.desc(), ScreeningList.id.desc())
    return list(session.scalars(newest.offset((page - 1) * per_page).limit(per_page))), total


def readable(session: Session, list_id: str, by: Actor) -> ScreeningList | None:
    """A list that the actor may look at, or None."""
    one = session.get(ScreeningList, list_id)
    if one is None or not within(one.region, by.region):
        return None
    return one if not by.has(Right.SEND_SCREENING) or one.sender == by.username else None


def counts(session: Session, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many rows of each list were answered how, in the order of the vocabulary."""
    rows = select(ScreeningRow.list_id, ScreeningRow.answer, func.count()).where(ScreeningRow.list_id.in_(ids))
    found: dict[str, dict[str, int]] = {list_id: {} for list_id in ids}
    for list_id, answer, count in session.execute(rows.group_by(ScreeningRow.list_id, ScreeningRow.answer)):
        found[list_id][answer] = count
    return {list_id: {code: each[code] for code in ScreeningAnswer.labels() if code in each}
            for list_id, each in found.items()}  # fmt: skip


def answers(
    session: Session, one: ScreeningList, after: int, most: int, answer: str | None = None
) -> list[dict[str, Any]]:
    """答复 of the rows after a number, in order, each with its sheet and row; the household's id is for the house."""
    rows = select(ScreeningRow).where(ScreeningRow.list_id == one.id, ScreeningRow.row > after)
    if answer:
        rows = rows.where(ScreeningRow.answer == answer)
    found = session.scalars(rows.order_by(ScreeningRow.row).limit(most)).all()
    said, sheet = what_rows_say(session, found), sheet_of(session, one)
    return [{"sheet": sheet} | _shown(row, said.get((row.list_id, row.row), {})) for row in found]


def every_answer(session: Session, one: ScreeningList) -> Iterator[list[dict[str, Any]]]:
    """All of them, a few hundred at a time."""
    after = -1
    while several := answers(session, one, after, AT_ONCE):
        yield several
        after = several[-1]["row"]


def sheet_of(session: Session, one: ScreeningList) -> str | None:
    """工作表 on which the rows of a list stand; a system's list has none."""
    [said] = opened(session, list(session.scalars(select(Entry).where(Entry.hash == one.hash))))
    sheet: str | None = said.get("sheet")
    return sheet


def _shown(row: ScreeningRow, said: dict[str, Any]) -> dict[str, Any]:
    """Only what was sent, numbers masked, and the answer; of the household its id alone, which goes no further."""
    faults = [{"field": one["key"], "message": one["reason"]} for one in said.get("faults", [])]
    return {
        "row": row.row, "name": said.get("name"), "id_number": mask_id_number(said.get("id_number")),
        "reason": row.reason, "reason_name": ScreeningReason.label_of(row.reason),
        "answer": row.answer, "answer_name": ScreeningAnswer.label_of(row.answer),
        "words": _words(row, said), "errors": faults,
        "household_id": row.household_id,
    }  # fmt: skip


def _words(row: ScreeningRow, said: dict[str, Any]) -> str:
    if row.answer == ScreeningAnswer.BAD:
        return Series((_fault(one) for one in said["faults"]), "；")
    if row.answer == ScreeningAnswer.REPEATED:
        same = said["of"]["list_id"] == row.list_id
        words = "和这份名单第{row}行一样" if same else "和以前报过的一行一样"
        return Sentence(words, row=said["of"]["row"])
    return WORDS[ScreeningAnswer(row.answer)]


def _fault(one: Mapping[str, str]) -> Word:
    if not one["key"]:
        return Word(one["reason"])
    return Sentence("{title}：{words}", title=Word(HEADERS.get(one["key"], "")), words=Word(one["reason"]))
