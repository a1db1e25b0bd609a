"""承诺授权入账: the one call by which consents that were signed on a phone enter the ledger."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.codes import Channel, EntryKind, EvidenceKind
from field.ledger.entries import Draft, append, recorded
from field.monitoring.cases.case_around import adults
from field.monitoring.cases.case_contents import fault
from field.monitoring.cases.case_rules import RULES, UNDER_WAY
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.consents import texts
from field.monitoring.derive import derive
from field.monitoring.refusals import OutOfOrder, WrongHands
from field.monitoring.repeats import same_or_raise
from field.monitoring.visiting.evidence import missing
from field.monitoring.visiting.visit_rules import moment
from field.monitoring.visiting.visits import Faulty, Recorded
from field.monitoring.workdays import china_day
from field.registry import reach
from field.registry.rights import Actor, Right
from field.sentences import Sentence

TAKERS = RULES[CaseState.ON_SITE_CHECK, CaseAction.ADVANCE].who


def take(session: Session, case_id: str, said: Mapping[str, Any], by: Actor, now: datetime) -> Recorded:
    """Record consents of some adults of a household; the same again gives the same receipt.

    Raises NotAllowed outside the region, WrongHands, OutOfOrder where the case has ended, OtherContent, or Faulty.
    """
    case, household = reach.belonging(session, by, MonitoringCase, case_id, Right.WORK_CASES)
    if by.role not in TAKERS:
        raise WrongHands([fault("action", "承诺授权由村里或乡镇上门办理")])
    payload, key, at = {"case_id": case_id, **said}, f"consent:{said['id']}", moment(said["signed_at"])
    digests = [one["sha256"] for one in said["evidence"]]
    if known := recorded(session, key):
        same_or_raise(session, known, household.id, payload, at, by)
        return Recorded(known, False, missing(session, known, digests, by.username))
    if CaseState(case.state) not in UNDER_WAY:
        raise OutOfOrder(
            [fault("action", Sentence("这个案子现在是“{now}”，不用再签承诺书", now=CaseState(case.state).label))]
        )
    if found := list(faults(said, adults(session, household.id, china_day(now)))):
        raise Faulty(found)
    draft = Draft(household.id, EntryKind.CONSENT, Channel.PHONE, by.username, at, key, payload, digests)
    entry = append(session, draft, now)
    derive(session, entry, payload)
    return Recorded(entry, True, missing(session, entry, digests, by.username))


def faults(said: Mapping[str, Any], grown: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What stands against consents of a household with these adults; pure."""
    if said["text"] not in {one["version"] for one in texts()}:
        yield fault("text", "没有这个版本的承诺书")
    people = [one["person_id"] for one in said["consents"]]
    drawn = [one.get("person_id") for one in said["evidence"] if one["kind"] == EvidenceKind.SIGNATURE]
    for place, one in enumerate(said["consents"]):
        yield from _one(f"consents.{place}", one, people, drawn, grown)
    by_paper = any(one["how"] != "drawn" for one in said["consents"])
    if by_paper is not any(one["kind"] == EvidenceKind.CONSENT for one in said["evidence"]):
        yield fault("evidence", "没有拍签好的承诺书" if by_paper else "都是在手机上签的，不用再拍承诺书")
    if len({one["sha256"] for one in said["evidence"]}) < len(said["evidence"]):
        yield fault("evidence", "两个签名或两张照片一模一样，每个人要自己签")
    if set(drawn) - {one["person_id"] for one in said["consents"] if one["how"] == "drawn"}:
        yield fault("evidence", "有一个签名不知道是谁的")


def _one(
    at: str, one: Mapping[str, Any], people: list[str], drawn: list[str | None], grown: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    person_id, how = one["person_id"], one["how"]
    name = grown.get(person_id)
    if name is None:
        yield fault(f"{at}.person_id", "承诺授权的人不是这一户的成年人")
        return
    if people.count(person_id) > 1:
        yield fault(f"{at}.person_id", Sentence("{name}写了两次", name=name))
    if how == "drawn" and drawn.count(person_id) != 1:
        yield fault(at, Sentence("{name}签了两次" if drawn.count(person_id) else "{name}还没有签名", name=name))
    if how == "fingerprint" and not one.get("written_by"):
        yield fault(f"{at}.written_by", Sentence("{name}按的是手印，要写明由谁代写", name=name))
