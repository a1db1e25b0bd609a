"""可能的人: what speaks for whom, as a table; the ranking is pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from field.registry.candidates import AGAINST, FOR, Ground, Known, compare, rank, score

KNOWN = Known("陈大一", "堰垭村", "3515")
G = Ground


@pytest.mark.parametrize(
    ("claim", "grounds"),
    [
        ({}, set()),
        ({"name": "陈大一"}, {G.NAME}),
        ({"name": "陈大二"}, {G.OTHER_NAME}),
        ({"name": "陈大一", "village": "堰垭村", "last4": "3515"}, {G.NAME, G.VILLAGE, G.LAST_FOUR}),
        ({"name": " 陈大一 ", "village": "堰垭", "last4": 3515}, {G.NAME, G.VILLAGE, G.LAST_FOUR}),
        ({"village": "尧治河村", "last4": "3516"}, {G.OTHER_VILLAGE, G.OTHER_LAST_FOUR}),
        ({"name": None, "village": "", "last4": None, "more": "x"}, set()),
    ],
)
def test_a_claim_speaks_for_or_against(claim: dict[str, object], grounds: set[Ground]) -> None:
    assert compare(claim, KNOWN) == grounds


def test_who_has_no_id_number_on_file_is_neither_confirmed_nor_refuted_by_its_end() -> None:
    assert compare({"last4": "3515"}, Known("陈大一", "堰垭村")) == set()
    assert compare({"last4": "351x"}, Known("陈大一", "堰垭村", "351X")) == {G.LAST_FOUR}


@pytest.mark.parametrize(
    ("likelier", "than"),
    [
        ({G.VERIFIED}, {G.STALE}),
        ({G.STALE}, {G.PENDING}),
        ({G.PENDING}, {G.CLAIMED}),
        ({G.ON_FILE}, {G.PENDING}),
        ({G.NAME, G.LAST_FOUR}, {G.ON_FILE}),
        ({G.NAME, G.LAST_FOUR, G.VILLAGE}, {G.NAME, G.LAST_FOUR}),
        ({G.NAME, G.LAST_FOUR}, {G.NAME, G.OTHER_LAST_FOUR}),
        ({G.ON_FILE, G.NAME}, {G.ON_FILE, G.OTHER_NAME}),
        ({G.VERIFIED, G.CLAIMED}, {G.VERIFIED}),
    ],
)
def test_one_is_likelier_than_another(likelier: set[Ground], than: set[Ground]) -> None:
    assert score(likelier) > score(than)
    assert [one.person_id for one in rank({"than": than, "likelier": likelier})] == ["likelier", "than"]


def test_for_whom_nothing_speaks_is_no_candidate_and_equals_keep_their_order() -> None:
    ranked = rank({"b": {G.NAME}, "a": {G.NAME}, "c": set(), "d": {G.OTHER_NAME}})
    assert [(one.person_id, one.score) for one in ranked] == [("a", 35), ("b", 35)]
    [both] = rank({"a": [G.OTHER_VILLAGE, G.NAME, G.ON_FILE]})
    assert both.grounds == (G.ON_FILE, G.NAME, G.OTHER_VILLAGE), "what speaks for it first, the strongest on top"


@given(some.sets(some.sampled_from(Ground)), some.sampled_from(Ground))
def test_more_for_somebody_never_lowers_and_more_against_never_raises(grounds: set[Ground], more: Ground) -> None:
    before, after = score(grounds), score({*grounds, more})
    assert 0 <= after <= 99, "never certain: a person decides"
    assert after >= before if more in FOR else after <= before
    assert (more in FOR) != (more in AGAINST)
