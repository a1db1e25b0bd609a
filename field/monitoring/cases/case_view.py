"""案子的样子: a case as programs and phones read it, with its steps, what is offered, and what each step needs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.china_time import written
from field.ledger.entries import Entry
from field.ledger.receipts import number
from field.monitoring.cases.case_around import adults, pack_of
from field.monitoring.cases.case_contents import SHAPES
from field.monitoring.cases.case_list import steps
from field.monitoring.cases.case_offers import met, offered
from field.monitoring.cases.case_rules import RULES
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.consents import consented
from field.monitoring.policy.shapes import Pack
from field.monitoring.timeline import masked
from field.monitoring.workdays import china_day
from field.registry import regions
from field.registry.households import Household
from field.registry.rights import Actor
from field.registry.staff import staff_names

CONSENT = {None: "none", False: "arriving", True: "given"}


def line(case: MonitoringCase, household: Household, names: Mapping[str, str]) -> dict[str, Any]:
    """案子 as lists show it."""
    return {
        "id": case.id, "household_id": household.id, "head": household.head, "number": household.number,
        "region": household.region, "village": names.get(household.region, household.region),
        "state": case.state, "state_name": CaseState.label_of(case.state), "since": case.since.isoformat(),
        "due_on": _day(case.due_on), "provisional": case.provisional, "stopped_on": _day(case.stopped_on),
        "round": case.round, "green": case.green, "heard_at": written(case.heard_at), "seq": case.seq,
        "leaving": case.leaving["action"] if case.leaving else None,
    }  # fmt: skip


def whole(session: Session, case: MonitoringCase, household: Household, by: Actor, now: datetime) -> dict[str, Any]:
    """One case with all that was done, what this person may do next, and the conditions of the way out."""
    done = steps(session, case)
    staff = staff_names(session, {entry.actor for entry, _said in done})
    lead = {"chain_id": case.lead_chain, "seq": case.lead_seq} if case.lead_chain else None
    notice = {"from": case.begins.isoformat(), "to": _day(case.ends) or ""} if case.begins else None
    given = consented(session, household.id, case.heard_at)
    grown, conditions = adults(session, household.id, china_day(now)), met(session, case, household, now)
    return line(case, household, regions.names(session, {household.region})) | {
        "pack": case.pack, "kind": case.kind, "identified_on": _day(case.identified_on),
        "risk_factors": case.risk_factors, "merged_into": case.merged_into, "lead": lead, "notice": notice,
        "adults": [{"person_id": one, "name": name, "consent": CONSENT[given.get(one)]} for one, name in grown.items()],
        "steps": [_step(entry, said, staff) for entry, said in done],
        "offered": [_offer(CaseState(case.state), action, pack_of(case.pack, now))
                    for action in offered(case, by, conditions)],
        "conditions": [{"code": one.code, "title": one.title, "holds": one.holds, "words": one.words, "seq": one.seq}
                       for one in conditions],
    }  # fmt: skip


def _step(entry: Entry, said: dict[str, Any], staff: Mapping[str, str]) -> dict[str, Any]:
    return {
        "seq": entry.seq, "action": said["action"], "action_name": CaseAction.label_of(said["action"]),
        "from_state": said["from"], "to_state": said["to"], "by": entry.actor,
        "by_name": staff.get(entry.actor, entry.actor), "at": written(entry.recorded_at),
        "receipt": number(entry.hash), "content": masked(said["content"]),
    }  # fmt: skip


def _offer(state: CaseState, action: CaseAction, pack: Pack) -> dict[str, Any]:
    """An action with what it needs; of kinds those of the case's own pack."""
    needs = RULES[state, action].needs
    schema = SHAPES[needs].model_json_schema(by_alias=True)
    if "kind" in schema["properties"]:
        schema["$defs"]["Kind"]["enum"] = [one.code for one in pack.kind]
    return {"action": action.value, "action_name": action.label, "needs": str(needs), "content": schema}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
