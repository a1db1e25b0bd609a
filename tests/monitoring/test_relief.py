"""医疗救助: the published table, and what holds for every cost."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.monitoring.policy.shelf import pack_on
from field.monitoring.relief.relief import relief
from tests.county import County

RULE = pack_on(date(2026, 11, 26)).relief
costs = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("cost", "basic", "tilted", "borne"),
    [
        (0, 0, 0, 0),
        (2_000, 0, 0, 2_000),
        (6_000, 2_400, 0, 3_600),
        (38_000, 21_600, 7_140, 9_260),
        (60_000, 34_800, 12_420, 12_780),
        (200_000, 80_000, 69_300, 50_700),
    ],
)
def test_the_layers_are_those_of_the_table(cost: int, basic: int, tilted: int, borne: int) -> None:
    assert vars(relief(cost * 100, RULE)) == {"basic": basic * 100, "tilted": tilted * 100, "borne": borne * 100}


def test_each_layer_is_rounded_half_up() -> None:
    half = RULE.model_copy(update={"layer": [RULE.layer[0].model_copy(update={"percent": 50, "above_yuan": 0})]})
    assert [relief(cost, half).basic for cost in (1, 2, 3, 5)] == [1, 1, 2, 3]


def test_a_county_may_set_the_second_layer_on_the_whole_cost() -> None:
    whole = RULE.model_copy(update={"second_on": "whole"})
    assert relief(3_800_000, whole).tilted == min(2_010_000, 3_800_000 - 2_160_000)


@given(costs, costs, st.sampled_from(["remainder", "whole"]))
def test_relief_grows_with_the_cost_and_never_exceeds_it(one: int, other: int, second_on: str) -> None:
    rule = RULE.model_copy(update={"second_on": second_on})
    less, more = relief(min(one, other), rule), relief(max(one, other), rule)
    assert less.basic + less.tilted + less.borne == min(one, other)
    assert min(less.basic, less.tilted, less.borne) >= 0
    assert less.paid <= more.paid <= max(one, other)


@pytest.mark.parametrize(("cost", "told"), [("38000", (2160000, 714000, 926000)), ("6000.01", (240001, 0, 360000))])
def test_the_command_prints_the_layers(small_county: County, cost: str, told: tuple[int, int, int]) -> None:
    answer = small_county.app.test_cli_runner().invoke(args=["relief", cost, "--on", "2026-11-26"])
    assert json.loads(answer.stdout) == dict(zip(("basic", "tilted", "borne"), told, strict=True))


@pytest.mark.parametrize("cost", ["-1", "1.234", "abc", "NaN", "1e99", "١٢"])
def test_the_command_refuses_what_is_no_cost(small_county: County, cost: str) -> None:
    answer = small_county.app.test_cli_runner().invoke(args=["relief", "--", cost])
    assert answer.exit_code == 2


def test_a_day_before_the_first_pack_has_no_layers(small_county: County) -> None:
    answer = small_county.app.test_cli_runner().invoke(args=["relief", "38000", "--on", "1999-01-01"])
    assert (answer.exit_code, "最早的从 2022-01-01 起" in answer.output) == (1, True)
