"""帮扶内容: what must be written down for each act on a plan, in which form, and what stands against it; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field

from field.codes import RiskFactor
from field.help_codes import TeamRole
from field.monitoring.cases.case_contents import Digest, Faults, Note, Nothing, Part, Reason, Short, fault, read_as
from field.monitoring.policy.shapes import Pack
from field.registry.numbers import e164
from field.sentences import Sentence

LONGEST = timedelta(days=5 * 366)
FIRST = date(2000, 1, 1)
Fen = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Photos = Annotated[list[Digest], Field(max_length=40)]


class Joined(Nothing):
    """加入专班: who, as what, from which unit, reached how, from when until when."""

    role: TeamRole
    name: Short
    unit: Short | None = None
    phone: Annotated[str, Field(max_length=20)] | None = None
    since: Annotated[date, Field(alias="from")]
    until: Annotated[date | None, Field(alias="to")] = None


class Gone(Nothing):
    """退出专班: the last day."""

    until: Annotated[date, Field(alias="to")]


class Planned(Nothing):
    """安排措施: for which risk factor, which of the pack's, who answers for it, from when, by when."""

    risk_factor: RiskFactor
    code: Annotated[str, Field(min_length=1, max_length=32)]
    owner: Short
    begins: Annotated[date, Field(alias="from")]
    due_on: date


class Progress(Reason):
    """进展: what happened, with photographs where there are some."""

    photos: Photos = []


class Postponed(Reason):
    """改期或换负责人: until when, and who answers for it now."""

    due_on: date
    owner: Short | None = None


class Proof(Part):
    """落实的凭证: words, photographs, or both; the amount where money was paid."""

    note: Note | None = None
    photos: Photos = []
    amount: Fen | None = None


SHAPES: Mapping[str, type[Part]] = {
    "join": Joined, "leave": Gone, "plan": Planned, "nothing": Nothing, "progress": Progress, "postpone": Postponed,
    "proof": Proof, "reason": Reason,
}  # fmt: skip


@dataclass(frozen=True)
class Circumstances:
    """周围情况 that the contents are judged by; `money`: the measure's proof names an amount."""

    day: date
    pack: Pack
    risk_factors: tuple[str, ...] = ()
    photos: frozenset[str] = frozenset()
    money: bool = False
    led_by: str | None = None
    since: date | None = None
    due_on: date | None = None


def read(needs: str, said: Any) -> tuple[Part | None, Faults]:
    """What was written down, or every fault of its form."""
    return read_as(SHAPES[needs], said)


def against(part: Part, around: Circumstances) -> Iterator[dict[str, str]]:
    """What stands against a content, in the circumstances."""
    match part:
        case Joined():
            yield from _joined(part, around)
        case Gone():
            if around.since and part.until < around.since:
                yield fault("to", Sentence("不能早于到岗的 {since}", since=around.since))
        case Planned():
            yield from _planned(part, around)
        case Postponed():
            if not around.day <= part.due_on <= around.day + LONGEST:
                yield fault("due_on", "新的期限要从今天起，五年以内")
            if part.due_on == around.due_on and part.owner is None:
                yield fault("due_on", "期限没有变，也没有换负责人")
        case Progress() | Proof():
            yield from _proven(part, around)


def _joined(part: Joined, around: Circumstances) -> Iterator[dict[str, str]]:
    if part.until and part.until < part.since:
        yield fault("to", "不能早于到岗的那一天")
    if not FIRST <= part.since <= around.day + LONGEST:
        yield fault("from", "日期不对")
    if part.phone and e164(part.phone) is None:
        yield fault("phone", "电话号码不对")
    if part.role is TeamRole.LEAD and around.led_by:
        yield fault("role", Sentence("已有牵头人{name}，请先办退出", name=around.led_by))


def _planned(part: Planned, around: Circumstances) -> Iterator[dict[str, str]]:
    if around.risk_factors and part.risk_factor.value not in around.risk_factors:
        yield fault("risk_factor", Sentence("这一户没有“{risk}”这个风险点", risk=part.risk_factor.label))
    if part.code not in {one.code for one in around.pack.measures_for(part.risk_factor.value)}:
        yield fault("code", Sentence("措施目录里没有对应“{risk}”的这一项", risk=part.risk_factor.label))
    if part.due_on < part.begins:
        yield fault("due_on", "不能早于开始的那一天")
    if not FIRST <= part.begins <= around.day + LONGEST or part.due_on > around.day + LONGEST:
        yield fault("from", "开始和完成都要在五年以内")


def _proven(part: Progress | Proof, around: Circumstances) -> Iterator[dict[str, str]]:
    if set(part.photos) - around.photos:
        yield fault("photos", "照片要先随走访交上来")
    if isinstance(part, Progress):
        return
    if part.note is None and not part.photos:
        yield fault("note", "要写清楚怎么落实的，或者选照片")
    if around.money and not part.amount:
        yield fault("amount", "要写金额")
