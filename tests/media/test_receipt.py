"""医疗票据: what is read off the lines of a receipt, and what is rather left out than told wrongly."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.media.receipt import Proposal, propose
from field.media.receipt_lines import Line

TODAY = date(2026, 6, 1)
SHEET = (
    "湖北省医疗住院收费票据（电子）",
    "开票日期：2026年03月05日",
    "金额合计（大写）叁仟零肆拾元伍角整（小写）￥3040.50",
    "医保统筹基金支付：2000.00",
    "其他支付：40.50",
    "个人账户支付：100.00",
    "个人现金支付：900.00",
    "个人自付：800.00",
    "个人自费：200.00",
    "收款单位（章）：保康县人民医院",
)


def sheet(*texts: str, confidence: float = 0.98) -> list[Line]:
    return [Line(text, 100, place * 50, 600, place * 50 + 30, confidence) for place, text in enumerate(texts)]


def changed(**lines: str) -> list[Line]:
    """The sheet with some of its lines, by their beginning, read otherwise."""
    return sheet(*(next((new for old, new in lines.items() if one.startswith(old)), one) for one in SHEET))


def figures(found: Proposal) -> tuple[int | None, ...]:
    several = (found.total, found.insurer, found.self_paid, found.own_share)
    return tuple(one.value if one else None for one in several)


def test_a_whole_receipt_is_proposed_with_words_and_place_and_borne_out_by_its_own_sums() -> None:
    found = propose(sheet(*SHEET), TODAY)
    assert figures(found) == (304_050, 200_000, 100_000, 80_000)
    assert found.hospital is not None
    assert found.issued_on is not None
    assert (found.hospital.value, found.issued_on.value) == ("保康县人民医院", date(2026, 3, 5))
    assert found.self_paid is not None
    assert found.self_paid.words == "个人自付:800.00 个人自费:200.00"
    assert found.self_paid.box == (100, 350, 600, 430)
    assert all(one and one.checked for one in (found.total, found.insurer, found.self_paid, found.own_share))


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("合计（小写）¥1,234.50", 123_450),
        ("（小写）：１２３４．５０元", 123_450),
        ("合计(小写)￥ 1 234.50", 123_450),
        ("金额合计：人民币1234.50", 123_450),
        ("费用总额（元）：12O4.5O", 120_450),
        ("总金额 0.00", 0),
        ("合计（小写）¥123450", None),
        ("合计（小写）¥1,234,50", None),
        ("合计（小写）¥1234.5", None),
        ("合计（小写）¥1.234.50", None),
        ("合计（小写）¥1234.505", None),
        ("本页小计：1234.50", None),
        ("起付线以上费用总额", None),
    ],
)
def test_an_amount_is_one_only_with_its_label_and_its_point(text: str, fen: int | None) -> None:
    assert figures(propose(sheet(text), TODAY))[0] == fen


def test_an_amount_in_a_box_of_its_own_is_the_one_to_the_right_at_the_same_height() -> None:
    lines = [
        Line("个人支付：", 100, 100, 220, 130, 0.99),
        Line("77.00", 400, 104, 480, 134, 0.95),
        Line("88.00", 700, 100, 780, 130, 0.99),
        Line("99.00", 400, 140, 480, 170, 0.99),
    ]
    paid = propose(lines, TODAY).self_paid
    assert paid is not None
    assert (paid.value, paid.words, paid.box, paid.checked) == (7_700, "个人支付: 77.00", (100, 100, 480, 134), False)


@pytest.mark.parametrize(
    "lines",
    [
        {"个人自付": "个人自付：860.00"},
        {"个人现金": "个人现金支付：960.00"},
        {"医保统筹": "医保统筹基金支付：2600.00"},
        {"金额合计": "金额合计（大写）叁仟零肆拾元伍角整（小写）￥3640.50"},
        {"个人自费": "个人支付：5000.00", "个人账户": "略", "其他": "略"},
        {"金额合计": "（小写）￥500.00", "其他": "略"},
    ],
)
def test_figures_that_contradict_each_other_are_none_of_them_proposed(lines: dict[str, str]) -> None:
    assert figures(propose(changed(**lines), TODAY)) == (None,) * 4


def test_what_stands_alone_is_proposed_as_borne_out_by_nothing() -> None:
    found = propose(sheet("个人自付：800.00", "个人自费：200.00"), TODAY)
    assert figures(found) == (None, None, 100_000, 80_000)
    assert found.self_paid is not None
    assert not found.self_paid.checked
    assert figures(propose(sheet("个人现金支付：900.00"), TODAY)) == (None,) * 4, "the account may have paid too"
    assert figures(propose(sheet("个人支付：1.00", "个人支付：2.00"), TODAY)) == (None,) * 4
    assert propose(sheet(*SHEET, confidence=0.7), TODAY) == Proposal()


@pytest.mark.parametrize(
    ("texts", "day"),
    [
        (["开票日期：2026-03-05"], date(2026, 3, 5)),
        (["收费时间 2026/3/5"], date(2026, 3, 5)),
        (["日期 20260305"], date(2026, 3, 5)),
        (["住院时间：2026-02-01至2026-03-01", "2026年03月05日"], date(2026, 3, 5)),
        (["开票日期：2026-03-05", "打印日期：2026-04-01"], date(2026, 3, 5)),
        (["2026-03-05", "2026-03-06"], None),
        (["开票日期：2026-13-05"], None),
        (["开票日期：2027-03-05"], None),
        (["票据号码：3202603051"], None),
        (["住院时间：2026-02-01"], None),
    ],
)
def test_the_day_is_the_labelled_one_or_the_only_one(texts: list[str], day: date | None) -> None:
    found = propose(sheet(*texts), TODAY).issued_on
    assert (found.value if found else None) == day


@pytest.mark.parametrize(
    ("texts", "hospital"),
    [
        (["马桥镇中心卫生院", "收款单位（章）：保康县中医院"], "保康县中医院"),
        (["襄阳市第一人民医院", "医疗机构类型：综合医院"], "襄阳市第一人民医院"),
        (["保康县人民医院收费专用章"], None),
        (["转往同济医院", "堰垭村卫生室"], "堰垭村卫生室"),
        (["医疗住院收费票据"], None),
    ],
)
def test_the_hospital_is_who_issued_it(texts: list[str], hospital: str | None) -> None:
    found = propose(sheet(*texts), TODAY).hospital
    assert (found.value if found else None) == hospital


PARTS = st.lists(st.integers(0, 5_000_000), min_size=5, max_size=5)


def printed(insurer: int, other: int, share: int, cost: int, account: int) -> list[str]:
    named = {
        "（小写）￥": insurer + other + share + cost, "医保统筹基金支付：": insurer, "其他支付：": other,
        "个人账户支付：": account, "个人现金支付：": share + cost - account, "个人自付：": share, "个人自费：": cost,
    }  # fmt: skip
    return [f"{name}{fen / 100:.2f}" for name, fen in named.items()]


@given(PARTS, st.randoms())
def test_whatever_is_printed_is_what_is_proposed(parts: list[int], dice: object) -> None:
    insurer, other, share, cost, account = parts
    texts = printed(insurer, other, share, cost, account % (share + cost + 1))
    dice.shuffle(texts)  # type: ignore[attr-defined]
    assert figures(propose(sheet(*texts), TODAY)) == (insurer + other + share + cost, insurer, share + cost, share)


@given(PARTS, st.data())
def test_one_figure_misread_is_never_proposed_as_borne_out(parts: list[int], data: st.DataObject) -> None:
    insurer, other, share, cost, account = parts
    texts = printed(insurer, other, share, cost, account % (share + cost + 1))
    line = data.draw(st.sampled_from(range(len(texts))))
    at = data.draw(
        st.sampled_from([place for place, letter in enumerate(texts[line]) if letter.isascii() and letter.isdigit()])
    )
    misread = data.draw(st.sampled_from([figure for figure in "0123456789" if figure != texts[line][at]]))
    texts[line] = texts[line][:at] + misread + texts[line][at + 1 :]
    assert figures(propose(sheet(*texts), TODAY)) == (None,) * 4


@given(st.lists(st.text(max_size=40), max_size=12))
def test_no_text_stumbles(texts: list[str]) -> None:
    propose(sheet(*texts), TODAY)
