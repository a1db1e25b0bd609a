"""办理规则: the ladder of a case as one table, state × action → state, with who may and what must be there; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from field.case_codes import CaseAction as A
from field.case_codes import CaseState as S
from field.codes import Role
from field.monitoring.policy.shapes import Pack, Step
from field.monitoring.workdays import Due, Own, due
from field.sentences import Sentence, Series

V, T, C = Role.VILLAGE, Role.TOWN, Role.COUNTY
ALL, GRASSROOTS, OFFICES = frozenset((V, T, C)), frozenset((V, T)), frozenset((T, C))
LADDER = (S.ON_SITE_CHECK, S.DATA_CHECK, S.ASSESSMENT, S.PUBLIC_NOTICE, S.TOWN_REVIEW, S.COUNTY_APPROVAL)
WAY_OUT = (
    S.ELIMINATION_CHECK, S.ELIMINATION_ASSESSMENT, S.ELIMINATION_NOTICE, S.ELIMINATION_TOWN_REVIEW,
    S.ELIMINATION_COUNTY_APPROVAL,
)  # fmt: skip
NOTICES = frozenset((S.PUBLIC_NOTICE, S.ELIMINATION_NOTICE))
APPROVALS = frozenset((S.TOWN_REVIEW, S.COUNTY_APPROVAL, S.ELIMINATION_TOWN_REVIEW, S.ELIMINATION_COUNTY_APPROVAL))
ENDED = frozenset((S.ELIMINATED, S.REJECTED, S.MERGED, S.MOVED_AWAY, S.DIED))
UNDER_WAY = (*LADDER, S.MONITORED, *WAY_OUT)
MAY_LEAVE = (*UNDER_WAY, S.ELIMINATED)  # who is still revisited moves or dies, too, and there is nothing to merge
LEAVING = {  # what is proposed: how it is confirmed, and how the case ends by it
    A.MERGE: (A.CONFIRM_MERGE, S.MERGED), A.MOVE_AWAY: (A.CONFIRM_MOVE, S.MOVED_AWAY), A.DIE: (A.CONFIRM_DEATH, S.DIED),
}  # fmt: skip
NEEDED = {A.MERGE: "merge", A.MOVE_AWAY: "move"}
CONFIRMED = {confirming: action for action, (confirming, _end) in LEAVING.items()}
HOLDERS = {
    S.ON_SITE_CHECK: GRASSROOTS, S.DATA_CHECK: OFFICES, S.ASSESSMENT: GRASSROOTS, S.PUBLIC_NOTICE: GRASSROOTS,
    S.TOWN_REVIEW: frozenset((T,)), S.COUNTY_APPROVAL: frozenset((C,)), S.ELIMINATION_CHECK: GRASSROOTS,
    S.ELIMINATION_ASSESSMENT: GRASSROOTS, S.ELIMINATION_NOTICE: GRASSROOTS,
    S.ELIMINATION_TOWN_REVIEW: frozenset((T,)), S.ELIMINATION_COUNTY_APPROVAL: frozenset((C,)),
}  # fmt: skip
STEPS = {
    S.ON_SITE_CHECK: "onsite_check", S.DATA_CHECK: "data_check", S.ASSESSMENT: "assessment",
    S.PUBLIC_NOTICE: "notice", S.TOWN_REVIEW: "town_review", S.COUNTY_APPROVAL: "county_approval",
    S.ELIMINATION_CHECK: "onsite_check", S.ELIMINATION_ASSESSMENT: "assessment", S.ELIMINATION_NOTICE: "notice",
    S.ELIMINATION_TOWN_REVIEW: "town_review", S.ELIMINATION_COUNTY_APPROVAL: "county_approval",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """一条规则: the state that follows, who may, and what the content must be checked for."""

    to: S
    who: frozenset[Role]
    needs: str = "reason"


def _table() -> Iterator[tuple[S, A, Rule]]:
    yield S.LEAD, A.OPEN, Rule(S.ON_SITE_CHECK, ALL, "nothing")
    yield S.LEAD, A.TAKE_OVER, Rule(S.MONITORED, OFFICES)
    for ladder, before, after in ((LADDER, None, S.MONITORED), (WAY_OUT, S.MONITORED, S.ELIMINATED)):
        follows, preceded = (*ladder[1:], after), (before, *ladder[:-1])
        for state, following, former in zip(ladder, follows, preceded, strict=True):
            yield state, A.ADVANCE, Rule(following, HOLDERS[state], state.value)
            yield state, A.REJECT, Rule(before or S.REJECTED, HOLDERS[state])
            if former:
                yield state, A.RETURN, Rule(former, HOLDERS[state])
    for state in NOTICES:
        yield state, A.POST_NOTICE, Rule(state, HOLDERS[state], "notice")
        yield state, A.OBJECT, Rule(state, ALL)
        yield state, A.ANSWER_OBJECTION, Rule(state, OFFICES)
    for state in LADDER:
        yield state, A.GREEN_CHANNEL, Rule(state, ALL)
    yield S.REJECTED, A.APPEAL, Rule(S.ON_SITE_CHECK, ALL)
    yield S.MONITORED, A.PROPOSE_ELIMINATION, Rule(S.ELIMINATION_CHECK, GRASSROOTS)
    yield S.ELIMINATED, A.ROLL_BACK, Rule(S.MONITORED, frozenset((C,)))
    yield S.ELIMINATED, A.RE_MARK, Rule(S.ON_SITE_CHECK, ALL, "new_risk")
    for state in MAY_LEAVE:
        for action, (confirming, end) in LEAVING.items():
            if state is not S.ELIMINATED or action is not A.MERGE:
                yield state, action, Rule(state, OFFICES, NEEDED.get(action, "reason"))
                yield state, confirming, Rule(end, frozenset((C,)), "nothing")
        yield state, A.KEEP, Rule(state, frozenset((C,)))


RULES: dict[tuple[S, A], Rule] = {(state, action): rule for state, action, rule in _table()}


def actions(state: S, role: Role) -> list[A]:
    """What a role may do in a state at all, in the order of the vocabulary."""
    return [action for action in A if (rule := RULES.get((state, action))) and role in rule.who]


def due_in(state: S, entered: date, pack: Pack, own: Own | None = None) -> Due | None:
    """期限 of a step that began on a day, by the pack; none where nothing is to be done, or the pack sets no days."""
    step = step_of(state, pack)
    return due(entered, step.days, step.counting, own) if step else None


def step_of(state: S, pack: Pack) -> Step | None:
    """What the pack says of the step of a state, if anything."""
    return next((one for one in pack.step if one.code == STEPS.get(state)), None)


def done_by(who: frozenset[Role]) -> Sentence:
    """Whose turn it is, for whom else it is not."""
    return Sentence("这一步由{who}办理", who=Series(one.label for one in Role if one in who))
