"""案子周围的情况: what the rules of a case look at, read from registry, facts and photographs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.codes import EvidenceKind, Kind
from field.labels import Word
from field.ledger.entries import Entry
from field.ledger.facts import Fact
from field.monitoring.cases.case_standing import Around, Standing
from field.monitoring.cases.case_turns import marked_again
from field.monitoring.cases.consents import consented
from field.monitoring.cases.elimination import Earned, Ground
from field.monitoring.cases.steady import before
from field.monitoring.help.measure_rules import Course, done_for, open_for
from field.monitoring.help.plan import plans
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.risk.judgement import ONE, SEVERAL, Basis, judged
from field.monitoring.visiting.evidence import EvidenceLink, vouched
from field.monitoring.workdays import china_day, months_after
from field.registry.households import Household, Person
from field.registry.regions import COUNTY

ADULT_MONTHS = 18 * 12


def pack_of(name: str, now: datetime) -> Pack:
    """政策包 by which a case is judged; the newer version of the same where that one is lost, else the one in force."""
    return shelf().called(name) or shelf().called(name.rpartition(".")[0]) or pack_on(china_day(now))


def kind_name(code: str | None, pack: str | None) -> str:
    """监测类别 as the pack calls it by which a case is judged; our own word where it names none."""
    known = shelf().called(pack) if pack else None
    named = [one.name for one in known.kind if one.code == code] if known else []
    return Word(named[0]) if named else Kind.label_of(code)


def around(session: Session, household: Household, at: Standing, pack: Pack, since: datetime, now: datetime) -> Around:
    """The circumstances of a household's case at a moment; visits and consents count from `since` on."""
    day = china_day(now)
    return Around(
        day=day, pack=pack, ground=ground(session, household, at, Basis(pack, day)),
        adults=adults(session, household.id, day), photos=photos(session, household.id),
        signatures=signatures(session, household.id), fresh=_since(session, household.id, since),
        consented=consented(session, household.id, since),
        visited=_visited(household.last_visit_at, at, since),
        formerly_poor=household.formerly_poor, own=shelf().holidays, at_home=_at_home(session, household.id),
        county=household.region[:COUNTY],
    )  # fmt: skip


def _visited(last: datetime | None, at: Standing, since: datetime) -> bool:
    """Whether somebody was at the door: since the lead, and on the way out since the day on which the check began."""
    if at.state is CaseState.ELIMINATION_CHECK and at.since:
        return last is not None and china_day(last) >= at.since
    return last is not None and last >= since


def ground(session: Session, household: Household, at: Standing, by: Basis) -> Ground:
    """消除依据 of a household as of a day, by the pack of its case."""
    return grounds(session, [(household, at)], by)[household.id]


def grounds(session: Session, several: Sequence[tuple[Household, Standing]], by: Basis) -> dict[str, Ground]:
    """The same of many households with a statement for each of what is judged, helped, seen and earned before."""
    if not several:
        return {}
    ids = [household.id for household, _at in several]
    which = (ONE, {"only": ids[0]}) if len(ids) == 1 else (SEVERAL, {"ids": ids})
    rows = {row.household_id: row for row in judged(session, by, *which)}
    helped, told, since = plans(session, ids), seen(session, ids), marked_again(session, ids)
    earlier = before(session, [(home, _until(rows[home.id])) for home, _at in several], by)
    courses = {
        one: [it.course for it in plan.measures if it.counts_after(since.get(one, 0))] for one, plan in helped.items()
    }
    return {
        home.id: _ground(home, at, by, rows[home.id], courses[home.id], told.get(home.id, ()), earlier)
        for home, at in several
    }


def seen(session: Session, household_ids: Sequence[str]) -> dict[str, Sequence[str]]:
    """看到的风险点: what was said of the risks last, at the door or by a list."""
    told = select(Fact).where(Fact.subject.in_(household_ids), Fact.attribute == "risk_factors")
    return {fact.subject: fact.value for fact in session.scalars(told.order_by(Fact.observed_at, Fact.seq, Fact.place))}


def _until(row: Any) -> date | None:
    """The last day of the period that a household is judged by."""
    ends = json.loads(row.figures).get("period_to")
    return date.fromisoformat(ends) if ends else None


def _ground(
    household: Household, at: Standing, by: Basis, row: Any, courses: Sequence[Course], seen: Iterable[str],
    earlier: Mapping[str, tuple[Earned, ...]],
) -> Ground:  # fmt: skip
    known = json.loads(row.figures)
    seqs = {name: known[f"{name}_seq"] for name in ("income", "guarantees") if f"{name}_seq" in known}
    risks = dict.fromkeys((*household.risk_factors, *at.risk_factors, *seen))
    return Ground(
        income_per_head=known.get("income_per_head"), line=by.line, guarantees_missing=known.get("guarantees_missing"),
        no_labour=household.no_labour or known.get("no_labour") == 1, identified_on=at.identified_on,
        risk_factors=tuple(risks), carried_out=at.carried_out, expense_solved=at.expense_solved, seqs=seqs,
        done=done_for(courses), still_open=open_for(courses), income_until=_until(row),
        earlier=earlier.get(household.id, ()),
    )  # fmt: skip


def adults(session: Session, household_id: str, day: date) -> dict[str, str]:
    """成年人 of a household by id; one whose birth date is not known counts as one."""
    grown = months_after(day, -ADULT_MONTHS)
    here = Person.household_id == household_id, Person.left.is_(None), Person.merged_into.is_(None)
    rows = select(Person.id, Person.name).where(*here, or_(Person.birth_date.is_(None), Person.birth_date <= grown))
    return dict(session.execute(rows.order_by(Person.position)).all())


def _at_home(session: Session, household_id: str) -> tuple[str, ...]:
    here = Person.household_id == household_id, Person.left.is_(None), Person.merged_into.is_(None)
    return tuple(session.scalars(select(Person.name).where(*here).order_by(Person.position)))


def photos(session: Session, household_id: str) -> frozenset[str]:
    """照片 of the household that are here: named by its entries, and sent by who named them."""
    return frozenset(session.scalars(_here(household_id)))


def signatures(session: Session, household_id: str) -> frozenset[str]:
    """签名 that were drawn on a phone."""
    return frozenset(session.scalars(_here(household_id).where(EvidenceLink.kind == EvidenceKind.SIGNATURE.value)))


def _since(session: Session, household_id: str, since: datetime) -> frozenset[str]:
    """照片 that were named since a moment, and no earlier ones."""
    return frozenset(session.scalars(_here(household_id).where(Entry.recorded_at >= since)))


def papers(session: Session, household_id: str) -> list[str]:
    """The same without the signatures that were drawn on a phone."""
    drawn = EvidenceLink.kind == EvidenceKind.SIGNATURE.value
    return sorted(set(session.scalars(_here(household_id).where(~drawn))))


def _here(household_id: str) -> Select[str]:
    return vouched(EvidenceLink.sha256).where(EvidenceLink.chain_id == household_id)
