"""案子的变化: how a case stands after an act, the same as it happens and in every rebuild; pure."""

from dataclasses import replace
from datetime import date, timedelta

from field.case_codes import CaseAction as A
from field.case_codes import CaseState as S
from field.monitoring.cases.case_rules import CONFIRMED, LEAVING, due_in, step_of
from field.monitoring.cases.case_standing import Act, Standing
from field.monitoring.policy.shapes import Pack
from field.monitoring.workdays import Due, Own, resumed

CLOSED = timedelta(days=1)  # a notice can be closed on the day after its last, and is due then


def after(at: Standing, act: Act) -> Standing:
    """How the case stands after an act; the same as it happens and in every rebuild."""
    moved = act.to is not at.state
    new = replace(at, state=act.to)
    if moved:
        new = replace(new, since=act.day, due_on=act.due_on, provisional=act.provisional)
        new = replace(new, begins=None, ends=None, stopped_on=None, counts_from=None)
    if change := CHANGES.get(act.action):
        new = change(at, new, act)
    return new


def due_after(at: Standing, action: A, to: S, day: date, pack: Pack, own: Own | None) -> Due | None:
    """期限 of what follows an act: the county's, where leaving is proposed; of a step that goes on, what was left."""
    last = at.leaving and at.leaving["due_on"]
    if action is A.KEEP and last and (step := step_of(at.state, pack)):
        return resumed(date.fromisoformat(last), day - stood_still(at, day), day, step.counting, own)
    return due_in(S.COUNTY_APPROVAL if action in LEAVING else to, day, pack, own)


def stood_still(at: Standing, day: date) -> timedelta:
    """How long nothing could be done because leaving was proposed; marks of old do not say since when."""
    on = at.leaving and at.leaving.get("on")
    return max(day - date.fromisoformat(on), timedelta()) if on else timedelta()


def _advanced(at: Standing, new: Standing, act: Act) -> Standing:
    if at.state is not S.DATA_CHECK:  # who only looks something up proposes nothing
        new = _touched(at, new, act)
    if at.state is S.ELIMINATION_TOWN_REVIEW:
        done = {one["risk_factor"]: act.seq for one in act.content["measures"]}
        return replace(new, carried_out=done, expense_solved=act.seq)
    if act.to is S.MONITORED:
        risks = tuple(act.content["risk_factors"])
        return replace(new, hands=(), kind=act.content["kind"], identified_on=act.day, risk_factors=risks)
    return new


def _touched(at: Standing, new: Standing, act: Act) -> Standing:
    return replace(new, hands=tuple(sorted({*at.hands, (at.state.value, act.by)})))


def _posted(at: Standing, new: Standing, act: Act) -> Standing:
    begins, ends = (date.fromisoformat(act.content[name]) for name in ("from", "to"))
    return replace(_touched(at, new, act), begins=begins, ends=ends, due_on=ends + CLOSED, provisional=False)


def _objected(at: Standing, new: Standing, act: Act) -> Standing:
    """The clock stands still; of all objections of the round the newest one's hands stand for them."""
    others = tuple(one for one in at.hands if one[0] != A.OBJECT.value)
    hands = tuple(sorted((*others, (A.OBJECT.value, act.by))))
    return replace(new, stopped_on=act.day, due_on=None, hands=hands)


def _answered(at: Standing, new: Standing, act: Act) -> Standing:
    """The clock runs on: the notice lasts longer by the days on which it stood still."""
    assert at.stopped_on
    assert at.ends
    ends = at.ends + max(act.day - at.stopped_on, timedelta())
    return replace(new, stopped_on=None, ends=ends, due_on=ends + CLOSED)


def _begun_again(at: Standing, new: Standing, act: Act) -> Standing:
    again = replace(new, hands=((at.state.value, act.by),), carried_out={}, expense_solved=None)
    if act.action is A.APPEAL:
        return again
    again = replace(again, rejected_by=None)
    return replace(again, round=at.round + 1, green=False) if act.action is A.RE_MARK else again


def _rejected(_at: Standing, new: Standing, act: Act) -> Standing:
    return replace(new, rejected_by=act.by) if act.to is S.REJECTED else new


def _taken_over(_at: Standing, new: Standing, act: Act) -> Standing:
    household = act.content["household"]
    since = household["identified_on"]
    new = replace(new, kind=household["kind"], risk_factors=tuple(household["risk_factors"]))
    return replace(new, identified_on=date.fromisoformat(since) if since else None)


def _proposed(at: Standing, new: Standing, act: Act) -> Standing:
    """It is the county's turn; until now one word was enough, and an entry of then still ends the case."""
    if act.to is not at.state:
        return replace(new, merged_into=act.content.get("into"))
    due_on = at.due_on.isoformat() if at.due_on else None
    leaving = {"action": act.action.value, "by": act.by, "on": act.day.isoformat(), "into": act.content.get("into"),
               "division": act.content.get("division"), "due_on": due_on, "provisional": at.provisional}  # fmt: skip
    return replace(new, leaving=leaving, due_on=act.due_on, provisional=act.provisional)


def _confirmed(at: Standing, new: Standing, _act: Act) -> Standing:
    return replace(new, leaving=None, merged_into=at.leaving["into"] if at.leaving else None)


def _kept(at: Standing, new: Standing, act: Act) -> Standing:
    """The step goes on with the time that it had left; a notice to which nobody could object lasts longer by it."""
    assert at.leaving
    stood = stood_still(at, act.day)
    begun = at.stopped_on or at.counts_from or at.since
    new = replace(new, leaving=None, counts_from=begun + stood if begun else None)
    if at.ends and not at.stopped_on:
        ends = at.ends + stood
        return replace(new, ends=ends, due_on=ends + CLOSED, provisional=False)
    due_on = at.leaving["due_on"] and act.due_on
    return replace(new, due_on=due_on, provisional=bool(due_on) and act.provisional)


CHANGES = {
    A.OPEN: _touched, A.TAKE_OVER: _taken_over, A.ADVANCE: _advanced, A.POST_NOTICE: _posted,
    A.OBJECT: _objected, A.ANSWER_OBJECTION: _answered,
    A.REJECT: _rejected, A.APPEAL: _begun_again,
    A.GREEN_CHANNEL: lambda _at, new, _act: replace(new, green=True), A.PROPOSE_ELIMINATION: _begun_again,
    A.ROLL_BACK: lambda _at, new, _act: replace(new, hands=(), carried_out={}, expense_solved=None),
    A.RE_MARK: _begun_again, A.KEEP: _kept, **dict.fromkeys(LEAVING, _proposed), **dict.fromkeys(CONFIRMED, _confirmed),
}  # fmt: skip
