"""事实: what contradicts what is known best, and what is only older news."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from field.ledger.facts import HEARSAY, SEEN, VERIFIED_ADDRESS, Fact, known

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
    ("two cadres, one after the other", [fact(300000, 9, SEEN), fact(520000, 1, SEEN)], 520000, [300000]),
    ("her word against what a cadre saw before", [fact(300000, 9, SEEN), fact(520000, 1)], 300000, [520000]),
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
