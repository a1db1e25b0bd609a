"""理解: labelled replies, what is proposed of them, and what is never proposed."""

import csv
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.messaging.understanding.masking import masked
from field.messaging.understanding.numerals import amount
from field.messaging.understanding.understand import Understood, understand

with Path(__file__).with_name("replies.tsv").open(encoding="utf-8", newline="") as lines:
    REPLIES = [
        {key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(lines, delimiter="\t")
    ]


def told(said: Understood) -> dict[str, str]:
    """What was understood, as the corpus writes it."""
    place = said.place
    return {
        "place": "" if place is None else place.value or "?",
        "least": "" if said.income_min is None else str(said.income_min.value),
        "most": "" if said.income_max is None else str(said.income_max.value),
        "phone": "" if said.phone is None else said.phone.value,
        "help": "1" if said.asks_help else "", "other": "1" if said.about_someone_else else "",
    }  # fmt: skip


def test_of_what_is_said_at_least_95_in_100_is_understood_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, right = [], 0
    for row in REPLIES:
        got = told(understand(row["text"]))
        for name in ("place", "least", "most", "phone", "help", "other"):
            if got[name] == row[name]:
                right += bool(row[name])
            else:
                wrong.append((row["text"], name, row[name], got[name]))
    with capsys.disabled():
        print(f"\nunderstood {right} of {right + len(wrong)} ({len(REPLIES)} replies); wrong: {wrong}")  # noqa: T201
    assert right / (right + len(wrong)) >= 0.95
    assert not [one for one in wrong if one[1] == "phone"], "no wrong number, ever"


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [("五千二", 5200, 5200), ("四五千", 4000, 5000), ("3千多", 3000, 4000), ("1.2万", 12000, 12000), ("5k", 5000, 5000),
     ("一万二", 12000, 12000), ("四千零五十", 4050, 4050), ("一千零八", 1008, 1008), ("两千", 2000, 2000),
     ("4千5", 4500, 4500), ("六千多块", 6000, 7000), ("十万", 100000, 100000), ("三到四千", 3000, 4000)],
)  # fmt: skip
def test_amounts_are_read_as_people_mean_them(words: str, least: int, most: int) -> None:
    assert amount(words) == (Fraction(least), Fraction(most))


@given(st.text())
def test_any_text_is_read_without_breaking(text: str) -> None:
    understand(text).as_json()


@given(st.text(alphabet="0123456789１２３ -Xx在的卡", max_size=80))
def test_no_long_number_outlives_the_mask(text: str) -> None:
    once = masked(text)
    assert not re.search(r"\d{15}", once)
    assert masked(once) == once


@pytest.mark.parametrize(
    "number",
    ["420626196805041016", "42062619680504101X", "6222 0200 0000 1234 567", "６２２２０２０００００１２３４５６７"],
)
def test_identity_and_bank_numbers_are_nowhere_in_what_is_told(number: str) -> None:
    text = str(understand(f"我的卡号{number}，在义乌").as_json())
    assert re.sub(r"\D", "", number)[4:12] not in text
