"""案子在手机上: what the phone shows of a household's case, who has signed, and when it is to be revisited."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.china_time import written
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.consents import Consent
from field.monitoring.cases.revisit_schedule import next_days


def case_forms(session: Session, household_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By household: `case`, its newest with the consents of its present ladder, and `revisit`, the next."""
    mine = select(MonitoringCase).where(MonitoringCase.household_id.in_(household_ids))
    newest = {
        one.household_id: one for one in session.scalars(mine.order_by(MonitoringCase.heard_at, MonitoringCase.id))
    }
    given: dict[str, list[Consent]] = {}
    ids = [one.id for one in newest.values()]
    for one in session.scalars(
        select(Consent).where(Consent.case_id.in_(ids)).order_by(Consent.seq, Consent.person_id)
    ):
        given.setdefault(one.case_id, []).append(one)
    days = next_days(session, household_ids)
    return {
        home: {
            "case": _case(newest[home], given.get(newest[home].id, [])) if home in newest else None,
            "revisit": {"nth": day.nth, "due_on": day.due_on.isoformat(), "from_on": day.from_on.isoformat()}
            if (day := days.get(home)) else None,
        }
        for home in household_ids
    }  # fmt: skip


def _case(case: MonitoringCase, given: Sequence[Consent]) -> dict[str, Any]:
    signed = [one for one in given if one.recorded_at >= case.heard_at]
    return {
        "id": case.id, "state": case.state, "state_name": CaseState.label_of(case.state), "round": case.round,
        "due_on": case.due_on.isoformat() if case.due_on else None, "provisional": case.provisional,
        "stopped": case.stopped_on is not None, "green": case.green,
        "consents": [{"person_id": one.person_id, "how": one.how, "signed_at": written(one.signed_at)}
                     for one in signed],
    }  # fmt: skip
