"""从表单到走访: what was filled in, as the visit that the rules judge; what does not fit is left for them to name."""

import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from field.api.openrosa.reading import Filled
from field.api.openrosa.sheets import MONEY, OF_MEMBER, SECTIONS
from field.codes import Expense, Guarantee, Income

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?(E-?[0-9]{1,2})?", re.ASCII)
OF_NEW = ("name", "relation", "sex", "birth_date")


def visit_id(instance: str) -> str:
    """记录编号 of an instanceID, always the same and of the shape that the rules ask for."""
    digest = sha256(f"openrosa:{instance}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-7{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def pictures(form: Filled) -> list[str]:
    """The names of the files that the photographs are in."""
    return [name for photo in form.all("photo") if (name := photo.said("picture"))]


def visit_of(form: Filled, instance: str, household_id: str, digests: Mapping[str, str]) -> dict[str, Any]:
    """The visit, photographs by their digests."""
    at = form.said("visited_at")
    parts: dict[str, Any] = {
        "id": visit_id(instance), "household_id": household_id, "visited_at": at, "informant": form.said("informant"),
        "unchanged": [name for name in SECTIONS if form.said(f"{name}_state") == "unchanged"],
        "needs": [need for need in form.said("needs").split() if need != "none"], "note": form.said("note"),
        "evidence": [_photo(one, digests) for one in form.all("photo") if one.said("picture")],
    }  # fmt: skip
    parts |= _place(form, at)
    sections = {
        "members": _members, "income": _income, "expenses": _expenses, "guarantees": _guarantees,
        "risk_factors": _risks,
    }  # fmt: skip
    opened = {name: of(form.one(name)) for name, of in sections.items() if form.said(f"{name}_state") == "changed"}
    return parts | {"members": []} | opened


def _place(form: Filled, at: str) -> dict[str, Any]:
    written = form.said("place").split()
    if not written:
        return _kept({"location_reason": form.said("location_reason")})
    latitude, longitude, _, accuracy = [*(_number(text) for text in written[:4]), *[None] * 4][:4]
    fix = {"fix_at": form.said("fix_at") or at, "datum": "WGS-84"}
    return {"location": {"latitude": latitude, "longitude": longitude, "accuracy_m": accuracy, **fix}}


def _members(section: Filled) -> list[dict[str, Any]]:
    """One item a person, however often the form was opened for them."""
    several: dict[object, dict[str, Any]] = {}
    for place, one in enumerate(map(_member, section.all("member"))):
        several.setdefault(one.get("person_id", place), {}).update(one)
    return list(several.values())


def _member(one: Filled) -> dict[str, Any]:
    facts = {name: _answer(one, name) for name in OF_MEMBER}
    if one.said("whose") == "new":
        return {"new": _kept({name: one.said(name) for name in OF_NEW} | facts)}
    return _kept({"person_id": one.said("person"), **facts, "left": one.said("left")})


def _income(section: Filled) -> dict[str, Any]:
    amounts = {part.value: _fen(section.said(f"income_{part.value}")) for part in Income}
    return amounts | {"period": {"from": section.said("period_from"), "to": section.said("period_to")}}


def _expenses(section: Filled) -> dict[str, Any]:
    return {part.value: _fen(section.said(f"expenses_{part.value}")) for part in Expense}


def _guarantees(section: Filled) -> dict[str, Any]:
    return {
        one.value: _kept({"status": section.said(f"has_{one.value}"), "note": section.said(f"note_{one.value}")})
        for one in Guarantee
    }


def _risks(section: Filled) -> list[str]:
    """The main one first."""
    return list(dict.fromkeys(f"{section.said('main_risk')} {section.said('other_risks')}".split()))


def _photo(one: Filled, digests: Mapping[str, str]) -> dict[str, Any]:
    told = {"person_id": one.said("whose_bill"), "issued_on": one.said("issued_on")}
    amounts = {name: _answer(one, name) for name in ("amount", "compliant_amount")}
    return _kept({"sha256": digests.get(one.said("picture")), "kind": one.said("kind"), **told, **amounts})


def _answer(one: Filled, name: str) -> Any:
    """One answer in the kind that the rules ask for; nothing where nothing was said."""
    text = one.said(name)
    if name in MONEY:
        return _fen(text) if text else None
    return _number(text) if name == "months_away" and text else text


def _fen(text: str) -> Any:
    """元 as 分; what is no number stays as it was written, for the rules to name."""
    return _whole(Decimal(text) * 100) if NUMBER.fullmatch(text) else text


def _number(text: str) -> Any:
    return _whole(Decimal(text)) if NUMBER.fullmatch(text) else text


def _whole(value: Decimal) -> int | float:
    """A number as JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    """Without what was left empty."""
    return {name: value for name, value in told.items() if value not in ("", None)}
