"""拼音: the ways in which a name is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.registry.pinyin import LONGEST, spelled, typed
from field.registry.search_keys import keys_of


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("陈大一", {"chendayi", "cdy"}),
        ("单大一", {"shandayi", "dandayi", "sdy", "ddy"}),
        ("曾文", {"zengwen", "cengwen", "zw", "cw"}),
        ("仇江", {"qiujiang", "choujiang", "qj", "cj"}),
        ("吕布", {"lvbu", "lb"}),
        ("尉迟恭", {"yuchigong", "ycg"}),
        ("任大一", {"rendayi", "rdy"}),
        ("阿依·买提", {"ayimaiti", "aymt"}),
        ("Smith", {"smith"}),
        ("", {""}),
    ],
)  # fmt: skip
def test_a_name_is_spelled_in_every_way_that_people_read_it(name: str, ways: set[str]) -> None:
    assert ways <= spelled(name)
    assert len(spelled(name)) <= 2 * 6


@pytest.mark.parametrize("asked", ["chen da yi", "ChenDaYi", "chen'da-yi", "ｃｈｅｎｄａｙｉ"])
def test_blanks_signs_and_capitals_do_not_count(asked: str) -> None:
    assert typed(asked) == "chendayi"


@given(st.text(max_size=130))
def test_any_name_has_keys_that_can_be_kept_and_are_found_again(name: str) -> None:
    for key in keys_of(name):
        assert 0 < len(key) <= LONGEST
        assert typed(key) == key
