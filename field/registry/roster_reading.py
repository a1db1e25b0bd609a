"""读名册: a file is opened in a process of its own, so that a hostile one brings nothing else down."""

import json
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from field.registry.roster import RosterHousehold
from field.registry.roster_household import Fault, Sheet
from field.registry.roster_sheet import UNREADABLE, Refused, table

MEMORY = 2 * 2**30
AHEAD, LEFT = 4000, 1_000_000  # lines of about 1 KB
SECONDS = 300
ALONE = """
import sys, types
field = types.ModuleType("field")  # the rooms without the front door, which would bring the whole web in
field.__path__ = [sys.argv[1]]
sys.modules["field"] = field
from field.registry.roster_reading import main
main()
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """已打开: the sheet's name and how many people stand on it; always the first that is read."""

    sheet: str
    total: int


@dataclass(frozen=True, slots=True)
class Read:
    """读到一户: the household, or why it is held back, and how many people were read so far."""

    done: int
    household: RosterHousehold | None
    faults: list[Fault]


def read_roster(path: Path, villages: Mapping[str, str], today: date) -> Iterator[Opened | Read]:
    """Read a roster, household by household.

    `villages` says for every way to write a village its 12-digit code, or why it is not clear.
    Raises Refused before anything was read when the file cannot be used.
    """
    told = json.dumps({"path": str(path.resolve()), "villages": dict(villages), "today": today.isoformat()})
    command = [sys.executable, "-c", ALONE, str(Path(__file__).parents[1])]
    with subprocess.Popen(  # noqa: S603 - our own module, no word of the file's in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as child:  # fmt: skip
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(told)
            child.stdin.close()
            yield from _heard(_ahead(child.stdout))
        finally:
            child.kill()


def _ahead(lines: Iterator[str]) -> Iterator[str]:
    """The same lines, read while the last ones are being worked on: a pipe holds a few households only."""
    held: SimpleQueue[str | None] = SimpleQueue()
    room = threading.Semaphore(AHEAD)

    def read() -> None:
        for line in lines:
            room.acquire()
            held.put(line)
        held.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        while (line := held.get()) is not None:
            room.release()
            yield line
    finally:
        room.release(LEFT)  # a reader that waits for room must see that the process has ended


def _heard(lines: Iterator[str]) -> Iterator[Opened | Read]:
    for line in lines:
        said: dict[str, Any] = json.loads(line)
        if "refused" in said:
            raise Refused(said["refused"])
        if "sheet" in said:
            yield Opened(said["sheet"], said["total"])
        elif "done" in said:
            yield Read(said["done"], said["household"], [Fault(*fault) for fault in said["faults"]])
        else:
            return
    raise Refused(UNREADABLE)


def _tell(path: Path, villages: Mapping[str, str], today: date) -> Iterator[dict[str, Any]]:
    found = table(path)
    sheet = Sheet(found.header, villages, today)
    survey = sheet.survey(found.lines())
    yield {"sheet": found.sheet, "total": survey.total}
    done = 0
    for read in sheet.households(found.lines(), survey):
        done += read.rows
        yield {"done": done, "household": read.household, "faults": read.faults}
    yield {}


def main() -> None:
    """What the process does: read what it is asked for from standard input, tell it line by line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked = json.load(sys.stdin)
    today = date.fromisoformat(asked["today"])
    try:
        for said in _tell(Path(asked["path"]), asked["villages"], today):
            sys.stdout.write(json.dumps(said) + "\n")
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": str(refused)}) + "\n")
