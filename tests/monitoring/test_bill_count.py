"""票据计数和救助测算: one bill is counted once, each has its share, and what a late identification costs is seen; pure."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.monitoring.cases.monitored import Span, Spans, Stood, spans
from field.monitoring.policy.shelf import pack_on
from field.monitoring.relief import relief_standings
from field.monitoring.relief.bill_count import Paid, Unclear, distinct
from field.monitoring.relief.relief import relief
from field.monitoring.relief.relief_year import PersonYear, person_year, person_years

RULE = pack_on(date(2026, 11, 26)).relief
PHOTO, OTHER = "a" * 64, "b" * 64
DAY, LATER = date(2026, 3, 2), date(2026, 5, 9)


def told(seq: int, known_as: str = PHOTO, amount: int | None = 100, **more: Any) -> Any:
    """What one entry tells of a bill."""
    row = {
        "chain_id": "home", "seq": seq, "place": 0, "known_as": known_as, "source": "visit", "person_id": "old",
        "issued_on": DAY, "amount": amount, "compliant_amount": amount, "told_on": date(2026, 11, 20), "void": False,
    }  # fmt: skip
    return SimpleNamespace(**row | more)


def paid(day: date, amount: int, compliant: int, seq: int = 1) -> Paid:
    return Paid("home", f"{seq}:0", "old", day, amount, compliant, "visit", date(2026, 12, 31), (seq,))


@pytest.mark.parametrize(
    ("tellings", "amounts", "times"),
    [
        ([told(1)], [100], [1]),
        ([told(1), told(2)], [100], [2]),
        ([told(1), told(2, amount=200)], [200], [2]),
        ([told(2, amount=200), told(1)], [200], [2]),
        ([told(1), told(2, OTHER)], [100], [2]),
        ([told(1), told(2, "2:0")], [100], [2]),
        ([told(1), told(2, OTHER, person_id="young")], [100, 100], [1, 1]),
        ([told(1), told(2, OTHER, issued_on=LATER)], [100, 100], [1, 1]),
        ([told(1), told(2, OTHER, amount=101)], [100, 101], [1, 1]),
        ([told(1), told(2, void=True, source="bill_corrected")], [], []),
        ([told(1), told(2, amount=200, source="bill_corrected"), told(3, OTHER)], [200, 100], [1, 1]),
        ([told(1, "1:0"), told(1, "1:0", amount=200, chain_id="there")], [100, 200], [1, 1]),
        ([told(1, person_id=None), told(2, OTHER, person_id=None)], [100, 100], [1, 1]),
    ],
)
def test_a_bill_known_twice_is_counted_once_and_the_newest_telling_holds(
    tellings: list[Any], amounts: list[int], times: list[int]
) -> None:
    found = distinct(tellings)
    assert sorted(bill.amount or 0 for bill in found) == sorted(amounts)
    assert sorted(bill.times for bill in found) == sorted(times)


def test_two_papers_of_one_bill_keep_both_traces_and_what_either_knows() -> None:
    [bill] = distinct([told(1, compliant_amount=70), told(4, "4:0", compliant_amount=None)])
    assert (bill.seqs, bill.compliant_amount, bill.times) == ((1, 4), 70, 2)


def test_of_two_papers_of_one_bill_the_newer_holds_and_only_what_was_put_right_is_called_so() -> None:
    [bill] = distinct([told(1, compliant_amount=70), told(4, "4:0", compliant_amount=80)])
    assert (bill.compliant_amount, bill.corrected) == (80, False)
    [bill] = distinct([told(1), told(2, amount=200, source="bill_corrected")])
    assert bill.corrected


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, []),
        ({"person_id": None}, [Unclear.PERSON]),
        ({"issued_on": None}, [Unclear.DATE]),
        ({"amount": None, "compliant_amount": 100}, [Unclear.AMOUNT]),
        ({"compliant_amount": None}, [Unclear.COMPLIANT]),
        ({"compliant_amount": 101}, [Unclear.TOO_MUCH]),
        ({"issued_on": date(2026, 11, 21)}, [Unclear.LATER]),
        ({"issued_on": date(2026, 11, 20)}, []),
        ({"amount": None, "compliant_amount": None}, [Unclear.AMOUNT, Unclear.COMPLIANT]),
    ],
)
def test_what_is_not_known_of_a_bill_is_not_nothing(changes: dict[str, Any], why: list[Unclear]) -> None:
    [bill] = distinct([told(1, **changes)])
    assert bill.unclear == why
    assert len(person_years([bill], (), lambda _year: RULE)) == (0 if why else 1)


def test_each_bill_has_its_share_and_what_is_not_compliant_is_borne_whole() -> None:
    bills = [paid(DAY, 4_000_000, 3_200_000), paid(LATER, 700_000, 600_000, 2)]
    in_time, late = (person_year(bills, 2026, (Span(day),), RULE) for day in (date(2025, 1, 1), date(2026, 4, 30)))
    assert [(one.basic, one.tilted, one.borne) for one in in_time.shares] == [
        (1_800_000, 570_000, 1_630_000), (360_000, 144_000, 196_000)
    ]  # fmt: skip
    assert (in_time.paid, in_time.borne, in_time.lost) == (2_874_000, 1_826_000, 0)
    assert [(one.since_identified, one.basic, one.tilted) for one in late.shares] == [(False, 0, 0), (True, 240_000, 0)]
    assert (late.non_compliant, late.before, late.lost, late.left) == (900_000, 3_200_000, 2_634_000, 1_826_000)


def test_the_month_is_told_in_which_a_cap_is_reached() -> None:
    bills = [paid(date(2026, month, 10), 5_000_000, 5_000_000, month) for month in (2, 4, 6, 8)]
    [cap] = person_year(bills, 2026, (Span(date(2025, 1, 1)),), RULE).capped
    assert (cap.layer, cap.month) == ("basic", 6), "60 % of 50,000 a bill, above 2,000: 80,000 with the third"
    assert person_year(bills[:2], 2026, (Span(date(2025, 1, 1)),), RULE).capped == ()


def test_each_year_and_person_counts_for_itself() -> None:
    bills = [paid(date(2025, 12, 31), 600_000, 600_000), paid(date(2026, 1, 1), 600_000, 600_000, 2)]
    years = person_years(bills, (Span(date(2025, 1, 1)),), lambda _year: RULE)
    assert [(one.year, one.basic) for one in years] == [(2026, 240_000), (2025, 240_000)]


FIRST, ENDED = ("2026-03-01", "sudden", "2026-02-01"), ("2026-06-01", None, "2026-02-01")
WHOLE = [2, 5, 7, 9, 12]
STOOD: list[tuple[str, list[tuple[str, str | None, str]], list[int]]] = [
    ("never identified", [], []),
    ("from the day of identification", [FIRST], WHOLE),
    ("until the elimination", [FIRST, ENDED], [2, 5]),
    ("marked again: two rounds", [FIRST, ENDED, ("2026-08-01", "sudden", "2026-08-01")], [2, 5, 9, 12]),
    ("rolled back: it never ended", [FIRST, ENDED, ("2026-07-01", "sudden", "2026-02-01")], WHOLE),
    ("a day corrected", [("2026-03-01", "sudden", "2026-04-01"), ("2026-06-01", "sudden", "2026-02-01")], WHOLE),
]


def monitored_by(stood: list[tuple[str, str | None, str]]) -> Spans:
    return spans(
        Stood(datetime.fromisoformat(f"{at}T04:00+00:00"), kind, date.fromisoformat(since)) for at, kind, since in stood
    )


def monthly() -> list[Paid]:
    """One bill in January and in each month of WHOLE."""
    return [paid(date(2026, month, 15), 1_000_000, 1_000_000, month) for month in (1, *WHOLE)]


@pytest.mark.parametrize(("stood", "relieved"), [case[1:] for case in STOOD], ids=[case[0] for case in STOOD])
def test_relief_is_reckoned_for_the_days_on_which_the_household_was_monitored(
    stood: list[tuple[str, str | None, str]], relieved: list[int]
) -> None:
    monitored, bills = monitored_by(stood), monthly()
    year = person_year(bills, 2026, monitored, RULE)
    assert [one.bill.day.month for one in year.shares if one.since_identified] == relieved
    assert year.paid == relief(1_000_000 * len(relieved), RULE).paid


@pytest.mark.parametrize(
    ("stood", "older"),
    [
        ([], [1, *WHOLE]),
        ([FIRST], [1]),
        ([FIRST, ENDED], [1]),
        ([FIRST, ENDED, ("2026-08-01", "sudden", "2026-08-01")], [1, 7]),
    ],
    ids=["never identified", "monitored", "after the elimination nothing is too late", "between two rounds it is"],
)
def test_lost_is_only_what_an_earlier_identification_would_have_covered(
    stood: list[tuple[str, str | None, str]], older: list[int]
) -> None:
    monitored, bills = monitored_by(stood), monthly()
    year = person_year(bills, 2026, monitored, RULE)
    covered = [one for one in year.shares if one.since_identified or one.older]
    assert [one.bill.day.month for one in year.shares if one.older] == older
    assert year.lost == relief(1_000_000 * len(covered), RULE).paid - year.paid
    assert (year.before, year.since) == (1_000_000 * len(older), 1_000_000 * (len(covered) - len(older)))
    [kept] = relief_standings.sums(bills, monitored).values()
    assert (kept.since, kept.whole) == (year.since, year.since + year.before), "the board counts the same"


several = st.lists(
    st.builds(paid, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(10**6, 10**8), st.integers(0, 10**6),
              st.integers(1, 99)), min_size=1, max_size=8,
)  # fmt: skip
days = st.one_of(st.none(), st.dates(date(2025, 6, 1), date(2026, 12, 31)))


@given(several, days, st.sampled_from(["remainder", "whole"]), st.randoms(use_true_random=False))
def test_shares_add_up_whatever_the_order_and_agree_with_the_layers(
    bills: list[Paid], identified_on: date | None, second_on: Any, chance: Any
) -> None:
    rule = RULE.model_copy(update={"second_on": second_on})
    shuffled = bills.copy()
    chance.shuffle(shuffled)
    monitored = (Span(identified_on),) if identified_on else ()
    year = person_year(bills, 2026, monitored, rule)
    assert sums(person_year(shuffled, 2026, monitored, rule)) == sums(year)
    assert year.basic + year.tilted + year.borne == year.amount
    assert all(min(one.basic, one.tilted) >= 0 for one in year.shares)
    assert second_on == "whole" or all(one.borne >= 0 for one in year.shares)
    since = relief(
        sum(bill.compliant_amount or 0 for bill in bills if identified_on and bill.day >= identified_on), rule
    )
    assert (year.basic, year.tilted) == (since.basic, since.tilted)
    assert year.lost == relief(sum(bill.compliant_amount or 0 for bill in bills), rule).paid - since.paid
    assert 0 <= year.lost <= year.borne
    assert year.left >= 0


def sums(year: PersonYear) -> tuple[int, ...]:
    return year.amount, year.basic, year.tilted, year.borne, year.lost
