"""隔开读: a file is opened in a process of its own, so that a hostile one brings nothing else down."""

import contextlib
import json
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from field.registry.roster_sheet import UNREADABLE, Refused

MEMORY = 2 * 2**30
AHEAD, LEFT = 4000, 10_000  # lines of about 1 KB; a pipe holds fewer than are left
SECONDS = 300
ALONE = """
import importlib, sys, types
field = types.ModuleType("field")  # the rooms without the front door, which would bring the whole web in
field.__path__ = [sys.argv[1]]
sys.modules["field"] = field
importlib.import_module(sys.argv[2]).main()
"""


def alone(module: str) -> list[str]:
    """The command by which the `main` of one of our modules runs in a process of its own."""
    return [sys.executable, "-c", ALONE, str(Path(__file__).parents[1]), module]


def heard(module: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the `main` of one of our modules tells of a file, line by line; raises Refused where it cannot be used."""
    with subprocess.Popen(  # noqa: S603 - our own module, no word of the file's in the command
        alone(module), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as child:  # fmt: skip
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(json.dumps(asked))
            child.stdin.close()
            yield from _said(_ahead(child.stdout))
        finally:
            child.kill()


def _ahead(lines: Iterator[str]) -> Iterator[str]:
    """The same lines, read while the last ones are being worked on: a pipe holds a few households only."""
    held: SimpleQueue[str | None] = SimpleQueue()
    room = threading.Semaphore(AHEAD)

    def read() -> None:
        with contextlib.suppress(ValueError):  # the pipe was closed meanwhile: nobody wants to hear more
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


def _said(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        said: dict[str, Any] = json.loads(line)
        if "refused" in said:
            raise Refused(said["refused"])
        if not said:
            return
        yield said
    raise Refused(UNREADABLE)


def answer(tell: Callable[[dict[str, Any]], Iterator[dict[str, Any]]]) -> None:
    """What the process does: read what it is asked for from standard input, tell it line by line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked = json.load(sys.stdin)
    try:
        for said in tell(asked):
            sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.write("{}\n")
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": str(refused)}) + "\n")
