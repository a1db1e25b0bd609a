"""The visit's rules, over the cases that the phone's judge runs too."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from field.monitoring.visiting.visit_rules import faults, unasked

CASES = json.loads(Path(__file__).with_name("visit_cases.json").read_text(encoding="utf-8"))


def visit_of(case: dict[str, Any]) -> Any:
    """The visit of a case."""
    return changed(CASES["base"], case)


def changed(base: Any, case: dict[str, Any]) -> Any:
    """The base with a case's changes."""
    visit = copy.deepcopy(base)
    for path in case.get("drop", []):
        holder, last = _holder(visit, path)
        del holder[last]
    for path, value in case.get("set", {}).items():
        holder, last = _holder(visit, path)
        holder[last] = value
    for path, times in case.get("repeat", {}).items():
        holder, last = _holder(visit, path)
        holder[last] *= times
    return visit


def _holder(visit: Any, path: str) -> tuple[Any, Any]:
    *way, last = path.split(".")
    for part in way:
        visit = visit[int(part)] if isinstance(visit, list) else visit[part]
    return visit, int(last) if isinstance(visit, list) else last


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_every_fault_is_named_and_nothing_else(case: dict[str, Any]) -> None:
    found = faults(visit_of(case))
    assert [fault["field"] for fault in found] == case["fields"]
    assert [fault["message"] for fault in found] == case.get("says", [fault["message"] for fault in found])


@pytest.mark.parametrize("case", [case for case in CASES["cases"] if "unasked" in case], ids=lambda case: case["name"])
def test_what_a_declaration_still_asks_is_named_and_is_no_fault_of_the_visit(case: dict[str, Any]) -> None:
    assert [left["field"] for left in unasked(visit_of(case))] == case["unasked"]
    assert faults(visit_of(case)) == []


@pytest.mark.parametrize("body", [None, 1, "x", [], True])
def test_something_that_is_no_visit_at_all_is_refused_in_words(body: Any) -> None:
    assert [fault["message"] for fault in faults(body)] == ["走访记录填得不对，请重新填写"]


def test_the_words_name_the_field_as_the_form_does() -> None:
    visit = copy.deepcopy(CASES["base"])
    visit["income"]["wages"] = "many"
    assert faults(visit) == [{"field": "income.wages", "message": "工资性收入请填数字"}]
