"""数据质量: the live checks run over a region, over one household, or at night over the county."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Dialect,
    String,
    TextClause,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, recorded, region_chain
from field.monitoring.checks.quality_checks import CHECKS, Check
from field.monitoring.checks.quality_rows import Rows, Terms, among, of, within
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.risk.sections import given, materialized
from field.monitoring.risk.warnings import ACTOR
from field.monitoring.workdays import china_day
from field.prepared import Prepared
from field.registry.households import Household
from field.registry.regions import county

AT_ONCE = 2000
_built: dict[tuple[int, date, str], tuple[Pack, Prepared, TextClause]] = {}


@dataclass(frozen=True)
class Found:
    """一户的一处问题: the check and the people whom it is about, if any."""

    check: Check
    people: tuple[str, ...]


def terms(now: datetime) -> Terms:
    """What is checked by at a moment."""
    day = china_day(now)
    return Terms(pack_on(day), day)


def count(session: Session, check: Check, by: Terms, region: str) -> int:
    """How many households of a region a check finds."""
    rows = _within(check, by, region).subquery()
    return session.scalar(select(func.count(rows.c.household_id.distinct()))) or 0


def counts(session: Session, by: Terms, region: str, checks: Iterable[Check] = CHECKS) -> dict[str, int]:
    """The same of every check."""
    return {check.code: count(session, check, by, region) for check in checks}


def found(
    session: Session, check: Check, by: Terms, region: str, page: int, per_page: int
) -> list[tuple[Household, list[str]]]:
    """One page of the households that a check finds, each with the people whom it is about."""
    rows = _within(check, by, region).subquery()
    homes = select(Household).where(Household.id.in_(select(rows.c.household_id))).order_by(Household.number)
    shown = list(session.scalars(homes.offset((page - 1) * per_page).limit(per_page)))
    whose: dict[str, list[str]] = {one.id: [] for one in shown}
    for row in session.execute(among(check.of(by), list(whose))):
        whose[row.household_id] += [row.person_id] if row.person_id else []
    return [(one, sorted(set(whose[one.id]))) for one in shown]


def of_household(session: Session, household_id: str, by: Terms) -> list[Found]:
    """All that the checks find of one household, by the same SQL with its id, in one statement."""
    people: dict[int, set[str]] = {}
    for place, person_id in _built_for(session, by)[0].rows(session, {"household": household_id}):
        people.setdefault(place, set()).update([person_id] if person_id else [])
    return [Found(CHECKS[place], tuple(sorted(whose))) for place, whose in sorted(people.items())]


def of_households(session: Session, household_ids: Sequence[str], by: Terms) -> dict[str, list[Check]]:
    """The same of several households, by id, some hundreds in one statement; whom nothing is found of is not there."""
    places: dict[str, set[int]] = {}
    for start in range(0, len(household_ids), AT_ONCE):
        ids = list(household_ids[start : start + AT_ONCE])
        for place, household_id in session.execute(_built_for(session, by)[1], {"ids": ids}):
            places.setdefault(household_id, set()).add(place)
    return {household_id: [CHECKS[place] for place in sorted(found)] for household_id, found in places.items()}


def of_region(session: Session, region: str, by: Terms) -> dict[str, list[Check]]:
    """The same of all households of a region, each check once."""
    found: dict[str, list[Check]] = {}
    for check in CHECKS:
        rows = _within(check, by, region).subquery()
        for household_id in session.scalars(select(rows.c.household_id).distinct()):
            found.setdefault(household_id, []).append(check)
    return found


def _built_for(session: Session, by: Terms) -> tuple[Prepared, TextClause]:
    """Both statements of a pack and day, written once; the pack is kept beside them, so that its id stays its own."""
    dialect = session.get_bind().dialect
    key = (id(by.pack), by.day, dialect.name)
    if key not in _built:
        if len(_built) > 20:
            _built.clear()
        several = materialized(select(Household.id).where(Household.id.op("IN")(given("ids"))), "several")
        one = _found([of(check.of(by), given("household")) for check in CHECKS], "person_id")
        many = _found([among(check.of(by), select(several.c.id)) for check in CHECKS], "household_id")
        prepared = Prepared(_written(one, dialect).bindparams(bindparam("household", type_=String())))
        _built[key] = by.pack, prepared, _written(many, dialect).bindparams(bindparam("ids", expanding=True))
    return _built[key][1:]


def _found(several: Iterable[Rows], column: str) -> CompoundSelect[Any]:
    """What each check finds, beside its place among the live ones."""
    rows = [(place, found.subquery()) for place, found in enumerate(several)]
    told = [select(literal(place).label("place"), cast(one.c[column], String(36)).label(column)) for place, one in rows]
    return union_all(*told)


def _written(statement: CompoundSelect[Any], dialect: Dialect) -> TextClause:
    return text(str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%"))


def record_counts(session: Session, counted: Mapping[str, int], now: datetime, name: str) -> Entry | None:
    """One entry of the county's own chain: how many households each check found; under the same name once."""
    here = county(session)
    key = f"quality:{here.code if here else None}:{name}"
    if here is None or recorded(session, key):
        return None
    by = terms(now)
    content: dict[str, Any] = {"as_of": by.day.isoformat(), "pack": by.pack.name, "counts": dict(counted)}
    draft = Draft(region_chain(here.code), EntryKind.QUALITY_COUNTED, Channel.SYSTEM, ACTOR, now, key, content)
    return append(session, draft, now)


def checks_called(code: str | None) -> Sequence[Check]:
    """The check of a code, or none."""
    return [check for check in CHECKS if check.code == code]


def _within(check: Check, by: Terms, region: str) -> Rows:
    return within(check.of(by._replace(whole=True)), region)
