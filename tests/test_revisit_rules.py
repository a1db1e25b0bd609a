"""The revisit's rules, over the cases that the phone's judge runs too."""

from typing import Any

import pytest

from field.monitoring.visiting.visit_rules import definition, faults
from tests.revisiting import CASES
from tests.test_visit_rules import changed


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_every_fault_is_named_and_nothing_else(case: dict[str, Any]) -> None:
    found = faults(changed(CASES["base"], case), "revisit")
    assert [fault["field"] for fault in found] == case["fields"]
    assert [fault["message"] for fault in found] == case.get("says", [fault["message"] for fault in found])


def test_what_both_ask_alike_is_defined_once() -> None:
    visit, revisit = definition(), definition("revisit")
    for name in ("location", "guarantees", "expenses", "evidence"):
        assert revisit["properties"][name] == visit["properties"][name]
