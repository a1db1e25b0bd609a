"""帮扶规则: a measure's way as one table, state × action → state, with who may and what must be written; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from field.codes import Role
from field.help_codes import HelpAction as A
from field.help_codes import MeasureState as S

ALL, OFFICES = frozenset((Role.VILLAGE, Role.TOWN, Role.COUNTY)), frozenset((Role.TOWN, Role.COUNTY))
OPEN = frozenset((S.PLANNED, S.UNDER_WAY))
TEAM = (A.JOIN, A.LEAVE)
NEEDS: Mapping[A, str] = {
    A.JOIN: "join", A.LEAVE: "leave", A.PLAN: "plan", A.START: "nothing", A.NOTE: "progress",
    A.POSTPONE: "postpone", A.CARRY_OUT: "proof", A.DROP: "reason", A.REOPEN: "reason",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """一条规则: the state that follows, and who may."""

    to: S
    who: frozenset[Role] = ALL


@dataclass(frozen=True)
class Course:
    """措施的现状: `done_seq` is the entry by which it was carried out."""

    state: S
    risk_factor: str
    owner: str
    begins_on: date
    due_on: date
    done_seq: int | None = None
    done_on: date | None = None
    amount: int | None = None


@dataclass(frozen=True)
class Step:
    """一步, as it is recorded."""

    action: A
    to: S
    day: date
    seq: int
    content: Mapping[str, Any]


def _table() -> Iterator[tuple[S | None, A, Rule]]:
    yield None, A.PLAN, Rule(S.PLANNED)
    yield S.PLANNED, A.START, Rule(S.UNDER_WAY)
    for state in (S.PLANNED, S.UNDER_WAY):
        yield state, A.NOTE, Rule(state)
        yield state, A.POSTPONE, Rule(state)
        yield state, A.CARRY_OUT, Rule(S.CARRIED_OUT)
        yield state, A.DROP, Rule(S.DROPPED)
    yield S.CARRIED_OUT, A.REOPEN, Rule(S.UNDER_WAY, OFFICES)
    yield S.DROPPED, A.REOPEN, Rule(S.PLANNED, OFFICES)


RULES: dict[tuple[S | None, A], Rule] = {(state, action): rule for state, action, rule in _table()}


def steps(state: S, role: Role) -> list[A]:
    """What a role may do to a measure as it stands, in the order of the vocabulary."""
    return [action for action in A if (rule := RULES.get((state, action))) and role in rule.who]


def planned(content: Mapping[str, Any]) -> Course:
    """A measure as it was planned."""
    begins, due = (date.fromisoformat(content[name]) for name in ("from", "due_on"))
    return Course(S.PLANNED, content["risk_factor"], content["owner"], begins, due)


def after(at: Course, step: Step) -> Course:
    """How a measure stands after a step; the same as it happens and in every rebuild."""
    new = replace(at, state=step.to)
    match step.action:
        case A.CARRY_OUT:
            return replace(new, done_seq=step.seq, done_on=step.day, amount=step.content.get("amount"))
        case A.REOPEN:
            return replace(new, done_seq=None, done_on=None, amount=None)
        case A.POSTPONE:
            due = date.fromisoformat(step.content["due_on"])
            return replace(new, due_on=due, owner=step.content.get("owner", at.owner))
    return new


def kept(at: Course) -> dict[str, Any]:
    """The course as columns keep it."""
    return asdict(at) | {"state": at.state.value}


def done_for(courses: Iterable[Course]) -> dict[str, int]:
    """已落实: by risk factor the newest entry by which a measure of it was carried out."""
    done: dict[str, int] = {}
    for one in courses:
        if one.done_seq is not None:
            done[one.risk_factor] = max(one.done_seq, done.get(one.risk_factor, 0))
    return done


def open_for(courses: Iterable[Course]) -> dict[str, int]:
    """还没有办成的: by risk factor how many measures are planned or under way."""
    still: dict[str, int] = {}
    for one in courses:
        if one.state in OPEN:
            still[one.risk_factor] = still.get(one.risk_factor, 0) + 1
    return still
