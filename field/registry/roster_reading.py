"""读名册: household by household, from a process of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from field.registry.apart import answer, heard
from field.registry.roster import RosterHousehold
from field.registry.roster_household import Fault, Sheet
from field.registry.roster_sheet import EMPTY, Refused, table


@dataclass(frozen=True, slots=True)
class Opened:
    """已打开: the sheet's name and how many people stand on it; always the first that is read."""

    sheet: str
    total: int


@dataclass(frozen=True, slots=True)
class Read:
    """读到一户: the household, or why it is held back, how many people were read so far, and the rows it stands on."""

    done: int
    household: RosterHousehold | None
    faults: list[Fault]
    rows: list[int]


def read_roster(path: Path, villages: Mapping[str, str], today: date) -> Iterator[Opened | Read]:
    """Read a roster, household by household.

    `villages` says for every way to write a village its 12-digit code, or why it is not clear.
    Raises Refused before anything was read when the file cannot be used.
    """
    asked = {"path": str(path.resolve()), "villages": dict(villages), "today": today.isoformat()}
    for said in heard(__name__, asked):
        if "sheet" in said:
            yield Opened(said["sheet"], said["total"])
        else:
            yield Read(said["done"], said["household"], [Fault(*fault) for fault in said["faults"]], said["rows"])


def _tell(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = table(Path(asked["path"]))
    sheet = Sheet(found.header, asked["villages"], date.fromisoformat(asked["today"]))
    survey = sheet.survey(found.lines())
    if not survey.total:
        raise Refused(EMPTY)
    yield {"sheet": found.sheet, "total": survey.total}
    done = 0
    for read in sheet.households(found.lines(), survey):
        done += len(read.rows)
        yield {"done": done, "household": read.household, "faults": read.faults, "rows": read.rows}


def main() -> None:
    """What the process does."""
    answer(_tell)
