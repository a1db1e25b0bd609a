"""救助基金的词汇: accounts, acts, states and ways of payment, each with its Chinese label."""

from field.codes import EntryKind
from field.labels import Labelled


class FundAccount(Labelled):
    """会计科目: a debit is positive, a credit negative; all postings of an act sum to zero."""

    CASH = "cash", "现金"
    DONATIONS = "donations", "捐款"
    RELIEF_PAID = "relief_paid", "救助支出"
    PAYABLE = "payable", "应付救助款"


class FundState(Labelled):
    """申请的状态: what it waits for, or how it ended."""

    APPLIED = "applied", "等待签批"
    APPROVED = "approved", "等待发放"
    PAID = "paid", "已发放"
    REFUNDED = "refunded", "已全部退回"
    REFUSED = "refused", "不予救助"
    CANCELLED = "cancelled", "已撤回"


class FundAction(Labelled):
    """基金的办理动作."""

    DONATE = "donate", "收到捐款"
    GIVE_BACK = "give_back", "退还捐款"
    APPLY = "apply", "申请救助"
    SIGN = "sign", "签字同意"
    REFUSE = "refuse", "不予救助"
    CANCEL = "cancel", "撤回申请"
    PAY = "pay", "发放救助款"
    REFUND = "refund", "农户退回救助款"


class FundWay(Labelled):
    """收付方式."""

    CASH = "cash", "现金"
    BANK = "bank", "银行转账"
    CARD = "card", "一卡通"


KINDS = {
    FundAction.DONATE: EntryKind.FUND_DONATION, FundAction.GIVE_BACK: EntryKind.FUND_GIVEN_BACK,
    FundAction.APPLY: EntryKind.FUND_APPLICATION, FundAction.SIGN: EntryKind.FUND_STEP,
    FundAction.REFUSE: EntryKind.FUND_STEP, FundAction.CANCEL: EntryKind.FUND_STEP,
    FundAction.PAY: EntryKind.FUND_PAYMENT, FundAction.REFUND: EntryKind.FUND_REFUND,
}  # fmt: skip
