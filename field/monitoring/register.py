"""登记: what a roster entry means for households, people and facts, as it arrives and in every rebuild."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from field.codes import Left
from field.ledger.entries import Entry
from field.ledger.facts import VERIFIED_ADDRESS, state
from field.monitoring.relief_standings import restate
from field.monitoring.roster_claims import beside, claims, governed, monitored
from field.monitoring.standings import note_standings
from field.monitoring.worker_standings import note_workers
from field.orm import insert_many
from field.registry.households import Household, Person
from field.registry.idnumber import DISABILITIES, mismatch
from field.registry.masking import mask_phone
from field.registry.regions import LEVELS
from field.registry.sealing import blind
from field.registry.search_keys import rewrite

DETAILS = (
    "ethnicity", "pupil", "medical_insurance", "pension", "major_illness_cover", "minimum_living",
    "extreme_hardship", "public_job",
)  # fmt: skip
FACTS = ("work_place", "monthly_income")  # beside the phone: what a worker's next message may contradict
GRADES = dict(zip("1234", "一二三四", strict=True))
ERASED = "（已删除）"
Entered = tuple[Entry, dict[str, Any]]


def register_roster(session: Session, entry: Entry, payload: dict[str, Any]) -> None:
    """名册登记 of one household, from its roster entry and the opened payload."""
    register(session, [(entry, payload)])


def register(session: Session, entered: Sequence[Entered]) -> None:
    """The same for many households, each named once, with few statements."""
    ids = [entry.chain_id for entry, _ in entered]
    known = set(session.scalars(select(Household.id).where(Household.id.in_(ids))))
    fresh = [(entry.chain_id, payload) for entry, payload in entered if entry.chain_id not in known]
    insert_many(session, Household, [_household(*one) | {"last_visit_at": None} for one in fresh])
    insert_many(session, Person, [person | {"left": None} for one in fresh for person in _people(*one)])
    changed = [(entry, payload) for entry, payload in entered if entry.chain_id in known]
    claimed = claims(_otherwise(session, changed)) if changed else []
    rewrite(session, ids)
    state(session, [fact for one in entered for fact in _facts(*one)] + claimed)
    note_standings(session, [entry for entry, _ in entered])
    note_workers(session, [entry for entry, payload in entered if entry.chain_id in known or _works(payload)])
    if known:
        restate(session, known)


def _works(payload: dict[str, Any]) -> bool:
    return any("work_place" in said or "months_away" in said for said in payload["members"])


def _otherwise(session: Session, changed: Sequence[Entered]) -> list[Entered]:
    """Change households that are here; those whose row may say otherwise than they stand: it ends no monitoring."""
    ids = [entry.chain_id for entry, _ in changed]
    ruled, watched = governed(session, ids), monitored(session, ids)
    unlisted = {entry.chain_id for entry, payload in changed if not payload.get("kind")}
    _change(session, [(entry.chain_id, payload) for entry, payload in changed], ruled | watched & unlisted)
    return [one for one in changed if one[0].chain_id in ruled | watched or one[0].chain_id not in unlisted]


def _change(session: Session, changed: Sequence[tuple[str, dict[str, Any]]], held: set[str]) -> None:
    """Newer rosters of households that are here: members match by id, those no longer named stay as left.

    Of a household that is `held`, the roster does not say whether it is monitored, since when and for what.
    """
    ids = [household_id for household_id, _ in changed]
    rows = select(Person.id, Person.left).where(Person.household_id.in_(ids))
    left: dict[str, str | None] = dict(session.execute(rows).all())
    people = [person for one in changed for person in _people(*one)]
    listed_again = {id_: None if value == Left.DELISTED else value for id_, value in left.items()}
    kept = [person | {"left": listed_again[person["id"]]} for person in people if person["id"] in left]
    insert_many(session, Person, [person | {"left": None} for person in people if person["id"] not in left])
    if kept:
        session.execute(update(Person), kept)
    gone = [person_id for _, payload in changed for person_id in payload.get("gone", ())]
    off = update(Person).where(Person.id.in_(gone), Person.left.is_(None))
    session.execute(off.values(left=Left.DELISTED.value))
    listed = [_household(*one) for one in changed]
    free = [one for one in listed if one["id"] not in held]
    for several in (free, [beside(one) for one in listed if one["id"] in held]):
        if several:
            session.execute(update(Household), several)
    here = Person.left.is_(None), Person.merged_into.is_(None)
    present = select(func.count()).where(Person.household_id == Household.id, *here)
    counted = update(Household).where(Household.id.in_(ids)).values(persons=present.scalar_subquery())
    session.execute(counted.execution_options(synchronize_session=False))


def _household(household_id: str, payload: dict[str, Any]) -> dict[str, Any]:
    risks = payload.get("risk_factors", [])
    return {
        "id": household_id, "number": payload["number"], "region": payload["region"],
        "group": payload.get("group"), "head": payload["members"][0]["name"] or ERASED,
        "persons": len(payload["members"]), "address": payload.get("address"),
        "latitude": payload.get("latitude"), "longitude": payload.get("longitude"),
        "formerly_poor": payload.get("formerly_poor", False), "no_labour": payload.get("no_labour", False),
        "kind": payload.get("kind"), "identified_on": _day(payload.get("identified_on")),
        "risk_factors": risks, "main_risk": risks[0] if risks else None,
    }  # fmt: skip


def _people(household_id: str, payload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for position, said in enumerate(payload["members"], 1):
        number, phone, birth = said.get("id_number"), said.get("phone"), _day(said.get("birth_date"))
        yield {
            "id": said["id"], "household_id": household_id, "position": position,
            "name": said["name"] or ERASED, "sex": said.get("sex"), "relation": said.get("relation"),
            "birth_date": birth, "id_fault": mismatch(number, birth, said.get("sex")),
            "id_number": number, "id_number_index": blind("id_number", number) if number else None,
            "phone": phone, "phone_index": blind("phone", phone) if phone else None,
            "bank_account": said.get("bank_account"), "work_place": _place(said), "work": said.get("work"),
            "months_away": said.get("months_away"), "monthly_income": said.get("monthly_income"),
            "health": said.get("health"), "schooling": said.get("schooling"), "labour": said.get("labour"),
            "details": _details(said),
        }  # fmt: skip


def _details(said: dict[str, Any]) -> dict[str, Any]:
    details = {key: said[key] for key in DETAILS if key in said}
    if "work_place" in said and not _place(said):
        details["work_place_name"] = said["work_place"]
    if card := said.get("disability_card"):
        details["disability"] = f"{DISABILITIES[card[18]]}{GRADES[card[19]]}级"
    return details


def _facts(entry: Entry, payload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    common = {
        "chain_id": entry.chain_id, "seq": entry.seq, "channel": entry.channel, "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": VERIFIED_ADDRESS,
    }  # fmt: skip
    for place, (subject, attribute, value, sealed) in enumerate(_observed(entry.chain_id, payload)):
        what = {"subject": subject, "attribute": attribute, "value": value, "sealed": sealed}
        yield {**common, "place": place, **what}


def _observed(household_id: str, payload: dict[str, Any]) -> Iterable[tuple[str, str, Any, str | None]]:
    if "risk_factors" in payload:
        yield household_id, "risk_factors", payload["risk_factors"], None
    for said in payload["members"]:
        if phone := said.get("phone"):
            yield said["id"], "phone", mask_phone(phone), phone
        for key in FACTS:
            if key in said:
                yield said["id"], key, said[key], None


def _place(said: dict[str, Any]) -> str | None:
    """The division code in 务工地点, if it is one."""
    place = said.get("work_place", "")
    return place if place.isdigit() and len(place) in LEVELS else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
