"""帮扶办理: the one call by which anything is done to a household's plan, and what its entries mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, EntryKind
from field.help_codes import HelpAction, MeasureState, TeamRole
from field.labels import Word
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, recorded
from field.monitoring.cases.case_around import pack_of, photos
from field.monitoring.cases.case_contents import Part, fault, plain
from field.monitoring.cases.case_rules import LADDER
from field.monitoring.cases.cases import MonitoringCase, OtherContent, Stale, case_of
from field.monitoring.cases.deadlines import MEASURE, note_deadline
from field.monitoring.help.measure_contents import Circumstances, against, read
from field.monitoring.help.measure_rules import NEEDS, OPEN, RULES, TEAM, Step, after, kept, planned
from field.monitoring.help.plan import Measure, PlanMember, newest_seq, team_of
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.monitoring.workdays import china_day
from field.registry import reach
from field.registry.households import Household
from field.registry.masking import mask_phone
from field.registry.numbers import e164
from field.registry.rights import Actor, NotAllowed, Right
from field.sentences import Sentence


@dataclass(frozen=True)
class Asked:
    """要办的事: `of` is the measure or member that it is about, `expected` the newest entry that the page showed."""

    action: HelpAction
    content: Mapping[str, Any]
    key: str
    expected: int = 0
    of: str = ""
    channel: Channel = Channel.WEB


def act(session: Session, household_id: str, asked: Asked, by: Actor, now: datetime) -> Entry:
    """Do the next thing to a plan; Refused with every fault, Stale from an old page, NotAllowed outside the region."""
    household = reach.household(session, by, household_id, Right.WORK_PLANS)
    lock_heads(session, [household_id])
    if entry := _repeated(session, asked, household_id, by):
        return entry
    session.refresh(household)
    if asked.action in TEAM:
        return _change_team(session, household, asked, by, now)
    return _step(session, household, asked, by, now)


def catalogue(session: Session, household_id: str, now: datetime) -> Pack:
    """The pack by which a household's measures are chosen: its case's, else the one in force."""
    case = case_of(session, household_id)
    return pack_of(case.pack, now) if case else pack_on(china_day(now))


def to_be_helped(household: Household, case: MonitoringCase | None) -> bool:
    """Whether measures may be planned: for the monitored, and by the green channel while the procedure runs."""
    return household.kind is not None or (case is not None and case.state in LADDER)


def _step(session: Session, household: Household, asked: Asked, by: Actor, now: datetime) -> Entry:
    """安排一项, or the next step of one."""
    measure = _measure(session, household, asked)
    rule = RULES.get((MeasureState(measure.state) if measure else None, asked.action))
    if rule is None:
        at = MeasureState(measure.state).label if measure else Word("还没有安排")
        words = Sentence("这项措施现在是“{now}”，不能“{action}”", now=at, action=asked.action.label)
        raise OutOfOrder([fault("action", words)])
    if by.role not in rule.who:
        raise WrongHands([fault("action", Sentence("“{action}”由乡镇或县里办理", action=asked.action.label))])
    around = _around(session, household, measure, now)
    part = _sound(asked, around)
    payload: dict[str, Any] = {
        "measure_id": measure.id if measure else str(uuid7()), "action": asked.action.value,
        "from": measure.state if measure else None, "to": rule.to.value, "content": (content := plain(part)),
    }  # fmt: skip
    if measure is None:
        [chosen] = [one for one in around.pack.measure if one.code == content["code"]]
        payload |= {"pack": around.pack.name, "title": chosen.name, "money": chosen.money}
    kind = EntryKind.MEASURE_STEP if measure else EntryKind.MEASURE_PLANNED
    entry = _append(session, household.id, kind, asked, payload, by, now)
    derive_measure(session, entry, payload)
    return entry


def _change_team(session: Session, household: Household, asked: Asked, by: Actor, now: datetime) -> Entry:
    """加入 or 退出专班."""
    there = [one for one in team_of(session, household.id) if one.there(china_day(now))]
    member = next((one for one in there if one.id == asked.of), None)
    if asked.action is HelpAction.LEAVE and member is None:
        raise OutOfOrder([fault("action", "这个人已经不在专班里")])
    _fresh(asked, member.seq if member else newest_seq(session, household.id))
    if member is None:
        _helped(session, household)
    leads = [one.name for one in there if one.role == TeamRole.LEAD]
    around = Circumstances(
        china_day(now), pack_on(china_day(now)), led_by=leads[0] if leads else None,
        since=member.since if member else None,
    )  # fmt: skip
    part = _sound(asked, around)
    payload = {"member_id": member.id if member else str(uuid7()), "action": asked.action.value, "content": plain(part)}
    entry = _append(session, household.id, EntryKind.PLAN_TEAM, asked, payload, by, now)
    derive_team(session, entry, payload)
    return entry


def derive_measure(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """措施的一步, as it arrives and in every rebuild."""
    content, action = said["content"], HelpAction(said["action"])
    if action is HelpAction.PLAN:
        row = kept(planned(content)) | {name: said[name] for name in ("pack", "title", "money")}
        row |= {"id": said["measure_id"], "household_id": entry.chain_id, "code": content["code"], "seq": entry.seq}
        session.execute(insert(Measure).values(**row))
        note_deadline(session, entry, said["measure_id"], MEASURE, row["due_on"])
        return
    measure = session.get_one(Measure, said["measure_id"], populate_existing=True)
    step = Step(action, MeasureState(said["to"]), china_day(entry.occurred_at), entry.seq, content)
    row = kept(after(measure.course, step)) | {"seq": entry.seq}
    session.execute(update(Measure).where(Measure.id == measure.id).values(**row))
    note_deadline(session, entry, measure.id, MEASURE, row["due_on"] if row["state"] in OPEN else None)
    session.expire(measure)


def derive_team(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """专班的变动, as it arrives and in every rebuild; who was lawfully forgotten stands without a name."""
    content = said["content"]
    until = date.fromisoformat(content["to"]) if "to" in content else None
    if said["action"] == HelpAction.LEAVE:
        mine = PlanMember.id == said["member_id"]
        session.execute(update(PlanMember).where(mine).values(until=until, seq=entry.seq))
        return
    phone = content.get("phone")
    row = {
        "id": said["member_id"], "household_id": entry.chain_id, "seq": entry.seq, "role": content["role"],
        "name": content["name"] or "", "unit": content.get("unit"), "until": until,
        "phone": mask_phone(e164(phone)) if phone else None, "since": date.fromisoformat(content["from"]),
    }  # fmt: skip
    session.execute(insert(PlanMember).values(**row))


def _measure(session: Session, household: Household, asked: Asked) -> Measure | None:
    """The measure that a step is about, as the page showed it; none where one is to be planned."""
    if asked.action is HelpAction.PLAN:
        _fresh(asked, newest_seq(session, household.id))
        _helped(session, household)
        return None
    measure = session.get(Measure, asked.of, populate_existing=True)
    if measure is None or measure.household_id != household.id:
        raise NotAllowed
    _fresh(asked, measure.seq)
    return measure


def _helped(session: Session, household: Household) -> None:
    if not to_be_helped(household, case_of(session, household.id)):
        raise OutOfOrder([fault("action", "这一户不在监测，也没有在办的案子，不用安排帮扶")])


def _fresh(asked: Asked, newest: int) -> None:
    if asked.expected != newest:
        raise Stale


def _around(session: Session, household: Household, measure: Measure | None, now: datetime) -> Circumstances:
    risks = tuple(household.risk_factors) if household.kind else ()
    return Circumstances(
        day=china_day(now), pack=catalogue(session, household.id, now), risk_factors=risks,
        photos=photos(session, household.id), money=measure.money if measure else False,
        due_on=measure.due_on if measure else None,
    )  # fmt: skip


def _sound(asked: Asked, around: Circumstances) -> Part:
    part, faults = read(NEEDS[asked.action], dict(asked.content))
    faults = [*faults, *(against(part, around) if part else ())]
    if faults or part is None:
        raise Refused(faults)
    return part


def _append(
    session: Session, chain_id: str, kind: EntryKind, asked: Asked, payload: dict[str, Any], by: Actor, now: datetime
) -> Entry:
    shown = payload["content"].get("photos", ())
    return append(
        session, Draft(chain_id, kind, asked.channel, by.username, now, f"help:{asked.key}", payload, shown), now
    )


def _repeated(session: Session, asked: Asked, chain_id: str, by: Actor) -> Entry | None:
    """The entry of the same sending, if it came before; OtherContent where the key was used for something else."""
    entry = recorded(session, f"help:{asked.key}")
    if entry is None:
        return None
    [said] = opened(session, [entry])
    part, _ = read(NEEDS[asked.action], dict(asked.content))
    same = entry.chain_id == chain_id and entry.actor == by.username and said["action"] == asked.action.value
    same = same and (not asked.of or asked.of in (said.get("measure_id"), said.get("member_id")))
    if not same or part is None or canonical(plain(part)) != canonical(said["content"]):
        raise OtherContent
    return entry
