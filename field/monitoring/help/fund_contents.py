"""基金办理内容: what must be written down for each act, money as people type it; pure, every fault named."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from field.monitoring.cases.case_contents import OWN, Digest, Faults, Named, Note, Nothing, Part, Reason, read_as
from field.monitoring.help.fund_codes import FundAction as A
from field.monitoring.help.fund_codes import FundWay

MONEY = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOST = 10_000_000_00
EARLIEST = date(2000, 1, 1)


def fen(text: Any) -> int:
    """分 of an amount typed in yuan, such as 1,200.50; a fault says what is wrong with it."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip() if isinstance(text, str) else ""
    if not plain:
        raise PydanticCustomError(OWN, "没有填写钱数")
    found = MONEY.fullmatch(plain)
    if found is None:
        raise PydanticCustomError(OWN, "要写钱数，如 1200 或 1200.50")
    sign, yuan, cents = found[1], found[2], found[3] or ""
    if len(cents) > 2:
        raise PydanticCustomError(OWN, "最多写到分，小数点后两位")
    amount = int(yuan) * 100 + int(cents.ljust(2, "0"))
    if sign or not amount:
        raise PydanticCustomError(OWN, "要大于 0")
    if amount > MOST:
        raise PydanticCustomError(OWN, "太大了，一笔最多一千万元")
    return amount


def calendar_day(text: Any) -> date:
    """A day as a form writes it; a fault otherwise."""
    if isinstance(text, date):
        return text
    if not text:
        raise PydanticCustomError(OWN, "没有填写日期")
    try:
        day = date.fromisoformat(text if DAY.fullmatch(text) else "")
    except (TypeError, ValueError):
        raise PydanticCustomError(OWN, "日期的写法不对") from None
    if day < EARLIEST:
        raise PydanticCustomError(OWN, "日期太早了，请核对")
    return day


Money = Annotated[int, BeforeValidator(fen)]
Day = Annotated[date, BeforeValidator(calendar_day)]


class Donation(Nothing):
    """捐款: how much, when, how, and from whom unless the donor wants no name."""

    amount: Money
    on: Day
    way: FundWay
    donor: Named | None = None


class GivenBack(Reason):
    """退还捐款: how, and why."""

    on: Day
    way: FundWay


class Application(Part):
    """申请: how much, why, who asks for it, and why it cannot wait, if so."""

    amount: Money
    note: Note
    applicant: Named
    urgent: Reason | None = None


class Payment(Nothing):
    """发放: when, how, who received it, and photographs that show it where there are any."""

    on: Day
    way: FundWay
    receiver: Named
    photos: Annotated[list[Digest], Field(max_length=10)] = []


class Refund(Reason):
    """退回: how much, when, how, and why."""

    amount: Money
    on: Day
    way: FundWay


SHAPES: Mapping[A, type[Part]] = {
    A.DONATE: Donation, A.GIVE_BACK: GivenBack, A.APPLY: Application, A.SIGN: Nothing, A.REFUSE: Reason,
    A.CANCEL: Reason, A.PAY: Payment, A.REFUND: Refund,
}  # fmt: skip


def read(action: A, said: Any) -> tuple[Part | None, Faults]:
    """What was written down, or every fault of its form."""
    return read_as(SHAPES[action], said)


def day_of(said: Any) -> date | None:
    """The day that was written down, whatever else is wrong."""
    try:
        return calendar_day(said["on"]) if isinstance(said, Mapping) and "on" in said else None
    except PydanticCustomError:
        return None
