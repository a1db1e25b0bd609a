"""案子的现状: how a case stands, one act on it, and what lies around it that its rules look at; plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from field.case_codes import CaseAction as A
from field.case_codes import CaseState as S
from field.monitoring.cases.elimination import Ground
from field.monitoring.policy.shapes import Pack
from field.monitoring.workdays import Own


@dataclass(frozen=True)
class Standing:
    """案子的现状: `hands` are the steps of this round with who did them; a notice runs from `begins` to `ends`.

    `leaving` is what was proposed to end it and the county has not confirmed yet: the action, by whom and when, into
    which household or to which division, and by when the step was due that stands still meanwhile. `counts_from` is the
    day from which the time of a step is counted that stood still, or of the objection within it.
    """

    state: S = S.LEAD
    since: date | None = None
    due_on: date | None = None
    provisional: bool = False
    round: int = 1
    hands: tuple[tuple[str, str], ...] = ()
    begins: date | None = None
    ends: date | None = None
    stopped_on: date | None = None
    green: bool = False
    rejected_by: str | None = None
    kind: str | None = None
    identified_on: date | None = None
    risk_factors: tuple[str, ...] = ()
    carried_out: Mapping[str, int] = field(default_factory=dict)
    expense_solved: int | None = None
    counts_from: date | None = None
    merged_into: str | None = None
    leaving: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Act:
    """一个动作, as it is recorded: `due_on` is the last day of the step that follows."""

    action: A
    to: S
    by: str
    day: date
    seq: int
    content: Mapping[str, Any]
    due_on: date | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Around:
    """周围情况 that rules look at: the household's adults by id, its photographs, its last visit, what is known.

    `signatures` are those drawn on a phone, `fresh` the photographs named since the lead. `consented` are who has given
    consent on a phone, and whether its signature or paper has arrived; `others` the household, if any, that this one
    may be merged into as is asked, and `watched` whether somebody looks after it as well, or nobody after this one.
    `at_home` are the names of all who have not left, `county` the code of their county.
    """

    day: date
    pack: Pack
    ground: Ground
    adults: Mapping[str, str] = field(default_factory=dict)
    photos: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    consented: Mapping[str, bool] = field(default_factory=dict)
    visited: bool = False
    others: frozenset[str] = frozenset()
    watched: bool = True
    at_home: tuple[str, ...] = ()
    county: str = ""
    formerly_poor: bool = False
    own: Own | None = None


def kept(at: Standing) -> dict[str, Any]:
    """The standing as columns and JSON keep it."""
    row = asdict(at) | {
        "state": at.state.value,
        "hands": [list(one) for one in at.hands],
        "risk_factors": list(at.risk_factors),
    }
    return row | {"carried_out": dict(at.carried_out)}
