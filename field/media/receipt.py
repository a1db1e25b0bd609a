"""医疗票据: what the lines of a medical receipt say of hospital, day and money; rather nothing than a wrong figure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from field.media.receipt_amounts import Amount, agreeing, amounts, written_out
from field.media.receipt_lines import SURE, Line, Told, only, plain

DAY = re.compile(r"(?<!\d)(20\d\d)(?:[年/.-](\d{1,2})[月/.-](\d{1,2})|(\d\d)(\d\d))(?!\d)")
DAY_LABEL = re.compile("(?:开票|收费|结算|交款|票据)(?:日期|时间)")
OTHER_DAY = re.compile("住院|入院|出院|就诊|出生|有效|打印")
HOSPITAL = re.compile(
    r"[一-鿿]{2,30}?(?:医院|卫生院|卫生室|诊所|卫生服务中心|门诊部|医疗中心|保健院)(?:[一-鿿]{1,6}院区)?(?![一-鿿])"
)
HOSPITAL_LABEL = re.compile(r"(?:收款单位|开票单位|医疗机构(?:名称)?|就诊医院)(?:\([一-鿿]+\))?:?")
NO_HOSPITAL = re.compile("类型|专用|等级|转[往入]")


@dataclass(frozen=True)
class Proposal:
    """识读建议: what a receipt seems to say, money in 分; None is what was not read well enough to be proposed.

    `self_paid` is what the family pays after insurance, and `own_share` the part of it within the catalogue.
    """

    hospital: Told[str] | None = None
    issued_on: Told[date] | None = None
    total: Amount = None
    insurer: Amount = None
    self_paid: Amount = None
    own_share: Amount = None


def propose(lines: Sequence[Line], today: date) -> Proposal:
    """What the lines say; figures that contradict each other, or good sense, are left out."""
    sure = [one._replace(text=plain(one.text)) for one in lines if one.confidence >= SURE]
    return Proposal(_hospital(sure), _issued_on(sure, today), **agreeing(amounts(sure), written_out(sure)))


def _hospital(lines: Sequence[Line]) -> Told[str] | None:
    """The one that is named as the issuer, else the topmost."""
    named = [one for one in lines if not NO_HOSPITAL.search(one.text)]
    issuers = [(one, label.end()) for one in named if (label := HOSPITAL_LABEL.match(one.text))]
    for one, start in [*issuers, *((one, 0) for one in sorted(named, key=lambda one: one.top))]:
        if found := HOSPITAL.match(one.text, start):
            return Told(found[0], one.text, one.box, one.confidence)
    return None


def _issued_on(lines: Sequence[Line], today: date) -> Told[date] | None:
    """开票日期 as labelled; without a label the only day on the paper that is not of something else."""
    labelled = [(one, label.end()) for one in lines if (label := DAY_LABEL.search(one.text))]
    found = only(_days(labelled, today))
    return found or only(_days(((one, 0) for one in lines if not OTHER_DAY.search(one.text)), today))


def _days(lines: Iterable[tuple[Line, int]], today: date) -> Iterable[Told[date]]:
    for one, start in lines:
        for found in DAY.finditer(one.text, start):
            year, month, day, *solid = found.groups()
            told = _day(year, month or solid[0], day or solid[1])
            if told and told <= today:
                yield Told(told, one.text, one.box, one.confidence)


def _day(*parts: str) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None
