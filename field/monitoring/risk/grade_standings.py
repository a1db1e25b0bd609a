"""当时的等级: which grade each household had from which day on, so that a past day shows the grades of then."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Grade
from field.orm import Base, Code, Id
from field.registry.households import Household


class GradeStanding(Base):
    """等级变化 of a household on a day (in China), as it was judged then; of several on one day the last.

    A trigger of the database writes it wherever a judgement comes to another grade (migration 0038). It is no
    projection: judged anew by today's knowledge, a past day would come out otherwise.
    """

    __tablename__ = "grade_standing"
    __table_args__ = {"sqlite_with_rowid": False}

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(primary_key=True)
    grade: Mapped[Code]


def grade_on(household_id: Any, day: date) -> ColumnElement[str]:
    """The grade that a household had when a day was over."""
    one = GradeStanding
    rows = select(one.grade).where(one.household_id == household_id, one.as_of <= day)
    return func.coalesce(rows.order_by(one.as_of.desc()).limit(1).scalar_subquery(), Grade.NONE.value)


def grades_on(session: Session, household_ids: Iterable[str], day: date) -> dict[str, str]:
    """The grade that each of some households had when a day was over."""
    ids = list(household_ids)
    rows = select(Household.id, grade_on(Household.id, day)).where(Household.id.in_(ids))
    return dict(session.execute(rows).all()) if ids else {}
