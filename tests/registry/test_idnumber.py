"""证件号码: what is a citizen number and what a spreadsheet has made of one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.registry import idnumber

BIRTHS = st.dates(date(1900, 1, 1), date(2026, 12, 31))
NUMBERS = st.builds(
    idnumber.make, st.sampled_from(["420626", "420699", "110101", "820000"]), BIRTHS, st.integers(0, 999)
)


def test_the_example_of_the_standard_is_a_citizen_number() -> None:
    assert idnumber.fault("11010519491231002X") is None
    assert idnumber.fault("11010519491231002x") is None
    assert idnumber.birth_date("11010519491231002X") == date(1949, 12, 31)
    assert idnumber.sex("11010519491231002X") == "female"


@given(NUMBERS)
def test_a_number_that_was_made_has_no_fault(number: str) -> None:
    assert idnumber.fault(number) is None


@given(BIRTHS, st.integers(0, 999))
def test_birth_and_sex_are_read_back_from_the_number(birth: date, sequence: int) -> None:
    number = idnumber.make("420626", birth, sequence)
    assert idnumber.birth_date(number) == birth
    assert idnumber.sex(number) == ("male" if sequence % 2 else "female")


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    assert idnumber.fault(number[:place] + wrong + number[place + 1 :]) is not None


@given(NUMBERS, st.integers(0, 15))
def test_two_swapped_neighbours_are_always_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or idnumber.fault(swapped) is not None


@given(NUMBERS)
def test_a_number_that_was_a_number_cell_is_refused_as_damaged(number: str) -> None:
    digits = number.replace("X", "0")
    as_float = float(digits)
    for damaged in (as_float, int(digits), f"{as_float:.5E}", f"{as_float:g}", f"{int(as_float)}.0"):
        assert idnumber.fault(damaged) == idnumber.DAMAGED


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.dates()))
def test_whatever_stands_in_the_cell_gets_an_answer(value: object) -> None:
    assert idnumber.fault(value)
    assert idnumber.card_fault(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "这里有0位"),
        ("42062619800101001", "这里有17位"),
        ("42062619800101001A", "不该有的字"),
        ("４２０６９９１９８００１０１００１２", "校验位"),
        ("990626198001010012", "省级代码"),
        ("420626198002300012", "出生日期不存在"),
        ("420626189901010012", "出生日期不存在"),
        ("420626198001010000", "表格软件"),
        ("4.20626E+17", "表格软件"),
        ("420626198001010000.0", "表格软件"),
    ],
)
def test_the_reason_says_what_is_wrong(text: str, words: str) -> None:
    assert words in (idnumber.fault(text) or "")


@given(NUMBERS, st.sampled_from("1234567"), st.sampled_from("1234"))
def test_a_disability_card_is_the_citizen_number_with_category_and_grade(number: str, kind: str, grade: str) -> None:
    assert idnumber.card_fault(number + kind + grade) is None
    assert idnumber.card_fault(number + "8" + grade) is not None
    assert idnumber.card_fault(number + kind) is not None
