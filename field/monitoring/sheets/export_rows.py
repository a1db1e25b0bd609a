"""导出的行: the households sought with their people, read from the database a batch at a time."""

from collections.abc import Iterator, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Table, and_, select
from sqlalchemy.orm import Session

from field.monitoring import search
from field.monitoring.board.standings import HouseholdStanding, stood_as
from field.monitoring.board.until import Until
from field.monitoring.household_file import Sought, conditions
from field.monitoring.risk.grade_standings import grades_on
from field.monitoring.risk.grades import JUDGED
from field.monitoring.risk.judgement import Judgement
from field.monitoring.sheets.export_columns import OF_PEOPLE, Column, Line, Value
from field.registry.households import Household, Person
from field.registry.regions import Region, in_region
from field.registry.rights import Actor, NotAllowed, Right

BATCH = 1000
OF_THEN = ("region", "kind", "persons", "identified_on")


class Chosen:
    """选中的户: those of a filter, or one alone, sought once, in the order of their numbers; NotAllowed outside."""

    def __init__(self, session: Session, by: Actor, sought: Sought, household_id: str | None = None) -> None:
        region = sought.region or by.region
        if not by.may(Right.EXPORT_HOUSEHOLDS, region):
            raise NotAllowed
        self._session = session
        wanted = (
            conditions(sought, sought.within(by), search.read(session, region, sought.q) if sought.q else None)
            if household_id is None
            else and_(in_region(Household.region, region), Household.id == household_id)
        )
        rows = select(Household.id).outerjoin(*JUDGED).where(wanted).order_by(Household.number)
        self._ids = session.scalars(rows).all()
        self.total = len(self._ids)

    def households(self, size: int) -> Iterator[Sequence[Household]]:
        """They themselves; those of an earlier batch are forgotten."""
        for ids in self._several(size):
            yield self._session.scalars(select(Household).where(Household.id.in_(ids)).order_by(Household.number)).all()
            self._session.expunge_all()

    def _several(self, size: int) -> Iterator[Sequence[str]]:
        return (self._ids[begin : begin + size] for begin in range(0, self.total, size))


class Rows(Chosen):
    """导出的行: the values of each line, batch by batch."""

    def __init__(self, session: Session, by: Actor, sought: Sought, columns: Sequence[Column]) -> None:
        super().__init__(session, by, sought)
        self._on, self._columns = sought.on, columns
        self._reads = {"household_id", *(name for column in columns for name in column.reads)}
        self._with_people = any(column.key in OF_PEOPLE for column in columns)

    def batches(self) -> Iterator[tuple[int, list[list[Value]]]]:
        """The households done after each batch, and its lines."""
        places = dict(self._session.execute(select(Region.code, Region.name)).all())
        done = 0
        for ids in self._several(BATCH):
            done += len(ids)
            people = self._people(ids) if self._with_people else {}
            lines = (Line(one, person, places) for one in self._homes(ids) for person in people.get(one.id, (None,)))
            yield done, [self._values(line) for line in lines]

    def _values(self, line: Line) -> list[Value]:
        alone = line.person is None
        return [None if alone and column.key in OF_PEOPLE else column.value(line) for column in self._columns]

    def _homes(self, ids: Sequence[str]) -> Sequence[Any]:
        rows = select(*_table(Household).columns, Judgement.grade).select_from(Household).outerjoin(*JUDGED)
        homes = self._session.execute(rows.where(Household.id.in_(ids)).order_by(Household.number)).all()
        return self._then(homes, self._on) if self._on else homes

    def _then(self, homes: Sequence[Any], on: date) -> list[Any]:
        """The same as they stood on a past day, as far as it is kept."""
        ids = [one.id for one in homes]
        stood, graded = stood_as(self._session, ids, Until(on).ends), grades_on(self._session, ids, on)
        return [SimpleNamespace(**one._asdict() | _of_then(one, stood.get(one.id)) | {"grade": graded[one.id]})
                for one in homes]  # fmt: skip

    def _people(self, ids: Sequence[str]) -> dict[str, list[Any]]:
        here = Person.household_id.in_(ids), Person.left.is_(None), Person.merged_into.is_(None)
        columns = [_table(Person).columns[name] for name in sorted(self._reads)]
        found: dict[str, list[Any]] = {}
        for person in self._session.execute(select(*columns).where(*here).order_by(Person.position)):
            found.setdefault(person.household_id, []).append(person)
        return found


def _table(model: type[Household] | type[Person]) -> Table:
    assert isinstance(model.__table__, Table)
    return model.__table__


def _of_then(one: Any, stood: HouseholdStanding | None) -> dict[str, Any]:
    """What is kept of how it stood; of its risks the main one alone, beside which the others still stand."""
    if stood is None:
        return {}
    others = [risk for risk in one.risk_factors if risk != stood.main_risk]
    risks = [stood.main_risk, *others] if stood.main_risk else []
    return {name: getattr(stood, name) for name in OF_THEN} | {"risk_factors": risks}
