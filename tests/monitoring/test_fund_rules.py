"""救助基金的规则: whatever is done in whatever order, the books balance, nothing is paid that is not there or not signed."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from field.codes import Role
from field.monitoring.help.fund_codes import FundAccount, FundAction, FundState
from field.monitoring.help.fund_contents import SHAPES, read
from field.monitoring.help.fund_rules import (
    GIVEN,
    OPEN,
    Act,
    Around,
    Standing,
    after,
    decide,
    donation_postings,
    postings,
)
from field.monitoring.policy.fund_shapes import Fund
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands

DAY = date(2026, 11, 20)
NOTE = {"note": "孩子住院"}
PAPER = {"on": DAY.isoformat(), "way": "cash"}
PEOPLE = {"village1": Role.VILLAGE, "village2": Role.VILLAGE, "town1": Role.TOWN, "town2": Role.TOWN,
          "county1": Role.COUNTY, "medical": Role.DEPARTMENT}  # fmt: skip
FUND = Fund.model_validate({
    "source": "测试", "household_year_yuan": 5000, "overdraft_yuan": 0, "public_min_households": 3,
    "signing": [
        {"source": "测试", "up_to_yuan": 1000, "signatures": ["village", "town"]},
        {"source": "测试", "up_to_yuan": 3000, "signatures": ["village", "village", "town"]},
        {"source": "测试", "signatures": ["village", "town", "county"]},
    ],
})  # fmt: skip
HELP = ((FundAction.APPLY, "village1"), (FundAction.SIGN, "town1"), (FundAction.PAY, "village2"))


class Village:
    """A village's fund in memory, kept by the rules alone."""

    def __init__(self, overdraft: int = 0) -> None:
        self.fund = FUND.model_copy(update={"overdraft_yuan": overdraft})
        self.books: Counter[FundAccount] = Counter()
        self.acts: list[tuple[tuple[FundAccount, int], ...]] = []
        self.homes: dict[str, list[Standing]] = {}
        self.sent: dict[str, None] = {}
        self.donated: list[tuple[int, str, bool]] = []

    def around(self, home: str = "") -> Around:
        several = self.homes.get(home, [])
        had = sum(one.amount - one.refunded for one in several if one.state in GIVEN)
        return Around(DAY, self.fund, self.books[FundAccount.CASH], -self.books[FundAccount.PAYABLE], had,
                      any(one.state in OPEN for one in several))  # fmt: skip

    def donate(self, amount: str, by: str) -> None:
        content = decide(Standing(), FundAction.DONATE, PAPER | {"amount": amount}, by, PEOPLE[by], self.around())
        self.book(donation_postings(content["amount"]))
        self.donated.append((content["amount"], by, False))

    def give_back(self, place: int, by: str) -> None:
        amount, recorder, gone = self.donated[place]
        if not gone:
            at = Standing(amount=amount, signed=(("", recorder),))
            decide(at, FundAction.GIVE_BACK, PAPER | NOTE, by, PEOPLE[by], self.around())
            self.book(donation_postings(amount, back=True))
            self.donated[place] = (amount, recorder, True)

    def do(self, home: str, action: FundAction, by: str, key: str, **content: Any) -> Standing:
        several = self.homes.setdefault(home, [])
        at = Standing() if action is FundAction.APPLY else several[-1] if several else Standing()
        if key in self.sent:
            return at
        kept = decide(at, action, content, by, PEOPLE[by], self.around(home))
        needs = self.fund.signatures(kept["amount"]) if action is FundAction.APPLY else ()
        done = Act(action, by, PEOPLE[by].value, DAY, kept, needs)
        self.book(postings(at, done))
        new = after(at, done)
        several[len(several) - (action is not FundAction.APPLY) :] = [new]
        self.sent[key] = None
        return new

    def book(self, several: tuple[tuple[FundAccount, int], ...]) -> None:
        self.acts.append(several)
        for account, amount in several:
            self.books[account] += amount


def content(action: FundAction, amount: str) -> dict[str, Any]:
    """All that an act may want written down, and no more."""
    every = PAPER | NOTE | {"amount": amount, "applicant": {"name": "陈大一"}, "receiver": {"name": "陈大一"}}
    return {name: value for name, value in every.items() if name in SHAPES[action].model_fields}


amounts = st.one_of(st.integers(1, 600_000), st.integers(1, 20_000)).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
people = st.sampled_from([*PEOPLE, "village1", "town1", "county1"])
of_application = [FundAction.APPLY, FundAction.SIGN, FundAction.SIGN, FundAction.PAY, FundAction.REFUND, FundAction.REFUSE,
                  FundAction.CANCEL]  # fmt: skip
step = st.one_of(
    st.tuples(st.just("donate"), amounts, people),
    st.tuples(st.just("back"), st.integers(0, 5), people),
    st.tuples(st.just("help"), st.sampled_from("甲乙丙"), amounts, st.integers(0, 60)),
    st.tuples(st.sampled_from(of_application), st.sampled_from("甲乙丙"), people, amounts, st.integers(0, 60)),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(step, max_size=60), st.sampled_from([0, 0, 1500]))
def test_any_history_balances_and_pays_only_what_is_there_and_what_two_different_people_signed(
    steps: list[Any], overdraft: int
) -> None:
    village = Village(overdraft)
    village.donate("300", "village1")
    for one in steps:
        before = Counter(village.books)
        try:
            if one[0] == "donate":
                village.donate(one[1], one[2])
            elif one[0] == "back":
                if one[1] < len(village.donated):
                    village.give_back(one[1], one[2])
            elif one[0] == "help":
                _, home, amount, key = one
                for action, by in HELP:
                    village.do(home, action, by, f"{home}{action}{by}{key}", **content(action, amount))
                    before = Counter(village.books)
            else:
                action, home, by, amount, key = one
                village.do(home, action, by, f"{home}{action}{key}", **content(action, amount))
        except Refused:
            assert village.books == before, "nothing half done"
        assert all(sum(amount for _account, amount in act) == 0 for act in village.acts)
        assert sum(village.books.values()) == 0
        assert village.books[FundAccount.CASH] >= -overdraft * 100
        assert village.books[FundAccount.PAYABLE] <= 0
    paid = [one for several in village.homes.values() for one in several if one.state in GIVEN | {FundState.REFUNDED}]
    for at in paid:
        assert Counter(role for role, _ in at.signed) == Counter(at.needs)
        assert len({who for _, who in at.signed}) == len(at.signed) >= 2
        assert (at.paid_by is None) == (at.state is FundState.APPROVED)
    for several in village.homes.values():
        assert sum(one.amount - one.refunded for one in several if one.state in GIVEN) <= 500_000
    event(f"{len(paid)} approved")
    spent = sum(one.amount - one.refunded for one in paid)
    assert village.books[FundAccount.RELIEF_PAID] == spent
    assert -village.books[FundAccount.DONATIONS] == sum(amount for amount, _, gone in village.donated if not gone)


def test_a_village_proposes_a_town_signs_and_it_is_paid() -> None:
    village = Village()
    village.donate("2,000.50", "village1")
    village.do("甲", FundAction.APPLY, "village1", "1", **content(FundAction.APPLY, "800"))
    assert village.do("甲", FundAction.SIGN, "town1", "2").state is FundState.APPROVED
    assert village.do("甲", FundAction.PAY, "village1", "3", **content(FundAction.PAY, "")).state is FundState.PAID
    assert village.do("甲", FundAction.PAY, "village1", "3", **content(FundAction.PAY, "")).state is FundState.PAID
    assert village.books[FundAccount.CASH] == 120_050
    with pytest.raises(WrongHands, match="这笔钱是您发的"):
        village.do("甲", FundAction.REFUND, "village1", "4", **content(FundAction.REFUND, "300"))
    village.do("甲", FundAction.REFUND, "town1", "4", **content(FundAction.REFUND, "300"))
    back = village.do("甲", FundAction.REFUND, "town1", "5", **content(FundAction.REFUND, "500"))
    assert back.state is FundState.REFUNDED
    assert village.books[FundAccount.CASH] == 200_050


@pytest.mark.parametrize(
    ("amount", "signers", "wrong"),
    [
        ("800", [], ("village1", "您这一级已经签过了")),
        ("800", [], ("county1", "您这一级不用签字")),
        ("2500", [], ("village1", "您已经签过字")),
        ("4000", ["town1"], ("town2", "您这一级已经签过了")),
        ("800", [], ("medical", "这一步由村干部、乡镇、县办理")),
    ],
)
def test_nobody_signs_twice_and_nobody_signs_for_another_post(
    amount: str, signers: list[str], wrong: tuple[str, str]
) -> None:
    village = Village()
    village.donate("9000", "village1")
    village.do("甲", FundAction.APPLY, "village1", "1", **content(FundAction.APPLY, amount))
    for signer in signers:
        village.do("甲", FundAction.SIGN, signer, signer)
    with pytest.raises(WrongHands, match=wrong[1]):
        village.do("甲", FundAction.SIGN, wrong[0], "2")


def test_more_than_is_there_or_than_the_pack_permits_is_refused() -> None:
    village = Village()
    village.donate("500", "village1")
    with pytest.raises(Refused, match=r"今年还能救助 5,000\.00 元"):
        village.do("甲", FundAction.APPLY, "village1", "1", **content(FundAction.APPLY, "5000.01"))
    village.do("甲", FundAction.APPLY, "village1", "2", **content(FundAction.APPLY, "500.01"))
    with pytest.raises(Refused, match=r"能用的只有 500\.00 元"):
        village.do("甲", FundAction.SIGN, "town1", "3")
    village.do("乙", FundAction.APPLY, "village1", "4", **content(FundAction.APPLY, "300"))
    village.do("乙", FundAction.SIGN, "town1", "5")
    village.donate("0.01", "village1")
    with pytest.raises(Refused, match=r"能用的只有 200\.01 元"):  # what is promised to another is not there
        village.do("甲", FundAction.SIGN, "town1", "6")
    village.donate("1", "town1")
    with pytest.raises(WrongHands, match="捐款是您记的"):
        village.give_back(2, "town1")
    with pytest.raises(Refused, match=r"能用的只有 201\.01 元"):
        village.give_back(0, "town1")


def test_what_is_there_may_be_promised_and_paid_to_the_last_fen() -> None:
    village = Village()
    village.donate("500.01", "village1")
    for action, who in HELP:
        village.do("甲", action, who, action, **content(action, "500.01"))
    assert village.books[FundAccount.CASH] == 0
    assert [one.state for one in village.homes["甲"]] == [FundState.PAID]


def test_what_is_out_of_turn_is_refused() -> None:
    village = Village()
    village.donate("5000", "village1")
    village.do("甲", FundAction.APPLY, "village1", "1", **content(FundAction.APPLY, "300"))
    with pytest.raises(OutOfOrder, match="等待签批”，不能“发放救助款"):
        village.do("甲", FundAction.PAY, "village1", "2", **content(FundAction.PAY, ""))
    with pytest.raises(Refused, match="已有一笔申请还没有办完"):
        village.do("甲", FundAction.APPLY, "village2", "3", **content(FundAction.APPLY, "1"))
    with pytest.raises(WrongHands, match="还没有签字的一级"):
        village.do("甲", FundAction.REFUSE, "village2", "4", **NOTE)
    assert village.do("甲", FundAction.REFUSE, "county1", "5", **NOTE).state is FundState.REFUSED
    assert not village.acts[1:-1] or all(not act for act in village.acts[1:])


def test_without_a_fund_in_the_pack_money_only_comes_in() -> None:
    without = Around(DAY, None, 100)
    assert decide(Standing(), FundAction.DONATE, PAPER | {"amount": "1"}, "x", Role.VILLAGE, without)
    with pytest.raises(Refused, match="政策包里还没有写"):
        decide(Standing(), FundAction.APPLY, content(FundAction.APPLY, "1"), "x", Role.VILLAGE, without)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("-5", "要大于 0"), ("0", "要大于 0"), ("0.00", "要大于 0"), ("1e30", "要写钱数"), ("1.005", "小数点后两位"),
        ("9" * 31, "太大了"), ("", "没有填写钱数"), ("NaN", "要写钱数"), ("一百", "要写钱数"), (12, "没有填写钱数"),
        ("0x10", "要写钱数"), (None, "没有填写钱数"), ("1.2.3", "要写钱数"),
    ],
)  # fmt: skip
def test_money_that_makes_no_sense_is_told(amount: Any, words: str) -> None:
    part, faults = read(FundAction.DONATE, PAPER | {"amount": amount})
    assert part is None
    assert [(one["field"], words in one["message"]) for one in faults] == [("amount", True)]


@pytest.mark.parametrize(
    ("text", "fen"), [("1,234.5", 123450), ("0.01", 1), ("１２", 1200), (" 10000000 ", 1_000_000_000)]
)
def test_money_is_read_as_people_type_it(text: str, fen: int) -> None:
    part, _ = read(FundAction.DONATE, PAPER | {"amount": text})
    assert part is not None
    assert part.model_dump()["amount"] == fen


def test_every_fault_is_named_at_once() -> None:
    faults = read(FundAction.PAY, {"on": "2026-13-01", "way": "gold", "photos": ["x"]})[1]
    assert {one["field"] for one in faults} == {"on", "way", "receiver", "photos.0"}
    tomorrow = {"on": (DAY + timedelta(days=1)).isoformat(), "way": "cash", "amount": "-1"}
    with pytest.raises(Refused) as told:
        decide(Standing(), FundAction.DONATE, tomorrow, "x", Role.VILLAGE, Around(DAY, FUND))
    assert {one["field"] for one in told.value.faults} == {"amount", "on"}
    assert "不能是将来的日子" in str(told.value)


@pytest.mark.parametrize(
    "signing",
    [
        [{"up_to_yuan": 5, "signatures": ["village", "town"]}],
        [{"signatures": ["village", "town"]}, {"signatures": ["village", "county"]}],
        [{"up_to_yuan": 9, "signatures": ["village", "town"]}, {"up_to_yuan": 5, "signatures": ["village", "town"]},
         {"signatures": ["village", "town"]}],
        [{"signatures": ["village"]}],
    ],
)  # fmt: skip
def test_a_pack_whose_signatures_leave_a_hole_is_refused(signing: list[dict[str, Any]]) -> None:
    said = FUND.model_dump() | {"signing": [one | {"source": "测试"} for one in signing]}
    with pytest.raises(ValueError, match="signing"):
        Fund.model_validate(said)
