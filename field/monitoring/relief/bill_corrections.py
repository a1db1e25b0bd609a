"""更正票据: what was read off a paper wrongly is told again by a later entry; the first one stays as it was."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.labels import Word
from field.ledger.entries import Draft, Entry
from field.monitoring.once import append_once
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.relief_standings import derive_bills
from field.monitoring.workdays import china_day
from field.registry import reach
from field.registry.households import Household, Person
from field.registry.rights import Actor, NotAllowed, Right
from field.sentences import Sentence

MOST = 100_000_000_000
READ = {"issued_on": "开票日期", "amount": "总金额", "compliant_amount": "合规费用"}


class Faulty(Exception):
    """填写有误: every fault as {"field", "message"}."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__("faults")
        self.faults = faults


def correct(
    session: Session, household_id: str, known_as: str, said: Mapping[str, Any], key: str, by: Actor, now: datetime,
    doubts: Sequence[dict[str, str]] = (),
) -> Entry:  # fmt: skip
    """Tell a bill of a household anew, whole; or that it is none (`void`). Faulty with every fault and doubt."""
    correctable(session, household_id, known_as, by)
    people = select(Person.id).where(Person.household_id == household_id)
    if found := [*doubts, *faults(said, set(session.scalars(people)), china_day(now))]:
        raise Faulty(found)
    content = {"known_as": known_as, **said}
    draft = Draft(household_id, EntryKind.BILL_CORRECTED, Channel.WEB, by.username, now, f"bill:{key}", content)
    entry, fresh = append_once(session, draft, now)
    if fresh:
        derive_bills(session, entry, content)
    return entry


def correctable(session: Session, household_id: str, known_as: str, by: Actor) -> Household:
    """The household of a bill that the actor may correct; NotAllowed where there is no such bill."""
    home = reach.household(session, by, household_id, Right.CORRECT_BILLS)
    here = select(ToldBill.seq).where(ToldBill.chain_id == household_id, ToldBill.known_as == known_as).limit(1)
    if session.scalar(here) is None:
        raise NotAllowed
    return home


def unconfirmed(said: Mapping[str, Any], read: Mapping[str, Any], ticked: Collection[str]) -> list[dict[str, str]]:
    """未核对: what stands as the machine has read it, and nobody has said to have compared it with the photograph."""
    untouched = [name for name, value in read.items() if said.get(name) == value and name not in ticked]
    named = [(name, Word(READ[name])) for name in untouched]
    return [
        _fault(name, Sentence("{words}是识读的，请对照照片核对后打勾，或改正", words=words)) for name, words in named
    ]


def faults(said: Mapping[str, Any], people: set[str], day: date) -> list[dict[str, str]]:
    """Every fault; of a bill that is none, nothing but the reason counts."""
    found = [] if len(said.get("note") or "") > 1 else [_fault("note", "请写明为什么更正，至少 2 个字")]
    if said.get("void"):
        return found
    if said.get("person_id") not in people:
        found.append(_fault("person_id", "请选是家里哪一位的票据"))
    issued_on = _day(said.get("issued_on"))
    if issued_on is None or issued_on > day:
        found.append(_fault("issued_on", "请写开票日期，不能晚于今天"))
    amounts = [said.get(name) for name in ("amount", "compliant_amount")]
    for name, words, value in zip(("amount", "compliant_amount"), ("总金额", "合规费用"), amounts, strict=True):
        if not isinstance(value, int) or not 0 <= value <= MOST:
            found.append(_fault(name, Sentence("请写{words}，单位是元，最多两位小数", words=Word(words))))
    if not found and amounts[1] > amounts[0]:  # type: ignore[operator]
        found.append(_fault("compliant_amount", "合规费用不能比总金额大"))
    return found


def _fault(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
