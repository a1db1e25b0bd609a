"""接着能办的: what a person may do to a case now, and how far the conditions of the way out are met."""

from datetime import datetime

from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.monitoring.case_around import ground, pack_of
from field.monitoring.case_course import same_hands
from field.monitoring.case_rules import NOTICES, WAY_OUT, actions
from field.monitoring.cases import MonitoringCase
from field.monitoring.elimination import Condition, conditions
from field.monitoring.judgement import Basis
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.rights import Actor

SHOWN = {*WAY_OUT, CaseState.MONITORED}


def offered(case: MonitoringCase, by: Actor) -> list[CaseAction]:
    """What a person may do now, the step itself first."""
    at = case.standing
    several = [one for one in actions(at.state, by.role) if same_hands(at, one, by.username) is None]
    if at.state in NOTICES:
        running = {CaseAction.ANSWER_OBJECTION} if at.stopped_on else {CaseAction.OBJECT, CaseAction.ADVANCE}
        not_now = {CaseAction.OBJECT, CaseAction.ANSWER_OBJECTION, CaseAction.ADVANCE, CaseAction.POST_NOTICE}
        not_now -= running if at.ends else {CaseAction.POST_NOTICE}
        several = [one for one in several if one not in not_now]
    return several


def met(session: Session, case: MonitoringCase, household: Household, now: datetime) -> list[Condition]:
    """消除条件, where the way out is near."""
    if CaseState(case.state) not in SHOWN:
        return []
    pack, day = pack_of(case.pack, now), china_day(now)
    return conditions(ground(session, household, case.standing, Basis(pack, day)), pack.elimination, day)
