"""监测案子: the one call by which anything is done to a case, and its state as it follows from the entries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.case_codes import CaseAction, CaseState
from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, recorded
from field.monitoring.board.standings import note_standings
from field.monitoring.cases.case_around import around, pack_of
from field.monitoring.cases.case_changes import after, due_after
from field.monitoring.cases.case_contents import Merge, fault, read_as, written_again
from field.monitoring.cases.case_course import decide
from field.monitoring.cases.case_rules import ENDED, MAY_LEAVE, RULES, UNDER_WAY
from field.monitoring.cases.case_standing import Act, Standing, kept
from field.monitoring.cases.case_turns import note_turn
from field.monitoring.cases.deadlines import note_deadline
from field.monitoring.cases.revisit_schedule import follow_step, schedule
from field.monitoring.leads.leads import Lead, answered_by_case, first_heard, look_again
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.refusals import OutOfOrder
from field.monitoring.relief.relief_standings import restate
from field.monitoring.risk.judgement import judge
from field.monitoring.webhooks import announce
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id, Utc
from field.registry import reach
from field.registry.households import Household
from field.registry.rights import Actor, NotAllowed, Right
from field.sentences import Sentence

COLUMNS = tuple(Standing.__dataclass_fields__)
GONE = ENDED - {CaseState.REJECTED}
HEARD_AGAIN = (CaseAction.APPEAL, CaseAction.RE_MARK)


class MonitoringCase(Base):
    """案子: one household's way from a lead to the risk gone; derived, `seq` is its newest entry.

    `heard_at` is when the lead, the appeal or the new risk came in: a visit counts from then on.
    """

    __tablename__ = "monitoring_case"

    id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id]
    seq: Mapped[int]
    pack: Mapped[Code]
    heard_at: Mapped[Utc]
    lead_chain: Mapped[str | None] = mapped_column(String(36))
    lead_seq: Mapped[int | None]
    state: Mapped[Code]
    since: Mapped[date]
    due_on: Mapped[date | None]
    provisional: Mapped[bool]
    round: Mapped[int]
    hands: Mapped[list[list[str]]] = mapped_column(JSON)
    begins: Mapped[date | None]
    ends: Mapped[date | None]
    stopped_on: Mapped[date | None]
    counts_from: Mapped[date | None]
    green: Mapped[bool]
    rejected_by: Mapped[str | None] = mapped_column(String(80))
    kind: Mapped[Code | None]
    identified_on: Mapped[date | None]
    risk_factors: Mapped[list[str]] = mapped_column(JSON)
    carried_out: Mapped[dict[str, int]] = mapped_column(JSON)
    expense_solved: Mapped[int | None]
    merged_into: Mapped[Id | None]
    leaving: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (Index(None, "household_id"), Index(None, "state", "due_on"), Index(None, "merged_into"))

    @property
    def standing(self) -> Standing:
        """As the rules see it."""
        row = {name: getattr(self, name) for name in COLUMNS}
        row |= {
            "state": CaseState(self.state),
            "hands": tuple((step, who) for step, who in self.hands),
            "risk_factors": tuple(self.risk_factors),
        }
        return Standing(**row)


_leaving = MonitoringCase.leaving.is_not(None)
Index("ix_monitoring_case_leaving", MonitoringCase.household_id, sqlite_where=_leaving, postgresql_where=_leaving)


@dataclass(frozen=True)
class Asked:
    """要办的事: `key` makes a second sending harmless, `expected` is the entry that the page showed as the newest."""

    action: CaseAction
    content: Mapping[str, Any]
    key: str
    expected: int = 0


class Stale(Exception):
    """页面已经过时: somebody has done something to the case since."""


class OtherContent(Exception):
    """同一个编号，内容不同: the key was used before for something else."""


def open_case(session: Session, lead_chain: str, lead_seq: int, asked: Asked, by: Actor, now: datetime) -> Entry:
    """立案 from a lead of a household."""
    lead = session.get(Lead, (lead_chain, lead_seq))
    household_id = reach.reached(lead, by, Right.WORK_CASES).household_id
    if household_id is None:
        raise NotAllowed
    lock_heads(session, [household_id])
    lead = session.get(Lead, (lead_chain, lead_seq), with_for_update=True, populate_existing=True)
    if lead is None or lead.household_id != household_id:  # taken back meanwhile
        raise NotAllowed
    asked = replace(asked, key=f"{asked.key}:{household_id}")  # once for each household of which it turned out to be
    more = {"lead": {"chain_id": lead_chain, "seq": lead_seq}, "lead_at": first_heard(session, lead).isoformat()}
    return _begin(session, household_id, asked, more, by, now)


def take_over(session: Session, household_id: str, asked: Asked, by: Actor, now: datetime) -> Entry:
    """补立案: a household that the roster lists as monitored gets its case."""
    return _begin(session, household_id, asked, {}, by, now)


def act(session: Session, case_id: str, asked: Asked, by: Actor, now: datetime) -> Entry:
    """Do the next thing to a case; Refused with every fault, Stale from an old page, NotAllowed outside the region."""
    case, household = reach.belonging(session, by, MonitoringCase, case_id, Right.WORK_CASES)
    lock_heads(session, [household.id, *_others(session, household.id, asked, case.standing)])  # both of a merge
    if entry := _repeated(session, asked, household.id, case_id, by):
        return entry
    session.refresh(case)
    session.refresh(household)  # its risks may have changed before the lock was had
    if case.seq != asked.expected:
        raise Stale
    if asked.action is CaseAction.APPEAL and case_of(session, household.id) is not case:
        raise OutOfOrder([fault("action", "这一户后来又立了案，请在新案子里办")])
    pack = pack_on(china_day(now)) if asked.action is CaseAction.RE_MARK else pack_of(case.pack, now)
    payload = {"case_id": case.id, "pack": pack.name}
    return _do(session, household, case.standing, asked, payload, by, now, case.heard_at)


def case_of(session: Session, household_id: str) -> MonitoringCase | None:
    """The newest case of a household."""
    mine = select(MonitoringCase).where(MonitoringCase.household_id == household_id)
    return session.scalar(mine.order_by(MonitoringCase.heard_at.desc(), MonitoringCase.id.desc()).limit(1))


def _begin(session: Session, household_id: str, asked: Asked, more: dict[str, Any], by: Actor, now: datetime) -> Entry:
    household = reach.household(session, by, household_id, Right.WORK_CASES)
    lock_heads(session, [household_id])
    if entry := _repeated(session, asked, household_id, None, by):
        return entry
    session.refresh(household)
    case, monitored = case_of(session, household_id), household.kind is not None
    if case and CaseState(case.state) not in ENDED - {CaseState.ELIMINATED}:
        again = "这一户已有案子，现在是“{now}”；又有风险，请在原案子里办“再标注”"
        words = again if case.state == CaseState.ELIMINATED else "这一户已有案子，现在是“{now}”"
        raise OutOfOrder([fault("action", Sentence(words, now=CaseState(case.state).label))])
    if monitored != (asked.action is CaseAction.TAKE_OVER):
        words = "这一户已经在监测，请用“补立案”" if monitored else "这一户不在监测名册上，不能补立案"
        raise OutOfOrder([fault("action", words)])
    payload = {"case_id": str(uuid7()), "pack": pack_on(china_day(now)).name, **more}
    lead_at = datetime.fromisoformat(more["lead_at"]) if more else now
    return _do(session, household, Standing(), asked, payload, by, now, lead_at)


def _do(
    session: Session, household: Household, at: Standing, asked: Asked, payload: dict[str, Any], by: Actor,
    now: datetime, since: datetime,
) -> Entry:  # fmt: skip
    day, pack = china_day(now), pack_of(payload["pack"], now)
    others = _others(session, household.id, asked, at)
    watched = household.kind is None or all(_watched(session, one) for one in others)
    there = replace(around(session, household, at, pack, since, now), others=others, watched=watched)
    rule, content = decide(at, asked.action, dict(asked.content), by.username, by.role, there)
    if asked.action is CaseAction.TAKE_OVER:
        content["household"] = _as_listed(household)
    last = due_after(at, asked.action, rule.to, day, pack, shelf().holidays)
    due = (last.day, last.provisional) if last else (None, False)
    new = after(at, Act(asked.action, rule.to, by.username, day, 0, content, *due))
    payload |= {
        "action": asked.action.value, "from": at.state.value, "to": rule.to.value, "role": by.role.value,
        "content": content, "due_on": new.due_on.isoformat() if new.due_on else None,
        "due_provisional": new.provisional,
    }  # fmt: skip
    if rule.to is CaseState.ELIMINATED:
        payload["revisits"] = schedule(pack.revisit, day)
    kind = EntryKind.CASE_OPENED if at.state is CaseState.LEAD else EntryKind.CASE_STEP
    draft = Draft(household.id, kind, Channel.WEB, by.username, now, f"case:{asked.key}", payload,
                  content.get("photos", ()))  # fmt: skip
    entry = append(session, draft, now)
    derive_case(session, entry, payload)
    announce(session, household, at.state, entry, payload)
    judge(session, [household.id], now)
    return entry


def _others(session: Session, household_id: str, asked: Asked, at: Standing) -> frozenset[str]:
    """另一户 that a merge names, where there is such a one that was neither erased nor merged away itself."""
    part, _faults = read_as(Merge, dict(asked.content)) if asked.action is CaseAction.MERGE else (None, [])
    into = part.into if isinstance(part, Merge) else None
    if asked.action is CaseAction.CONFIRM_MERGE and at.leaving:
        into = at.leaving["into"]
    home = session.get(Household, into) if into else None
    if home is None or home.id == household_id or home.erased_at:
        return frozenset()
    case = case_of(session, home.id)
    return frozenset() if case and case.state == CaseState.MERGED else frozenset({home.id})


def _watched(session: Session, household_id: str) -> bool:
    """Whether a household is monitored, or a case is on its way to it."""
    case = case_of(session, household_id)
    return session.get_one(Household, household_id).kind is not None or (case is not None and case.state in UNDER_WAY)


def derive_case(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """一步办理, as it arrives and in every rebuild: the case's new standing, and what it means for the household."""
    case = session.get(MonitoringCase, said["case_id"], populate_existing=True)
    at = case.standing if case else Standing()
    due_on = date.fromisoformat(said["due_on"]) if said["due_on"] else None
    new = after(at, Act(
        CaseAction(said["action"]), CaseState(said["to"]), entry.actor, china_day(entry.occurred_at), entry.seq,
        said["content"], due_on, said["due_provisional"],
    ))  # fmt: skip
    row = kept(new) | {"seq": entry.seq, "pack": said["pack"]}
    note_turn(session, entry, said, case.heard_at if case and case.lead_seq is not None else None)
    if case is None:
        lead = said.get("lead") or {"chain_id": None, "seq": None}
        began = datetime.fromisoformat(said["lead_at"]) if "lead_at" in said else entry.occurred_at
        row |= {"household_id": entry.chain_id, "lead_chain": lead["chain_id"], "lead_seq": lead["seq"]}
        session.execute(insert(MonitoringCase).values(id=said["case_id"], heard_at=began, **row))
        answered_by_case(session, lead, session.get_one(Household, entry.chain_id).last_visit_at, began)
    else:
        row |= {"heard_at": entry.occurred_at} if said["action"] in HEARD_AGAIN else {}
        session.execute(update(MonitoringCase).where(MonitoringCase.id == case.id).values(**row))
        session.expire(case)
    note_deadline(session, entry, said["case_id"], new.state.value, new.due_on if new.state in MAY_LEAVE else None)
    if _tell_household(session, entry.chain_id, at, new):
        note_standings(session, [entry])
        restate(session, [entry.chain_id])
    if case and new.state is CaseState.REJECTED and at.state is not CaseState.REJECTED:
        look_again(session, entry, case.heard_at)
    follow_step(session, entry, said)


def _tell_household(session: Session, household_id: str, at: Standing, new: Standing) -> bool:
    """Monitored from the approval on, and no longer when the case has ended; whether that was news."""
    values: dict[str, Any] = {}
    if new.state in GONE and at.state not in GONE:
        values = {"kind": None}
    elif new.state is CaseState.MONITORED and at.state in (CaseState.COUNTY_APPROVAL, CaseState.ELIMINATED):
        risks = list(new.risk_factors)
        values = {"kind": new.kind, "identified_on": new.identified_on, "risk_factors": risks}
        values["main_risk"] = risks[0] if risks else None
    if values:
        session.execute(update(Household).where(Household.id == household_id).values(**values))
    return bool(values)


def _repeated(session: Session, asked: Asked, chain_id: str, case_id: str | None, by: Actor) -> Entry | None:
    """The entry of the same sending, if it came before."""
    entry = recorded(session, f"case:{asked.key}")
    if entry is None:
        return None
    [said] = opened(session, [entry])
    opening = asked.action is CaseAction.OPEN  # a lead is opened once, whoever does it
    same = entry.chain_id == chain_id and said["action"] == asked.action.value
    same = same and (opening or (entry.actor == by.username and _said_again(said, asked)))
    if not same or (case_id and said["case_id"] != case_id):
        raise OtherContent
    return entry


def _said_again(said: dict[str, Any], asked: Asked) -> bool:
    return written_again(RULES[CaseState(said["from"]), asked.action].needs, said["content"], dict(asked.content))


def _as_listed(household: Household) -> dict[str, Any]:
    since = household.identified_on
    return {"kind": household.kind, "identified_on": since.isoformat() if since else None,
            "risk_factors": list(household.risk_factors)}  # fmt: skip
