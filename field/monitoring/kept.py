"""不能删的: why a household's data must stay for now: something is under way, or the law asks to keep it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.codes import EntryKind
from field.help_codes import MeasureState
from field.labels import Word
from field.ledger.entries import Entry
from field.monitoring.cases.case_rules import ENDED
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_codes import FundState
from field.monitoring.help.partners import Tie
from field.monitoring.help.plan import Measure
from field.monitoring.workdays import china_day
from field.registry.households import Household, Person
from field.sentences import Sentence

OPEN_MEASURES = (MeasureState.PLANNED.value, MeasureState.UNDER_WAY.value)
OPEN_RELIEF = (FundState.APPLIED.value, FundState.APPROVED.value)
PAID = (FundState.PAID.value, FundState.REFUNDED.value)
HELD = (EntryKind.HELD_VISIT.value, EntryKind.HELD_REVISIT.value)


def must_stay(session: Session, home: Household, days: Mapping[str, int], now: datetime) -> list[str]:
    """Each reason in a sentence; `days` are the periods of `retention.toml`, of cases and of relief paid out."""
    today = china_day(now)
    if home.erased_at:
        return ["这一户已经依法删除过了"]
    return [*_under_way(session, home, today), *_by_law(session, home, days, today)]


def _under_way(session: Session, home: Household, today: date) -> Iterator[str]:
    for case in session.scalars(select(MonitoringCase).where(MonitoringCase.household_id == home.id)):
        if CaseState(case.state) not in ENDED:
            yield Sentence("案子还在办，现在是“{state}”", state=Word(CaseState.label_of(case.state)))
    if _some(session, Measure.household_id == home.id, Measure.state.in_(OPEN_MEASURES)):
        yield "有帮扶措施还在办"
    if _some(session, FundApplication.household_id == home.id, FundApplication.state.in_(OPEN_RELIEF)):
        yield "有救助基金的申请还没有办完"
    if _some(session, Tie.household_id == home.id, Tie.ends_on.is_(None) | (Tie.ends_on >= today)):
        yield "有利益联结还在执行"
    ours = select(Person.id).where(Person.household_id == home.id)
    both = Person.merged_into.in_(ours) | (Person.household_id == home.id) & Person.merged_into.is_not(None)
    if _some(session, both):
        yield "有人和别的登记合并过，请先撤销合并"
    held, decided = (_entries(session, home, kinds) for kinds in (HELD, (EntryKind.HELD_DECISION.value,)))
    if held > decided:
        yield "有走访等乡镇核收"


def _by_law(session: Session, home: Household, days: Mapping[str, int], today: date) -> Iterator[str]:
    ended = session.scalar(select(func.max(MonitoringCase.since)).where(MonitoringCase.household_id == home.id))
    mine = FundApplication.household_id == home.id, FundApplication.state.in_(PAID)
    paid = session.scalar(select(func.max(FundApplication.approved_on)).where(*mine))
    for what, since, name in (("案卷", ended, "cases"), ("救助基金的会计凭证", paid, "relief")):
        until = since + timedelta(days=days[name]) if since else today
        if until > today:
            said = {"what": Word(what), "until": f"{until:%Y-%m-%d}", "name": name, "days": days[name]}
            yield Sentence("{what}要保存到 {until}（保留期限 {name}，{days} 天）", **said)


def _some(session: Session, *which: object) -> bool:
    return session.scalar(select(func.count()).where(*which)) != 0  # type: ignore[arg-type]


def _entries(session: Session, home: Household, kinds: tuple[str, ...]) -> int:
    return session.scalar(select(func.count()).where(Entry.chain_id == home.id, Entry.kind.in_(kinds))) or 0
