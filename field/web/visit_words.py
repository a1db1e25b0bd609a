"""走访内容: a visit as titled sections of labelled lines in Chinese; what a phone sent oddly is shown as it came."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext

from field.codes import Expense, Guarantee, Income, Kind, Left, Need, RiskFactor
from field.labels import Labelled, Word
from field.ledger.facts import INCOME, WITHDRAWN, Fact
from field.monitoring.roster.roster_claims import CLAIMED, NOT_LISTED
from field.monitoring.visiting.visit_rules import definition
from field.registry.contact_rules import Withdrawn
from field.registry.filling import FILLED, HOUSEHOLD_FILLED
from field.registry.masking import mask_id_number, mask_phone
from field.registry.roster import SEX
from field.web.catalogue import in_a_row, word_said
from field.web.member_words import of_member
from field.web.wording import day, yuan


class Line(NamedTuple):
    """One line: what it speaks of, what it says, and whether it is trouble."""

    label: str
    text: str
    trouble: bool = False


class Section(NamedTuple):
    """One part of a visit with its Chinese title."""

    title: str
    lines: list[Line]


def sections(visit: Any, names: Mapping[str, str]) -> list[Section]:
    """The parts of a visit that say anything; `names` are those of people and places, by id and code."""
    if not isinstance(visit, dict):
        return []
    told = [Section(title(name), lines_of(name, visit[name], names)) for name in TOLD if visit.get(name)]
    return [section for section in told if section.lines]


def lines_of(name: str, value: Any, names: Mapping[str, str]) -> list[Line]:
    """One section's lines; a value of another shape than the form gives is told as plain text."""
    try:
        lines: list[Line] = TOLD[name](value, names)
    except (AttributeError, KeyError, TypeError, ValueError):
        return [Line("", str(value)[:500])]
    return lines


def title(name: str) -> str:
    """The Chinese title of a section, from the form's own definition; a roster's claim is in no form."""
    if name in HOUSEHOLD_FILLED:
        return Word(FILLED[name].header)
    called: str = gettext("名册上的监测类别") if name == CLAIMED else definition()["properties"][name]["title"]
    return Word(called)


def personal_title(name: str) -> str:
    """The Chinese title of a fact about a person."""
    form = definition()["$defs"]["member"]["properties"]
    fields = form["new"]["properties"] | form | {WITHDRAWN: {"title": gettext("不再算的号码")}}
    header = FILLED[name].header if name in FILLED else name
    return Word(fields.get(name, {}).get("title", header))


def pay(least: int, most: int | None) -> str:
    """一个月的收入, as exactly as it was said."""
    if most is None:
        return str(gettext("%(least)s以上", least=yuan(least)))
    return yuan(least) if most == least else f"{yuan(least)} – {yuan(most)}"


def fact_told(fact: Fact, names: Mapping[str, str], most: Mapping[tuple[str, int], int | None]) -> str:
    """One fact about a person, with the most that its entry says of his income."""
    if fact.attribute == INCOME:
        return pay(fact.value, most.get((fact.chain_id, fact.seq), fact.value))
    return personal(fact.attribute, fact.value, names).text


def personal(name: str, value: Any, names: Mapping[str, str]) -> Line:
    """One value of a person's."""
    shown = PERSONAL[name](value, names) if name in PERSONAL else _said(value)
    return Line(personal_title(name), shown, trouble=name == "left")


def _said(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else gettext("是") if value else gettext("否")


def _plain(value: Any, _: Mapping[str, str]) -> list[Line]:
    return [Line("", str(value))]


def _money(labels: type[Labelled], value: Any) -> list[Line]:
    return [Line(label, yuan(value[code])) for code, label in labels.labels().items() if code in value]


def _income(value: Any, _: Mapping[str, str]) -> list[Line]:
    period = value.get("period")
    span = [Line(gettext("时段"), gettext("%(from)s至%(to)s", **period).replace("-", "."))] if period else []
    return _money(Income, value) + span


def _expenses(value: Any, _: Mapping[str, str]) -> list[Line]:
    return _money(Expense, value)


def _guarantees(value: Any, _: Mapping[str, str]) -> list[Line]:
    there = [(label, value[code]) for code, label in Guarantee.labels().items() if code in value]
    return [
        Line(label, gettext("有保障")) if one["status"] == "ok" else Line(label, _problem(one.get("note")), True)
        for label, one in there
    ]


def _problem(note: Any) -> str:
    return str(gettext("有问题：%(note)s", note=note or gettext("没有说明")))


def _location(value: Any, _: Mapping[str, str]) -> list[Line]:
    north, east, metres = (float(value[key]) for key in ("latitude", "longitude", "accuracy_m"))
    words = gettext(
        "北纬 %(north).5f°，东经 %(east).5f°，误差约 %(metres).0f 米", north=north, east=east, metres=metres
    )
    return [Line("", words)]


def _claimed(value: Any, _: Mapping[str, str]) -> list[Line]:
    return [Line("", Kind.label_of(value["kind"]) if value["kind"] != NOT_LISTED else gettext("未纳入监测"))]


def _coded(labels: type[Labelled]) -> Any:
    return lambda value, _: [Line("", in_a_row(labels.label_of(code) for code in value))] if value else []


def _unchanged(value: Any, _: Mapping[str, str]) -> list[Line]:
    return [Line("", in_a_row(title(name) for name in value))] if value else []


def _members(value: Any, names: Mapping[str, str]) -> list[Line]:
    return [Line(*_member(item, names)) for item in value]


def _member(item: Any, names: Mapping[str, str]) -> tuple[str, str]:
    said = item.get("new", item)
    told = [personal(key, one, names) for key, one in said.items() if key not in ("person_id", "name")]
    known = names.get(str(item.get("person_id")), gettext("成员"))
    who = gettext("新增 %(name)s", name=said["name"]) if "new" in item else known
    return who, in_a_row((f"{word_said(line.label)} {line.text}" for line in told), "；")


PERSONAL: dict[str, Any] = {
    "phone": lambda value, _: mask_phone(str(value)),
    WITHDRAWN: lambda value, _: in_a_row((value["phone"], Withdrawn.label_of(value["why"])), "；"),
    "id_number": lambda value, _: mask_id_number(str(value)),
    "work_place": lambda value, names: names.get(value, value),
    "monthly_income": lambda value, _: yuan(value),
    "months_away": lambda value, _: gettext("%(months)s 个月", months=value),
    "birth_date": lambda value, _: day(str(value)),
    **dict.fromkeys(("relation", "health", "labour"), lambda value, _: of_member(value)),
    "sex": lambda value, _: SEX.get(value, value),
    "left": lambda value, _: Left.label_of(value),
}
TOLD: dict[str, Any] = {
    "informant": lambda value, _: [Line("", of_member(value))],
    "location": _location, "location_reason": _plain, "unchanged": _unchanged,
    "income": _income, "expenses": _expenses, "guarantees": _guarantees,
    "risk_factors": _coded(RiskFactor), "needs": _coded(Need), "members": _members, "note": _plain,
    CLAIMED: _claimed,
}  # fmt: skip
