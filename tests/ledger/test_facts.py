"""事实: what contradicts what is known best, and what is only older news."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from field.ledger.facts import HEARSAY, SEEN, VERIFIED_ADDRESS, Fact, known, weight

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def fact(value: Any, days_ago: int, level: int = VERIFIED_ADDRESS, **more: Any) -> Fact:
    row: dict[str, Any] = {
        "chain_id": "home", "seq": 100 - days_ago, "place": 0, "subject": "her", "attribute": "monthly_income",
        "value": value, "channel": "sms", "recorder": f"{level}-{days_ago}", "level": level,
        "observed_at": NOW - timedelta(days=days_ago),
    }  # fmt: skip
    return Fact(**row | more)


ROSTER: dict[str, Any] = {"channel": "roster", "recorder": "county"}
CASES: list[tuple[str, list[Fact], Any, list[Any]]] = [
    ("her own news against an old roster", [fact(400000, 200, **ROSTER), fact(520000, 1)], 520000, []),
    ("a roster that is newer than her word", [fact(520000, 30), fact(400000, 1, **ROSTER)], 400000, [520000]),
    ("what a neighbour said before she did", [fact(300000, 9, HEARSAY), fact(520000, 1)], 520000, []),
    ("what a neighbour says after she did", [fact(300000, 1, HEARSAY), fact(520000, 9)], 520000, [300000]),
    ("her word against a surer list before", [fact(300000, 100, SEEN, **ROSTER), fact(520000, 1)], 520000, [300000]),
    ("two cadres, one after the other", [fact(300000, 9, SEEN), fact(520000, 1, SEEN)], 520000, [300000]),
    ("her word against what a cadre saw before", [fact(300000, 9, SEEN), fact(520000, 1)], 300000, [520000]),
    ("what two say against what a third says later", [fact(300000, 3), fact(300000, 2), fact(520000, 1)], 300000, [520000]),
    ("a district of the city that was known", [fact("4403", 1, SEEN, attribute="work_place"),
     fact("440309", 1, attribute="work_place")], "4403", []),
    ("the city of a district that was known", [fact("440309", 1, SEEN, attribute="work_place"),
     fact("4403", 1, attribute="work_place")], "440309", []),
    ("another district", [fact("440309", 1, SEEN, attribute="work_place"),
     fact("440306", 1, attribute="work_place")], "440309", ["440306"]),
    ("a number, which changes only when it confirms", [fact("138", 200, attribute="phone", **ROSTER),
     fact("139", 1, attribute="phone")], "139", ["138"]),
]  # fmt: skip


@pytest.mark.parametrize(("told", "best", "others"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_news_replaces_what_was_less_sure_and_all_else_stands_beside_it(
    told: list[Fact], best: Any, others: list[Any]
) -> None:
    [found] = known(told, NOW).values()
    assert (found.best.value, [one.value for one in found.others]) == (best, others)


def number(value: str, days_ago: int, **more: Any) -> Fact:
    return fact(value, days_ago, attribute="phone", sealed=value, **more)


OVER = number("139", 1, **ROSTER)
OVER.attribute = "phone_withdrawn"


@pytest.mark.parametrize(
    ("phones", "standing"),
    [([number("138", 200, **ROSTER), number("139", 2)], ["138"]), ([number("139", 2)], []),
     ([number("139", 1)], []), ([number("139", 2), number("139", 0)], ["139"]),
     ([number("138", 9), number("138", 2)], ["138"])],
    ids=["the old one stands again", "nothing is left", "told in the same moment", "it was seen again since",
         "another one is untouched"],
)  # fmt: skip
def test_a_number_that_was_withdrawn_counts_no_more_until_it_is_told_again(
    phones: list[Fact], standing: list[str]
) -> None:
    found = known([*phones, OVER], NOW)
    told = found.get(("her", "phone"))
    assert [one.value for one in (told.best, *told.others)] == standing if told else not standing
    assert found["her", "phone_withdrawn"].best.value == "139", "and is shown as such"


def test_several_numbers_that_were_withdrawn_are_all_told_and_do_not_contradict() -> None:
    both = [number(value, 1, **ROSTER) for value in ("139", "137")]
    for one in both:
        one.attribute = "phone_withdrawn"
    [found] = known(both, NOW).values()
    assert {found.best.value, *(one.value for one in found.others)} == {"139", "137"}
    assert not found.contested


def test_what_a_clock_that_runs_ahead_dates_into_the_future_is_no_surer_for_it() -> None:
    assert weight(fact(520000, -30), NOW) == weight(fact(520000, 0), NOW)
