"""截至: the day of which a board speaks, given as it is, or asked of a statement that is written once."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Date, bindparam

from field.china_time import opens
from field.monitoring.policy.shelf import pack_on
from field.monitoring.workdays import DAY
from field.orm import UtcDateTime

MONTHS = 12
AGEING = ("phone", "work_place", "monthly_income")  # what is known of a worker and grows old


class Until(NamedTuple):
    """截至某一天: up to the end of a day; `days` asks for the slow alone."""

    on: date
    days: int = 0

    @property
    def begins(self) -> datetime:
        """The first moment of the month."""
        return opens(self.on.replace(day=1))

    @property
    def year_begins(self) -> datetime:
        """The first moment of the twelve months of which this is the last."""
        return opens(self.months[0])

    @property
    def opened(self) -> datetime:
        """The first moment of the day."""
        return opens(self.on)

    @property
    def ends(self) -> datetime:
        """The moment at which the day is over."""
        return opens(self.on + DAY)

    @property
    def months(self) -> list[date]:
        """The first days of the twelve months."""
        this = self.on.year * 12 + self.on.month - 1
        return [date(nth // 12, nth % 12 + 1, 1) for nth in range(this - MONTHS + 1, this + 1)]

    def known_since(self, attribute: str, half_lives: int) -> datetime:
        """From when on a fact must have been seen to be no older than so many half-lives by the pack of the day."""
        days: int = getattr(pack_on(self.on).half_life_days, attribute)
        return self.ends - timedelta(days=days * half_lives)

    @property
    def given(self) -> dict[str, Any]:
        """What a statement made with ASKED is to be given."""
        known = {f"{name}_{many}": self.known_since(name, many) for name in AGEING for many in (1, 2)}
        return {name: getattr(self, name) for name in Asked._fields if name != "days"} | known


class Asked(NamedTuple):
    """The same, to be given when the statement runs."""

    on: Any = bindparam("on", type_=Date())
    begins: Any = bindparam("begins", type_=UtcDateTime())
    year_begins: Any = bindparam("year_begins", type_=UtcDateTime())
    opened: Any = bindparam("opened", type_=UtcDateTime())
    ends: Any = bindparam("ends", type_=UtcDateTime())
    days: int = 0

    def known_since(self, attribute: str, half_lives: int) -> Any:
        """The same, to be given."""
        return bindparam(f"{attribute}_{half_lives}", type_=UtcDateTime())


ASKED = Asked()
Moments = Until | Asked
