"""填报表的比对: of what was sent, what was written and what stands now, nothing is lost and nothing overwritten."""

from hypothesis import given
from hypothesis import strategies as st

from field.registry.filling import FILLED, Turn, cell, text, weigh
from field.registry.roster_cells import reader

VALUES = st.sampled_from([None, "一组", "二组", "三组", 0, 120000, True, False])


@given(VALUES, VALUES, VALUES)
def test_a_cell_is_taken_in_only_where_the_ledger_has_not_moved(sent: object, written: object, now: object) -> None:
    turn = weigh(sent, written, now)
    if written == sent:
        assert turn is Turn.SAME, "what the office left alone says nothing"
    elif now == sent:
        assert turn is Turn.CHANGE
    else:
        assert turn is (Turn.SAME if written == now else Turn.CONFLICT)


@given(VALUES, VALUES)
def test_a_cell_that_was_taken_in_is_the_same_when_it_comes_again(sent: object, written: object) -> None:
    assert weigh(sent, written, written) is Turn.SAME


def test_every_cell_that_goes_out_is_read_back_as_the_value_that_it_was() -> None:
    samples = {"choice": "健康", "yes": True, "whole": 8, "money": 350050, "text": "3组"}
    for key, column in FILLED.items():
        if column.kind == "phone":
            continue
        value = next((code for word, code in column.choices.items() if word), samples.get(column.kind))
        assert reader(column)(text(cell(key, value))) == value, key
