"""风险判断: the grade of households by the rules of a pack, one SQL statement for one household or all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from typing import cast as as_type

from sqlalchemy import (
    Date,
    Dialect,
    Index,
    Insert,
    Integer,
    Select,
    String,
    Table,
    Text,
    TextClause,
    bindparam,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeEngine

from field.china_time import opens
from field.monitoring.duties.tasks import stand_again
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.risk.grading import graded
from field.monitoring.risk.sections import Scope, given
from field.monitoring.workdays import china_day, months_after
from field.orm import Base, Code, Id, Utc, UtcDateTime, insert_or_leave
from field.prepared import Prepared

ONE, SEVERAL, ALL = "one", "several", "all"
SCOPES: dict[str, Scope] = {
    ONE: lambda column: column == given("only"),
    SEVERAL: lambda column: column.op("IN")(given("ids")),
    ALL: lambda column: column.between(given("low"), given("high")),
}
TYPES: dict[str, TypeEngine[Any]] = {
    "since": UtcDateTime(),
    "until": UtcDateTime(),
    "day": Date(),
    "new_from": Integer(),
    "monitored_from": Integer(),
    "latest": Integer(),
}
GIVEN = ("only", "ids", "low", "high", "since", "until", "new_from", "monitored_from", "latest", "pack", "day")


class Judgement(Base):
    """风险判断 of one household as of a day (in China): derived, and judged anew with every entry and every sweep.

    `fired` maps rules to grades, `figures` says on which numbers and entries, `missing` which facts would change the
    grade; all three are JSON. `since` is when the first fact that the grade stands on was seen.
    """

    __tablename__ = "judgement"
    household_id: Mapped[Id] = mapped_column(primary_key=True)
    grade: Mapped[Code]
    since: Mapped[Utc | None]
    pack: Mapped[Code]
    as_of: Mapped[date]
    fired: Mapped[str] = mapped_column(Text)
    figures: Mapped[str] = mapped_column(Text)
    missing: Mapped[str] = mapped_column(Text)


GRADED = Judgement.grade != literal_column("'none'")  # written out, or no database takes the index for it
Index("ix_judgement_graded", Judgement.household_id, Judgement.grade, sqlite_where=GRADED, postgresql_where=GRADED)
_table = as_type(Table, Judgement.__table__)
COLUMNS = ("household_id", "grade", "since", "fired", "figures", "missing")
_built: dict[tuple[int, int, str, bool, str], tuple[Pack, Prepared]] = {}


@dataclass(frozen=True)
class Basis:
    """判断依据: the pack and the day that households are judged by."""

    pack: Pack
    day: date

    @property
    def line(self) -> int:
        """监测范围 of the year, in 分 a head."""
        return self.pack.line_in(self.day.year).yuan * 100

    @property
    def window(self) -> dict[str, tuple[date, date]]:
        """应算时段 of a household that is new, and of one that is monitored."""
        income = self.pack.income
        return {"new": window(income.new.ends, self.day), "monitored": window(income.monitored.ends, self.day)}

    def given(self) -> dict[str, Any]:
        """The values of the statement that depend on the day."""
        until = opens(self.day + timedelta(days=1))
        lag = self.pack.income.lag_months
        least = {f"{name}_from": months(ends) - lag for name, (_, ends) in self.window.items()}
        return {
            "until": until,
            "since": until - timedelta(days=self.pack.risk.fresh_days),
            "latest": months(self.day),
            **least,
        }


def basis(now: datetime) -> Basis:
    """What is judged by at a moment."""
    day = china_day(now)
    return Basis(pack_on(day), day)


def window(ends: str, day: date) -> tuple[date, date]:
    """收入时段: twelve whole months, up to last month or up to the last September that is over."""
    if ends == "september":
        year = day.year if day.month >= 10 else day.year - 1
        return date(year - 1, 10, 1), date(year, 9, 30)
    this = day.replace(day=1)
    return months_after(this, -12), this - timedelta(days=1)


def months(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month


def judge(session: Session, household_ids: Sequence[str], now: datetime) -> None:
    """Judge households anew, within the transaction that changed them and under the lock of their chains."""
    if len(household_ids) == 1:
        judge_scope(session, basis(now), ONE, {"only": household_ids[0]})
    elif household_ids:
        judge_scope(session, basis(now), SEVERAL, {"ids": list(household_ids)})
    stand_again(session, list(household_ids))


def judge_scope(session: Session, by: Basis, scope: str, which: dict[str, Any]) -> None:
    """Judge the households of a scope and keep what was found."""
    keep = _cached(session, by, scope, True)
    given = {**by.given(), **which, "pack": by.pack.name, "day": by.day}
    if scope == SEVERAL:  # a list of changing length
        session.execute(keep.statement, given)
    else:
        keep.run(session, given)


def judged(session: Session, by: Basis, scope: str, which: dict[str, Any]) -> Sequence[Any]:
    """The same, found and not kept."""
    rows = as_type(TextClause, _cached(session, by, scope, False).statement).columns(since=UtcDateTime())
    return session.execute(rows, {**by.given(), **which}).all()


def _cached(session: Session, by: Basis, scope: str, keeps: bool) -> Prepared:
    """The statement of a pack, made once; the pack is kept beside it, so that its id stays its own."""
    dialect = session.get_bind().dialect
    key = (id(by.pack), by.line, scope, keeps, dialect.name)
    if key not in _built:
        if len(_built) > 100:
            _built.clear()
        found = graded(by.pack, by.line, SCOPES[scope])
        _built[key] = by.pack, Prepared(_written(_keeping(session, found) if keeps else found, dialect))
    return _built[key][1]


def _keeping(session: Session, found: Select[Any]) -> Insert:
    named = {"pack": given("pack"), "as_of": given("day", Date())}
    graded = found.subquery("graded")
    rows = select(*(graded.c[name] for name in COLUMNS), *named.values()).where(true())
    insert = insert_or_leave(session, _table).from_select([*COLUMNS, *named], rows)
    changed = {name: insert.excluded[name] for name in (*COLUMNS[1:], *named)}
    return insert.on_conflict_do_update(index_elements=["household_id"], set_=changed)


def _written(statement: Insert | Select[Any], dialect: Dialect) -> TextClause:
    """The statement as text in which only what is given each time is left open: 500 constants cost time at each use."""
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    names = {name for name in GIVEN if f":{name}" in sql}
    return text(sql).bindparams(
        *(bindparam(name, type_=TYPES.get(name, String()), expanding=name == "ids") for name in names)
    )
