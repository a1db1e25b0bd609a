"""急用的救助: applications to a village's fund that cannot wait, on everybody's list until paid or refused."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.china_time import opens
from field.codes import Source, TaskKind
from field.monitoring.duties.todo_rows import NOTHING, Found, Row, Wanted, closes, narrowed
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_rules import OPEN
from field.monitoring.risk.grades import JUDGED, judged_grade
from field.registry.households import Household
from field.registry.regions import lies_in

_asked = FundApplication


def urgent_aid(session: Session, wanted: Wanted, most: int) -> Found:
    """急用的申请 that wait for signatures or for payment; few, so they are read whole."""
    if not wanted.asks_for(TaskKind.URGENT_AID):
        return NOTHING
    rows = select(_asked.id, _asked.applied_on, _asked.state, Household.id.label("home"), _asked.village)
    rows = rows.add_columns(judged_grade.label("grade")).join(Household, Household.id == _asked.household_id)
    rows = rows.outerjoin(*JUDGED).where(lies_in(_asked.village, wanted.place))  # also of who has moved since
    rows = rows.where(_asked.urgent, _asked.state.in_([one.value for one in OPEN]))
    rule = wanted.pack.fund
    days = timedelta(days=rule.urgent_days if rule else 0)
    return narrowed((_row(one, days) for one in session.execute(rows)), wanted, most)


def _row(one: Any, days: timedelta) -> Row:
    """An application, due so many days after it was made."""
    return Row(
        f"aid:{one.id}", TaskKind.URGENT_AID, Source.VISIT.value, one.id, one.home, None, one.village,
        opens(one.applied_on), closes(one.applied_on + days), one.grade, step=one.state,
    )  # fmt: skip
