"""名册的行: what a roster entry says, as rows of registry and facts; of plain values alone, without a session."""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Any

from field.ledger.chain import Line
from field.ledger.entries import Entry
from field.ledger.facts import VERIFIED_ADDRESS, Fact, fact_row
from field.monitoring.workers.worker_standings import WorkerStanding, first_standings
from field.orm import Base
from field.prepared import Columns
from field.registry.households import Household, Person
from field.registry.idnumber import DISABILITIES, mismatch
from field.registry.masking import mask_phone
from field.registry.regions import code_in
from field.registry.sealing import blind, sealed
from field.registry.search_keys import SearchKey, keys_of_home

DETAILS = (
    "ethnicity", "pupil", "medical_insurance", "pension", "major_illness_cover", "minimum_living",
    "extreme_hardship", "public_job",
)  # fmt: skip
FACTS = ("work_place", "monthly_income")  # beside the phone: what a worker's next message may contradict
GRADES = dict(zip("1234", "一二三四", strict=True))
ERASED = "（已删除）"
Rows = list[dict[str, Any]]
Tables = dict[type[Base], Columns]


def rows_of_new(entered: Iterable[tuple[Entry | Line, dict[str, Any]]]) -> Tables:
    """All rows of households that were not here before, in the order in which they are written."""
    homes: Rows = []
    persons: Rows = []
    keys: Rows = []
    facts: Rows = []
    workers: Rows = []
    for entry, payload in entered:
        home, members = household(entry.chain_id, payload), list(people(entry.chain_id, payload))
        seen = list(observed(entry, payload))
        homes.append(home | {"last_visit_at": None})
        persons += [person | {"left": None} for person in members]
        found = keys_of_home(home["number"], [person["name"] for person in members], home["group"])
        keys += [{"household_id": entry.chain_id, "key": key, "region": home["region"]} for key in found]
        facts += map(fact_row, seen)
        workers += first_standings(entry, home["region"], members, seen)
    several = {Household: homes, Person: persons, SearchKey: keys, Fact: facts, WorkerStanding: workers}
    return {table: by_column(rows) for table, rows in several.items()}


def by_column(rows: Rows) -> Columns:
    """Rows of the same keys, as one list of values for each."""
    return {name: list(map(itemgetter(name), rows)) for name in rows[0]} if rows else {}


def household(household_id: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The row of the household itself."""
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


def people(household_id: str, payload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The rows of its members."""
    for position, said in enumerate(payload["members"], 1):
        number, phone, birth = said.get("id_number"), said.get("phone"), _day(said.get("birth_date"))
        yield {
            "id": said["id"], "household_id": household_id, "position": position,
            "name": said["name"] or ERASED, "sex": said.get("sex"), "relation": said.get("relation"),
            "birth_date": birth, "id_fault": mismatch(number, birth, said.get("sex")),
            "id_number": sealed("id_number", number), "id_number_index": blind("id_number", number) if number else None,
            "phone": sealed("phone", phone), "phone_index": blind("phone", phone) if phone else None,
            "bank_account": sealed("bank_account", said.get("bank_account")),
            "work_place": code_in(said.get("work_place", "")), "work": said.get("work"),
            "months_away": said.get("months_away"), "monthly_income": said.get("monthly_income"),
            "health": said.get("health"), "schooling": said.get("schooling"), "labour": said.get("labour"),
            "details": _details(said),
        }  # fmt: skip


def observed(entry: Entry | Line, payload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The rows of the facts that it states."""
    common = {
        "chain_id": entry.chain_id, "seq": entry.seq, "channel": entry.channel, "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": VERIFIED_ADDRESS, "informant": None,
    }  # fmt: skip
    for place, (subject, attribute, value, hidden) in enumerate(_told(entry.chain_id, payload)):
        what = {"subject": subject, "attribute": attribute, "value": value, "sealed": sealed("fact", hidden)}
        yield {**common, "place": place, **what}


def _told(household_id: str, payload: dict[str, Any]) -> Iterable[tuple[str, str, Any, str | None]]:
    if "risk_factors" in payload:
        yield household_id, "risk_factors", payload["risk_factors"], None
    for said in payload["members"]:
        if phone := said.get("phone"):
            yield said["id"], "phone", mask_phone(phone), phone
        for key in FACTS:
            if key in said:
                yield said["id"], key, said[key], None


def _details(said: dict[str, Any]) -> dict[str, Any]:
    details = {key: said[key] for key in DETAILS if key in said}
    if "work_place" in said and not code_in(said["work_place"]):
        details["work_place_name"] = said["work_place"]
    if card := said.get("disability_card"):
        details["disability"] = f"{DISABILITIES[card[18]]}{GRADES[card[19]]}级"
    return details


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
