"""留痕的门: whoever is shown a household leaves a trace, once a sitting; the view names what it shows."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.auth import View, actor
from field.db import db, transact
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.help.fund import FundApplication
from field.monitoring.traces import FEW, Look, leave_trace, looked_lately
from field.registry.households import Person

HOLDERS: dict[str, Any] = {"case_id": MonitoringCase, "application_id": FundApplication, "person_id": Person}


def traced(what: Look) -> Callable[[View], View]:
    """Mark a view that shows one household, by an id of it in the address, or else all of the reader's region.

    A look that is refused leaves none; of one whose trace cannot be written nothing is shown.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def shown(**given: Any) -> Any:
            page = view(**given)
            _leave(what, [_whose(given)])
            return page

        return shown  # type: ignore[return-value]

    return mark


def trace_found(household_ids: Sequence[str], total: int) -> None:
    """查找到的: households found by words that fit only few leave a trace each; after all is read, for it commits."""
    if total <= FEW:
        _leave(Look.FOUND, household_ids)


def trace_look(what: Look, subject: str) -> None:
    """看了一眼: of what a view names itself, once a sitting; after all is read, for it commits."""
    _leave(what, [subject])


def _leave(what: Look, subjects: Sequence[str]) -> None:
    session, by, now = db.session(), actor(), clock.now()
    before = looked_lately(session, by, what, subjects, now)
    new = [one for one in subjects if one not in before]

    def leave(session: Session) -> None:
        for one in new:
            leave_trace(session, by, what, one, now)

    if new:
        transact(leave)


def _whose(given: dict[str, Any]) -> str:
    for name, table in HOLDERS.items():
        if name in given:
            return str(db.session.scalars(select(table.household_id).where(table.id == given[name])).one())
    return str(given.get("household_id") or actor().region)
