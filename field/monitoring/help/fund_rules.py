"""救助基金的规则: who may do what to an application, whose signatures it needs, and what is posted; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from field.codes import Role
from field.monitoring.cases.case_contents import Part, fault, plain
from field.monitoring.cases.case_rules import ALL, GRASSROOTS, OFFICES, done_by
from field.monitoring.help import fund_contents as said
from field.monitoring.help.fund_codes import FundAccount as Account
from field.monitoring.help.fund_codes import FundAction as A
from field.monitoring.help.fund_codes import FundState as S
from field.monitoring.policy.fund_shapes import FEN, Fund
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.registry.signatures import by_same
from field.sentences import Sentence

Postings = tuple[tuple[Account, int], ...]
RULES: Mapping[tuple[S | None, A], frozenset[Role]] = {
    (None, A.APPLY): ALL, (None, A.DONATE): ALL, (None, A.GIVE_BACK): OFFICES, (S.APPLIED, A.SIGN): ALL,
    (S.APPLIED, A.REFUSE): ALL, (S.APPLIED, A.CANCEL): ALL, (S.APPROVED, A.PAY): GRASSROOTS,
    (S.APPROVED, A.CANCEL): ALL, (S.PAID, A.REFUND): ALL,
}  # fmt: skip
OPEN = frozenset((S.APPLIED, S.APPROVED))
GIVEN = frozenset((S.APPROVED, S.PAID))


@dataclass(frozen=True)
class Standing:
    """申请的现状: `needs` are the posts whose signatures it needs, `signed` those that did, each by another person.

    `paid_by` paid it out, and so cannot be the one who says what came back; `urgent` is what cannot wait 急用.
    """

    state: S | None = None
    amount: int = 0
    needs: tuple[str, ...] = ()
    signed: tuple[tuple[str, str], ...] = ()
    approved_on: date | None = None
    refunded: int = 0
    paid_by: str | None = None
    urgent: bool = False


@dataclass(frozen=True)
class Act:
    """一个动作, as it is recorded."""

    action: A
    by: str
    role: str
    day: date
    content: Mapping[str, Any]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Around:
    """周围情况: the policy's part, what the fund holds, and what the household has had this year."""

    day: date
    fund: Fund | None
    cash: int = 0
    payable: int = 0
    given: int = 0
    another_open: bool = False
    gone: bool = False
    photos: frozenset[str] = field(default_factory=frozenset)


def outstanding(at: Standing) -> tuple[str, ...]:
    """还缺谁签."""
    signed = Counter(role for role, _who in at.signed)
    left: list[str] = []
    for role in at.needs:
        if signed[role]:
            signed[role] -= 1
        else:
            left.append(role)
    return tuple(left)


def decide(at: Standing, action: A, content: Any, by: str, role: Role, around: Around) -> dict[str, Any]:
    """The content as kept; Refused with every fault, OutOfOrder or WrongHands where it is not this act's turn."""
    if (at.state, action) not in RULES:
        now = at.state.label if at.state else ""
        words = Sentence("这笔申请现在是“{now}”，不能“{action}”", now=now, action=action.label)
        raise OutOfOrder([fault("action", words)])
    if why := hands(at, action, by, role):
        raise WrongHands([fault("action", why)])
    part, faults = said.read(action, content)
    faults += [*_day(said.day_of(content), at, action, around), *(_photos_and_refund(part, at, around) if part else ())]
    faults += _money(part, at, action, around, role)
    if faults or part is None:
        raise Refused(faults)
    return plain(part)


def after(at: Standing, act: Act) -> Standing:
    """How an application stands after an act; the same as it happens and in every rebuild."""
    match act.action:
        case A.APPLY:
            new = Standing(S.APPLIED, act.content["amount"], act.needs, urgent="urgent" in act.content)
            return _signed(new, act) if act.role in act.needs else new
        case A.SIGN:
            return _signed(at, act)
        case A.REFUND:
            back = at.refunded + act.content["amount"]
            return replace(at, refunded=back, state=S.REFUNDED if back == at.amount else S.PAID)
        case A.PAY:
            return replace(at, state=S.PAID, paid_by=act.by)
        case A.CANCEL:
            return replace(at, state=S.CANCELLED)
    return replace(at, state=S.REFUSED)


def postings(at: Standing, act: Act) -> Postings:
    """记账: what an act debits (+) and credits (−)."""
    new = after(at, act)
    if act.action is A.REFUND:
        return _move(Account.CASH, Account.RELIEF_PAID, act.content["amount"])
    if act.action is A.PAY:
        return _move(Account.PAYABLE, Account.CASH, at.amount)
    if new.state is S.APPROVED and at.state is not S.APPROVED:
        return _move(Account.RELIEF_PAID, Account.PAYABLE, at.amount)
    if act.action is A.CANCEL and at.state is S.APPROVED:
        return _move(Account.PAYABLE, Account.RELIEF_PAID, at.amount)
    return ()


def donation_postings(amount: int, *, back: bool = False) -> Postings:
    """捐款, or one given back."""
    return _move(Account.DONATIONS, Account.CASH, amount) if back else _move(Account.CASH, Account.DONATIONS, amount)


def kept(at: Standing) -> dict[str, Any]:
    """The standing as columns and JSON keep it."""
    state = at.state.value if at.state else None
    return asdict(at) | {"state": state, "needs": list(at.needs), "signed": [list(one) for one in at.signed]}


def _move(debit: Account, credit: Account, amount: int) -> Postings:
    return (debit, amount), (credit, -amount)


def _signed(at: Standing, act: Act) -> Standing:
    new = replace(at, signed=(*at.signed, (act.role, act.by)))
    return new if outstanding(new) else replace(new, state=S.APPROVED, approved_on=act.day)


def hands(at: Standing, action: A, by: str, role: Role) -> str | None:
    """四眼原则: why this person may not do what is to be done now, or None."""
    who = RULES[at.state, action]
    if role not in who:
        return done_by(who)
    left, signed = outstanding(at), any(by_same(by, who) for _role, who in at.signed)
    if action is A.GIVE_BACK and signed:
        return "这笔捐款是您记的，退还要由另一个人来办"
    if action is A.REFUND and by_same(by, at.paid_by):
        return "这笔钱是您发的，退回来的要由另一个人来记"
    if action is A.SIGN and role.value not in left:
        return "您这一级不用签字" if role.value not in at.needs else "您这一级已经签过了"
    if action is A.SIGN and signed:
        return "您已经签过字，还要由另一个人来签"
    if action is A.REFUSE and role.value not in left and role is not Role.COUNTY:
        return "不予救助，要由还没有签字的一级或者县里来定"
    return None


def _day(day: date | None, at: Standing, action: A, around: Around) -> Iterator[dict[str, str]]:
    if day and day > around.day:
        yield fault("on", "不能是将来的日子")
    if action is A.PAY and day and at.approved_on and day < at.approved_on:
        yield fault("on", Sentence("不能早于签批完的 {day}", day=at.approved_on))


def _photos_and_refund(part: Part, at: Standing, around: Around) -> Iterator[dict[str, str]]:
    if isinstance(part, said.Payment) and set(part.photos) - around.photos:
        yield fault("photos", "凭证的照片要先随走访交上来")
    if isinstance(part, said.Refund) and part.amount > at.amount - at.refunded:
        yield fault("amount", Sentence("退回的不能多于没有退的 {left}", left=_yuan(at.amount - at.refunded)))


def _money(part: Part | None, at: Standing, action: A, around: Around, role: Role) -> Iterator[dict[str, str]]:
    """What stands against it in the fund and in the policy; without a policy money only comes in."""
    if action is A.GIVE_BACK and at.amount > around.cash - around.payable:
        yield _too_little(around.cash - around.payable)
    if action not in (A.APPLY, A.SIGN, A.PAY):
        return
    if around.fund is None:
        yield fault("action", "政策包里还没有写救助基金 [fund]，请县里先补上")
        return
    if action is A.APPLY and around.another_open:
        yield fault("action", "这一户已有一笔申请还没有办完")
    if action is A.APPLY and around.gone:
        yield fault("action", "这一户已经并户、迁出或去世，本村不再救助")
    amount = part.amount if isinstance(part, said.Application) else at.amount
    last = action is A.SIGN and outstanding(at) == (role.value,)
    if (action is A.APPLY or last) and around.given + amount > around.fund.household_year_yuan * FEN:
        most = max(around.fund.household_year_yuan * FEN - around.given, 0)
        limit = f"{around.fund.household_year_yuan:,}"
        yield fault(
            "amount", Sentence("一户一年最多救助 {limit} 元，今年还能救助 {left}", limit=limit, left=_yuan(most))
        )
    usable = around.cash + around.fund.overdraft_yuan * FEN - (0 if action is A.PAY else around.payable)
    if (last or action is A.PAY) and amount > usable:
        yield _too_little(usable)


def _too_little(usable: int) -> dict[str, str]:
    return fault("amount", Sentence("基金账上能用的只有 {left}，不够这一笔", left=_yuan(max(usable, 0))))


def _yuan(fen: int) -> Sentence:
    return Sentence("{amount} 元", amount=f"{fen // 100:,}.{fen % 100:02}")
