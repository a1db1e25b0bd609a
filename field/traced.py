"""留痕的门: whoever is shown a household leaves a trace, once a sitting; the view names what it shows."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy import select

from field import clock
from field.auth import View, actor
from field.db import db, transact
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.help.fund import FundApplication
from field.monitoring.traces import Look, leave_trace, looked_lately
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
            session, by, now, subject = db.session(), actor(), clock.now(), _whose(given)
            if not looked_lately(session, by, what, subject, now):
                transact(lambda session: leave_trace(session, by, what, subject, now))
            return page

        return shown  # type: ignore[return-value]

    return mark


def _whose(given: dict[str, Any]) -> str:
    for name, table in HOLDERS.items():
        if name in given:
            return str(db.session.scalars(select(table.household_id).where(table.id == given[name])).one())
    return str(given.get("household_id") or actor().region)
