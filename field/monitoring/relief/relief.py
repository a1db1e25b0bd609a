"""医疗救助: what each layer pays on a cost and what the family bears; pure, in 分."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from field.monitoring.policy.shapes import Layer, ReliefRule

YUAN = 100


@dataclass(frozen=True)
class Relief:
    """救助结果 in 分; the three add up to the cost."""

    basic: int
    tilted: int
    borne: int

    @property
    def paid(self) -> int:
        """What the layers pay together."""
        return self.basic + self.tilted


@dataclass(frozen=True)
class Bill:
    """合规自付费用 of one bill, in 分."""

    issued_on: date
    amount: int


def relief(cost: int, rule: ReliefRule) -> Relief:
    """What a compliant cost of one person and year is relieved by; each layer rounded half up."""
    paid = {"basic": 0, "tilted": 0}
    left = cost
    for layer in rule.layer:
        on = left if rule.second_on == "remainder" else cost
        paid[layer.code] = min(_pays(layer, on), left)
        left -= paid[layer.code]
    return Relief(paid["basic"], paid["tilted"], left)


def relief_of_year(bills: Sequence[Bill], year: int, rule: ReliefRule) -> Relief:
    """The same on all of a person's bills of a year."""
    return relief(sum(bill.amount for bill in bills if bill.issued_on.year == year), rule)


def loss(bills: Sequence[Bill], year: int, identified_on: date | None, rule: ReliefRule) -> int:
    """少得的救助: what a person loses in a year because bills are older than the day of identification."""
    since = [bill for bill in bills if identified_on and bill.issued_on >= identified_on]
    return relief_of_year(bills, year, rule).paid - relief_of_year(since, year, rule).paid


def _pays(layer: Layer, cost: int) -> int:
    above = max(cost - layer.above_yuan * YUAN, 0)
    pays = (above * layer.percent + 50) // 100
    return pays if layer.cap_yuan is None else min(pays, layer.cap_yuan * YUAN)
