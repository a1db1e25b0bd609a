"""长期用药测算: month by month what a steady cost means against the layers and their caps; pure, in 分."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from field.monitoring.policy.shapes import ReliefRule
from field.monitoring.relief.relief import YUAN, Relief, relief
from field.monitoring.workdays import months_after

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """一个月: its cost, what each layer pays of it, what the family bears, and which layers have reached their cap."""

    begins: date
    cost: int
    basic: int
    tilted: int
    counted: int
    capped: tuple[str, ...]

    @property
    def borne(self) -> int:
        """家里负担, with what is not compliant."""
        return self.cost - self.basic - self.tilted


@dataclass(frozen=True)
class Steady:
    """每月的费用: all of it, the compliant part, and what has been counted this year before."""

    cost: int
    compliant: int
    so_far: int = 0


def project(first: date, steady: Steady, rule: Callable[[int], ReliefRule]) -> list[Month]:
    """Twelve months from the month of a day; each January the count begins anew, by the rule of that year."""
    several: list[Month] = []
    counted, year = steady.so_far, first.year
    for place in range(MONTHS):
        begins = months_after(first.replace(day=1), place)
        counted, year = (counted, year) if begins.year == year else (0, begins.year)
        before, now = relief(counted, rule(year)), relief(counted + steady.compliant, rule(year))
        counted += steady.compliant
        shares = now.basic - before.basic, now.tilted - before.tilted
        several.append(Month(begins, steady.cost, *shares, counted, full(now, rule(year))))
    return several


def full(found: Relief, rule: ReliefRule) -> tuple[str, ...]:
    """The names of the layers that have paid all that they may."""
    paid = {"basic": found.basic, "tilted": found.tilted}
    caps = [(layer, layer.cap_yuan) for layer in rule.layer]
    return tuple(layer.name for layer, cap in caps if cap is not None and paid[layer.code] >= cap * YUAN)
