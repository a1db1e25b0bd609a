"""救助测算 of a person and year: each bill with its share of each layer, what is borne, what is lost; pure, in 分."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from field.monitoring.cases.monitored import Spans, older, within
from field.monitoring.policy.shapes import ReliefRule
from field.monitoring.relief.bill_count import Paid
from field.monitoring.relief.relief import YUAN, Relief, relief

Rules = Callable[[int], ReliefRule]


@dataclass(frozen=True)
class Share:
    """一张票据的份额: what each layer pays of it on top of the bills before; the three add up to its amount.

    `since_identified` if it is of a day on which the household was monitored; `older` than an identification if not,
    but for a bill of after the last elimination.
    """

    bill: Paid
    since_identified: bool
    older: bool
    basic: int
    tilted: int

    @property
    def borne(self) -> int:
        """家里负担, with what is not compliant."""
        return (self.bill.amount or 0) - self.basic - self.tilted


@dataclass(frozen=True)
class Capped:
    """封顶: a layer that has paid all that it may, and the month in which it did."""

    layer: str
    name: str
    month: int


@dataclass(frozen=True)
class PersonYear:
    """一人一年: bills by date with their shares, and their sums."""

    person_id: str
    year: int
    shares: tuple[Share, ...]
    lost: int
    capped: tuple[Capped, ...]

    @property
    def amount(self) -> int:
        """总费用."""
        return sum(one.bill.amount or 0 for one in self.shares)

    @property
    def compliant(self) -> int:
        """合规费用."""
        return sum(one.bill.compliant_amount or 0 for one in self.shares)

    @property
    def non_compliant(self) -> int:
        """不合规费用, borne whole."""
        return self.amount - self.compliant

    @property
    def since(self) -> int:
        """监测期间的合规费用, which relief is paid on."""
        return sum(one.bill.compliant_amount or 0 for one in self.shares if one.since_identified)

    @property
    def before(self) -> int:
        """识别以前的合规费用, which gets no relief."""
        return sum(one.bill.compliant_amount or 0 for one in self.shares if one.older)

    @property
    def basic(self) -> int:
        """基本救助."""
        return sum(one.basic for one in self.shares)

    @property
    def tilted(self) -> int:
        """倾斜救助."""
        return sum(one.tilted for one in self.shares)

    @property
    def paid(self) -> int:
        """What relief covers."""
        return self.basic + self.tilted

    @property
    def borne(self) -> int:
        """家里负担, with what is not compliant."""
        return self.amount - self.paid

    @property
    def left(self) -> int:
        """What is still borne when temporary aid or the village fund has made good what was lost."""
        return self.borne - self.lost


def person_years(bills: Iterable[Paid], monitored: Spans, rule: Rules) -> list[PersonYear]:
    """Every person and year of clear bills, the newest year first; each year by its own rule."""
    several: dict[tuple[int, str], list[Paid]] = {}
    for bill in bills:
        if not bill.unclear and bill.person_id:
            several.setdefault((-bill.day.year, bill.person_id), []).append(bill)
    found = [(key, person_year(mine, -key[0], monitored, rule(-key[0]))) for key, mine in several.items()]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def person_year(bills: Sequence[Paid], year: int, monitored: Spans, rule: ReliefRule) -> PersonYear:
    """The bills of one person and year; only those of days on which the household was monitored are relieved."""
    ordered = sorted(bills, key=lambda bill: (bill.day, bill.seqs, bill.known_as))
    shares, counted, before = [], 0, Relief(0, 0, 0)
    for bill in ordered:
        since = within(bill.day, monitored)
        counted += (bill.compliant_amount or 0) if since else 0
        now = relief(counted, rule)
        late = older(bill.day, monitored)
        shares.append(Share(bill, since, late, now.basic - before.basic, now.tilted - before.tilted))
        before = now
    missed = sum(one.bill.compliant_amount or 0 for one in shares if one.older)
    lost = relief(counted + missed, rule).paid - before.paid
    return PersonYear(ordered[0].person_id or "", year, tuple(shares), lost, capped(shares, rule))


def capped(shares: Iterable[Share], rule: ReliefRule) -> tuple[Capped, ...]:
    """The layers that reached their cap, each with the month of the bill by which it did."""
    several, found = list(shares), []
    for layer in rule.layer:
        if layer.cap_yuan is not None:
            paid = 0
            for one in several:
                paid += one.basic if layer.code == "basic" else one.tilted
                if paid >= layer.cap_yuan * YUAN:
                    found.append(Capped(layer.code, layer.name, one.bill.day.month))
                    break
    return tuple(found)
