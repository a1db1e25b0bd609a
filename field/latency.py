"""耗时: how long requests took, by route; each process counts in a file of its own, and all are told together."""

import fcntl
import mmap
import os
import threading
import weakref
from array import array
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from field.logs import number, took

NAME, MEANING = "field_request_seconds", "请求用了多少秒"
UP_TO = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CELLS = len(UP_TO) + 2  # what took no longer than each, what took longer, and all seconds together
OTHER = ("other", "any")  # whatever no route was asked for

Route = tuple[str, str]


class Latency:
    """计时 of one application: as many figures as it has routes, whatever is asked.

    A process takes the first file that no living one holds, and goes on from what its forerunner counted there; where
    none can be written, it counts for itself alone.
    """

    def __init__(self, folder: Path, routes: Sequence[Route]) -> None:
        self._folder, self._routes = folder, [OTHER, *routes]
        self._places = {route: place * CELLS for place, route in enumerate(self._routes)}
        self._layout = sha256(repr((UP_TO, self._routes)).encode()).hexdigest()[:16]
        self._one_at_a_time = threading.Lock()
        self._process = 0
        self._counts: Any = None

    def count(self, route: Route, seconds: float) -> None:
        """One request more."""
        place = self._places.get(route, 0)
        cell = next((nth for nth, most in enumerate(UP_TO) if seconds <= most), len(UP_TO))
        with self._one_at_a_time:
            if self._process != os.getpid():
                self._process, self._counts = os.getpid(), self._begin()
            self._counts[place + cell] += 1
            self._counts[place + CELLS - 1] += seconds

    def lines(self) -> Iterator[str]:
        """The sums of all processes, as Prometheus reads a histogram; routes that nobody asked for are left out."""
        yield f"# HELP {NAME} {MEANING}\n# TYPE {NAME} histogram\n"
        whole = [sum(cells) for cells in zip(*self._all(), strict=True)]
        for (rule, method), place in self._places.items() if whole else ():
            *several, seconds = whole[place : place + CELLS]
            if not any(several):
                continue
            labels, sofar = f'route="{_quoted(rule)}",method="{method}"', 0.0
            for most, many in zip((*map(str, UP_TO), "+Inf"), several, strict=True):
                sofar += many
                yield f'{NAME}_bucket{{{labels},le="{most}"}} {sofar:.0f}\n'
            yield f"{NAME}_sum{{{labels}}} {seconds:.6g}\n{NAME}_count{{{labels}}} {sofar:.0f}\n"

    def _begin(self) -> Any:
        size = len(self._routes) * CELLS * 8
        try:
            return memoryview(self._take(size)).cast("d")
        except OSError:
            return memoryview(bytearray(size)).cast("d")

    def _take(self, size: int) -> mmap.mmap:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for old in self._folder.iterdir():
            if not old.name.startswith(self._layout):  # another release counted other routes
                old.unlink(missing_ok=True)
        file = next(file for file in map(self._locked, count()) if file is not None)
        weakref.finalize(self, os.close, file)  # held as long as this process lives
        os.pwrite(file, bytes(size - (there := os.fstat(file).st_size)), there)  # a hole may not be filled any more
        return mmap.mmap(file, size)

    def _locked(self, nth: int) -> int | None:
        file = os.open(self._folder / f"{self._layout}-{nth}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return file

    def _all(self) -> Iterator["array[float]"]:
        for path in self._folder.glob(f"{self._layout}-*"):
            cells = array("d", path.read_bytes())
            if len(cells) == len(self._routes) * CELLS:  # not one that is just being made
                yield cells


def set_up(app: Flask, home: Path) -> None:
    """Time every request of an application that has all its routes."""
    routes = {
        (rule.rule, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set())
        if method not in ("HEAD", "OPTIONS")
    }  # fmt: skip
    timed = app.extensions["field_latency"] = Latency(home / "latency", sorted(routes))

    @app.after_request
    def _timed(answer: Response) -> Response:
        if number() is not None:
            timed.count(_route(request.url_rule, request.method), took())
        return answer


def _route(rule: Any, method: str) -> Route:
    return (rule.rule, "GET" if method == "HEAD" else method) if rule else OTHER


def _quoted(rule: str) -> str:
    return rule.replace("\\", r"\\").replace('"', r"\"")
