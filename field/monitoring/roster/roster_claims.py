"""名册与案子: only a case ends monitoring; what a later roster claims otherwise is kept beside it, for people."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from field.case_codes import CaseState
from field.codes import Kind
from field.ledger.entries import Entry
from field.ledger.facts import VERIFIED_ADDRESS, Fact
from field.monitoring.board.statistics import told_kind
from field.monitoring.cases.case_rules import ENDED
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.checks.quality_rows import MONITORED, Rows, households
from field.registry.households import Household

CLAIMED, NOT_LISTED = "roster_kind", "none"
OVER = [state.value for state in ENDED - {CaseState.ELIMINATED, CaseState.REJECTED}]
OF_THE_CASE = frozenset(("kind", "identified_on", "risk_factors", "main_risk"))
LAST_PLACE = 30_000  # behind every fact of a roster row


def governed(session: Session, household_ids: Iterable[str]) -> set[str]:
    """Households of which a case says how they stand; one that moved, died or was merged away is the roster's again."""
    ids = list(household_ids)
    rows = select(MonitoringCase.household_id, MonitoringCase.state).where(MonitoringCase.household_id.in_(ids))
    newest = dict(session.execute(rows.order_by(MonitoringCase.heard_at, MonitoringCase.id)).all())
    return {household_id for household_id, state in newest.items() if state not in OVER}


def monitored(session: Session, household_ids: Iterable[str]) -> set[str]:
    """在监测的 households of some."""
    return set(session.scalars(select(Household.id).where(Household.id.in_(list(household_ids)), MONITORED)))


def beside(household: dict[str, Any]) -> dict[str, Any]:
    """A household of a roster without what only its case may say."""
    return {name: value for name, value in household.items() if name not in OF_THE_CASE}


def claims(entered: Sequence[tuple[Entry, dict[str, Any]]]) -> list[dict[str, Any]]:
    """名册的说法: as what the roster lists a household that is monitored or has a case, as a fact of its own."""
    return [
        {
            "chain_id": entry.chain_id, "seq": entry.seq, "place": LAST_PLACE, "subject": entry.chain_id,
            "attribute": CLAIMED, "value": {"kind": payload.get("kind") or NOT_LISTED}, "channel": entry.channel,
            "recorder": entry.actor, "observed_at": entry.occurred_at, "level": VERIFIED_ADDRESS,
        }
        for entry, payload in entered
    ]  # fmt: skip


def contradicted() -> Rows:
    """Households that the newest roster lists otherwise than they stand, by their case or for want of one.

    A roster may speak in the kinds of either time: 防止返贫致贫对象 are all that are monitored.
    """
    claim = aliased(Fact, name="claim")
    ours = Fact.subject == Household.id, Fact.attribute == CLAIMED
    newest = select(func.max(Fact.seq)).where(*ours).correlate(Household).scalar_subquery()
    one = and_(claim.chain_id == Household.id, claim.seq == newest, claim.attribute == CLAIMED)
    stands = func.coalesce(told_kind, NOT_LISTED), case((MONITORED, Kind.AT_RISK.value), else_=NOT_LISTED)
    held = exists().where(MonitoringCase.household_id == Household.id, MonitoringCase.state.not_in(OVER))
    return households(claim.value["kind"].as_string().not_in(stands), or_(MONITORED, held)).join(claim, one)
