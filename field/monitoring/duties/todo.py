"""待办: each person's list, from every source, by grade and the time left; one page of it told in words."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.china_time import written
from field.codes import OWN_WORDS, Role, Source, TaskKind
from field.labels import Word
from field.monitoring.cases.case_course import same_hands
from field.monitoring.cases.case_rules import LEAVING
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.revisits import due_revisits
from field.monitoring.duties.escalation import level
from field.monitoring.duties.todo_cases import comes_to, leavings, marks_of, objections, steps
from field.monitoring.duties.todo_entries import KINDS, entries, rule_of
from field.monitoring.duties.todo_filling import conflicts
from field.monitoring.duties.todo_fund import urgent_aid
from field.monitoring.duties.todo_plans import plans
from field.monitoring.duties.todo_rows import Row, SourceOf, Wanted, dated
from field.monitoring.duties.todo_visits import visits
from field.monitoring.help import fund_list
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_codes import FundState
from field.monitoring.help.measures import late_measures
from field.monitoring.leads.leads import Lead, after
from field.monitoring.risk.grades import UNREASONED, Reasoned, reasons
from field.registry import regions
from field.registry.households import Household
from field.registry.masking import mask_words

SOURCES: tuple[SourceOf, ...] = (
    urgent_aid, entries, steps, objections, leavings, conflicts, visits, dated(TaskKind.REVISIT, due_revisits),
    plans, dated(TaskKind.MEASURE, late_measures),
)  # fmt: skip
FROM = {  # where things come from that come by no way in of leads, or by whichever way somebody happened to write
    TaskKind.ANSWER: OWN_WORDS, TaskKind.DANGER: OWN_WORDS, TaskKind.BINDING: Word("申请绑定"),
    TaskKind.PLAN: Word("一户一策"), TaskKind.MEASURE: Word("一户一策"), TaskKind.REVISIT: Word("监测对象回访日"),
    TaskKind.FILLING: Word("填报表"), TaskKind.URGENT_AID: Word("村级救助基金"),
}  # fmt: skip


OF_CASES = (TaskKind.STEP, TaskKind.OBJECTION, TaskKind.LEAVING)


class Around(NamedTuple):
    """What a page of rows is told with: homes, names of places, risks, cases, why aid cannot wait, later leads."""

    homes: dict[str, Household]
    places: dict[str, str]
    risks: dict[str, Reasoned]
    cases: dict[str, MonitoringCase]
    reasons: dict[str, str]
    leads: dict[str, int]


def todo(session: Session, wanted: Wanted) -> tuple[list[dict[str, Any]], int]:
    """One page of the list, and how many things there are in all."""
    rows, total = urgent(session, wanted)
    if not rows:
        return [], total
    around = _around(session, rows)
    return [_shown(row, around, wanted) for row in rows], total


def count(session: Session, wanted: Wanted) -> tuple[int, int]:
    """How many things there are, and how many of them are late."""
    found = [source(session, wanted, 0) for source in SOURCES]
    return sum(one.total for one in found), sum(one.late for one in found)


def urgent(session: Session, wanted: Wanted) -> tuple[list[Row], int]:
    """The rows of one page: of each source only as many as the page may reach are read."""
    last = wanted.page * wanted.per_page
    found = [source(session, wanted, last) for source in SOURCES]
    rows = sorted((row for one in found for row in one.rows), key=lambda row: row.urgency)
    return rows[last - wanted.per_page : last], sum(one.total for one in found)


def reached(row: Row, wanted: Wanted) -> Role | None:
    """升到哪一级 a thing has risen by now, by the pack of today."""
    up = level(row.opened_at, row.due_at, wanted.now, _marks(row, wanted))
    return comes_to(row.step, up) if row.kind is TaskKind.STEP else up


def _marks(row: Row, wanted: Wanted) -> Sequence[int]:
    if row.kind in (*KINDS, TaskKind.FILLING, TaskKind.PLAN):
        return rule_of(wanted, row.grade).escalate_at
    if row.kind is TaskKind.STEP:
        return marks_of(wanted.pack, row.step)
    rule = wanted.pack.visits
    return rule.escalate_at if rule and row.kind is TaskKind.VISIT else []


def _around(session: Session, rows: Iterable[Row]) -> Around:
    ids = {row.household_id for row in rows if row.household_id}
    about = [row.about for row in rows if row.kind in OF_CASES]
    homes = session.scalars(select(Household).where(Household.id.in_(ids))) if ids else ()
    cases = session.scalars(select(MonitoringCase).where(MonitoringCase.id.in_(about))) if about else ()
    places = regions.names(session, {row.region for row in rows})
    aid = [row.about for row in rows if row.kind is TaskKind.URGENT_AID]
    asked = session.scalars(select(FundApplication).where(FundApplication.id.in_(aid))) if aid else ()
    by_case = {case.id: case for case in cases}
    later, why = _later(session, about), fund_list.reasons(session, asked)
    return Around({one.id: one for one in homes}, places, reasons(session, ids), by_case, why, later)


def _shown(row: Row, around: Around, wanted: Wanted) -> dict[str, Any]:
    home, case = around.homes.get(row.household_id or ""), around.cases.get(row.about)
    risk = around.risks.get(row.household_id or "", UNREASONED)
    up = reached(row, wanted)
    return {
        "id": row.id, "kind": row.kind.value, "kind_name": _named(row), "source": row.source,
        "source_name": FROM.get(TaskKind.DANGER if row.of_life else row.kind) or Source.label_of(row.source),
        "state": "done" if row.done else "open", "region": row.region,
        "village": around.places.get(row.region, row.region), "group": home.group if home else None,
        "household_id": row.household_id, "person_id": row.person_id, "head": home.head if home else None,
        "opened_at": written(row.opened_at), "due_at": written(row.due_at), "why": risk.why,
        "grade": row.grade if row.kind is TaskKind.DANGER or row.household_id is None else risk.grade.value,
        "late": row.due_at < wanted.now, "level": up.value if up else None,
        "last_visit_at": written(home.last_visit_at) if home and home.last_visit_at else None,
        "case_id": case.id if case else None, "own_hands": _own_hands(case, wanted),
        "application_id": row.about if row.kind is TaskKind.URGENT_AID else None,
        "reason": mask_words(around.reasons.get(row.about) or "") or None, "leads": around.leads.get(row.about, 0),
    }  # fmt: skip


def _later(session: Session, case_ids: Sequence[str]) -> dict[str, int]:
    """后来的线索 of cases: how many came after each one's own."""
    later = after(MonitoringCase.household_id, MonitoringCase.heard_at)
    rows = select(MonitoringCase.id, func.count()).join(Lead, later).where(MonitoringCase.id.in_(case_ids))
    return dict(session.execute(rows.group_by(MonitoringCase.id)).all()) if case_ids else {}


def _named(row: Row) -> str:
    """What is to be done: a step by its own name, urgent aid by what it waits for; who is in danger is called first."""
    if row.of_life:
        return TaskKind.DANGER.label
    if row.kind is TaskKind.URGENT_AID:
        return FundState.label_of(row.step)
    return CaseState.label_of(row.step) if row.kind is TaskKind.STEP else row.kind.label


def _own_hands(case: MonitoringCase | None, wanted: Wanted) -> bool:
    """四眼原则: whether the reader has had the case in hand before, so that another one must go on with it."""
    if case is None:
        return False
    next_one = LEAVING[CaseAction(case.leaving["action"])][0] if case.leaving else CaseAction.ADVANCE
    return same_hands(case.standing, next_one, wanted.by.username) is not None
