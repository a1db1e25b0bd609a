"""所得: what was understood, from which words, and how surely."""

from dataclasses import asdict, dataclass
from typing import Any

# How sure, by the kind of evidence; tests/messaging/understanding prints how often each kind was right.
SAID_PLAINLY = 0.95  # with the word that names it beside it: 一个月五千二, 在义乌, a number in figures
SPOKEN = 0.9  # the only thing it can mean, without such a word
RECKONED = (
    0.8  # worked out from what was said: a year's pay by twelve, 过完年出来的, a city before a district elsewhere
)
SEVERAL = 0.4  # a name of several places: nothing is proposed but the choice


@dataclass(frozen=True)
class Fact:
    """一条: a value and the words it came from; several candidates where a name fits several places."""

    value: Any
    words: str
    confidence: float
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """理解结果: nothing where nothing was said, or where it concerns somebody else."""

    phone: Fact | None = None
    place: Fact | None = None
    income_min: Fact | None = None
    income_max: Fact | None = None
    work: Fact | None = None
    months_away: Fact | None = None
    well: Fact | None = None
    asks_help: Fact | None = None
    not_me: Fact | None = None
    for_people: Fact | None = None
    about_someone_else: Fact | None = None

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {name: asdict(fact) if fact else None for name, fact in vars(self).items()}
