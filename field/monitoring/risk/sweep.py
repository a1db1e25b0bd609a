"""全县筛查分析: every household judged, slice by slice, and warned of where that is news."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, Grade
from field.ledger.entries import Draft, Entry, Head, append, recorded, region_chain
from field.monitoring.duties.tasks import between, stand_again_where
from field.monitoring.risk.judgement import ALL, Basis, Judgement, judge_scope
from field.monitoring.risk.warnings import ACTOR, warn
from field.registry.households import Household
from field.registry.regions import county

SLICE = 4000  # so that a visit waits less than a second for its turn


@dataclass(frozen=True)
class Swept:
    """筛查结果: how much was judged and how it came out; `last` is the household to go on after, None at the end."""

    households: int = 0
    persons: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    warnings: int = 0
    last: str | None = None

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.households + other.households, self.persons + other.persons, self.grades + other.grades,
            self.warnings + other.warnings, other.last,
        )  # fmt: skip

    def as_json(self) -> dict[str, object]:
        """The counts, with every grade."""
        grades = {grade.value: self.grades[grade.value] for grade in Grade}
        return {"households": self.households, "persons": self.persons, "grades": grades, "warnings": self.warnings}


def lanes(session: Session, several: int) -> list[tuple[str, str | None]]:
    """分路: all households in parts of one size, each from after an id up to another (None: to the end)."""
    total = session.scalar(select(func.count()).select_from(Household)) or 0
    ids = select(Household.id).order_by(Household.id).limit(1)
    cuts = [one for part in range(1, several) for one in session.scalars(ids.offset(total * part // several))]
    return list(zip(["", *cuts], [*cuts, None], strict=True))


def sweep_slice(
    session: Session, by: Basis, after: str, now: datetime, size: int = SLICE, upto: str | None = None
) -> Swept:
    """Judge the next households after an id, and warn of news; the caller commits, and goes on after `last`."""
    here = Household.id > after, true() if upto is None else Household.id <= upto
    ids = select(Household.id).where(*here).order_by(Household.id).limit(size).subquery()
    low, high = session.execute(select(func.min(ids.c.id), func.max(ids.c.id))).one()
    if low is None:
        return Swept()
    session.execute(select(Head.seq).where(Head.chain_id.between(low, high)).order_by(Head.chain_id).with_for_update())
    judge_scope(session, by, ALL, {"low": low, "high": high})
    counted = select(Judgement.grade, func.count(), func.sum(Household.persons))
    counted = counted.join(Household, Household.id == Judgement.household_id)
    rows = session.execute(counted.where(Household.id.between(low, high)).group_by(Judgement.grade)).all()
    grades = Counter({grade: households for grade, households, _ in rows})
    stand_again_where(session, between(low, high))
    warned = warn(session, by, low, high, now)
    return Swept(grades.total(), sum(int(persons) for _, _, persons in rows), grades, warned, high)


def record_sweep(session: Session, by: Basis, swept: Swept, now: datetime, name: str | None = None) -> Entry | None:
    """One entry of the county's own chain: that everybody was judged, by which pack, and how it came out.

    Under the same name it is recorded once.
    """
    here = county(session)
    key = f"sweep:{here.code if here else None}:{name or now.isoformat()}"
    if here is None or recorded(session, key):
        return None
    content = {"as_of": by.day.isoformat(), "pack": by.pack.name, **swept.as_json()}
    return append(
        session, Draft(region_chain(here.code), EntryKind.SWEEP, Channel.SYSTEM, ACTOR, now, key, content), now
    )
