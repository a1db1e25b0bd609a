"""接着能办的: what a person may do to a case now, how far the conditions of the way out are met, and who is ripe."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.monitoring.cases.case_around import ground, grounds, pack_of
from field.monitoring.cases.case_course import possible, same_hands
from field.monitoring.cases.case_list import cases
from field.monitoring.cases.case_rules import NOTICES, WAY_OUT, actions
from field.monitoring.cases.case_standing import Standing
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.elimination import Condition, conditions, missing
from field.monitoring.policy.shapes import Pack
from field.monitoring.risk.judgement import Basis
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

BATCH = 2000
RIPE, LATE = "ripe", "late"  # chosen as states are, and no states
SHOWN = {*WAY_OUT, CaseState.MONITORED}


def stays(conditions: Sequence[Condition]) -> bool:
    """继续监测: whether nobody of the household can work, so that its monitoring is never proposed to end."""
    return any(one.code == "labour" and not one.holds for one in conditions)


def offered(case: MonitoringCase, by: Actor, conditions: Sequence[Condition]) -> list[CaseAction]:
    """What a person may do now, the step itself first."""
    at = case.standing
    fitting = (one for one in actions(at.state, by.role) if possible(at, one) and one not in _not_now(at, conditions))
    return [one for one in fitting if same_hands(at, one, by.username) is None]


def _not_now(at: Standing, conditions: Sequence[Condition]) -> set[CaseAction]:
    """What the state allows and how the case stands in it does not: its way out, or a turn of its notice."""
    found = {CaseAction.PROPOSE_ELIMINATION} if stays(conditions) else set()
    if at.state in NOTICES:
        running = {CaseAction.ANSWER_OBJECTION} if at.stopped_on else {CaseAction.OBJECT, CaseAction.ADVANCE}
        turns = {CaseAction.OBJECT, CaseAction.ANSWER_OBJECTION, CaseAction.ADVANCE, CaseAction.POST_NOTICE}
        found |= turns - (running if at.ends else {CaseAction.POST_NOTICE})
    return found


def chosen(
    session: Session, by: Actor, state: str | None, page: int, per_page: int, now: datetime, region: str | None = None
) -> tuple[list[tuple[MonitoringCase, Household]], int]:
    """One page of the cases of a state, of those that are ripe or late, or of all that go on; and how many."""
    if state == RIPE:
        several = ripe(session, by, now, region)
        return several[(page - 1) * per_page : page * per_page], len(several)
    if state == LATE:
        return cases(session, by, None, page, per_page, region, china_day(now))
    return cases(session, by, state, page, per_page, region)


def ripe(
    session: Session, by: Actor, now: datetime, region: str | None = None
) -> list[tuple[MonitoringCase, Household]]:
    """可以提出消除: monitored cases of a region for which every condition holds but what a town confirms.

    Reckoned at the moment, with three statements for each pack and batch: it costs what the monitored of the region do.
    """
    place = region or by.region
    if not by.may(Right.READ_CASES, place):
        raise NotAllowed
    rows = select(MonitoringCase, Household).join(Household, Household.id == MonitoringCase.household_id)
    rows = rows.where(in_region(Household.region, place), MonitoringCase.state == CaseState.MONITORED.value)
    rows = rows.where(MonitoringCase.identified_on.is_not(None), Household.no_labour.is_(False))
    rows = rows.where(MonitoringCase.leaving.is_(None))
    by_pack: dict[str, list[tuple[MonitoringCase, Household]]] = defaultdict(list)
    for case, household in session.execute(rows.order_by(MonitoringCase.identified_on, MonitoringCase.id)):
        by_pack[case.pack].append((case, household))
    return [both for name, several in by_pack.items() for both in _ripe(session, pack_of(name, now), several, now)]


def _ripe(
    session: Session, pack: Pack, several: Sequence[tuple[MonitoringCase, Household]], now: datetime
) -> Iterator[tuple[MonitoringCase, Household]]:
    basis = Basis(pack, china_day(now))
    for start in range(0, len(several), BATCH):
        batch = several[start : start + BATCH]
        known = grounds(session, [(household, case.standing) for case, household in batch], basis)
        for case, household in batch:
            if not missing(conditions(known[household.id], pack.elimination, basis.day), seen_only=True):
                yield case, household


def met(session: Session, case: MonitoringCase, household: Household, now: datetime) -> list[Condition]:
    """消除条件, where the way out is near."""
    if CaseState(case.state) not in SHOWN:
        return []
    pack, day = pack_of(case.pack, now), china_day(now)
    return conditions(ground(session, household, case.standing, Basis(pack, day)), pack.elimination, day)
