"""在旁准备: a process that makes the entries of new households while the last ones are being written."""

import gc
import pickle
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from field.monitoring.roster.first_entries import Made, make
from field.registry.apart import alone
from field.registry.roster import RosterHousehold
from field.registry.sealing import keyring, use_keyring

WORTH = 1000  # households; of fewer, the process itself takes longer


class Beside:
    """旁边的人手: is given some households and asked for what was made of them, in turn.

    The keys and the people go through a pipe and lie nowhere; when either side dies, the other one comes to its end.
    """

    def __init__(self, actor: str) -> None:
        self.actor = actor
        self._child: subprocess.Popen[bytes] | None = None
        self._made: Made | None = None

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_: object) -> None:
        if self._child:
            self._child.kill()
            self._child.__exit__(None, None, None)

    def give(self, households: Sequence[RosterHousehold], now: datetime) -> None:
        """Have them made; of few, it is done at once and here."""
        self._made = make(households, self.actor, now) if len(households) < WORTH else None
        if self._made is None:
            self._tell((households, self.actor, now))

    def take(self) -> Made:
        """What was made of those that were given last."""
        if self._made is None:
            assert self._child
            assert self._child.stdout
            self._made = pickle.load(self._child.stdout)  # noqa: S301 - from our own process
        return self._made

    def _tell(self, said: Any) -> None:
        if self._child is None:
            self._child = subprocess.Popen(alone(__name__), stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
            self._tell(keyring())
        assert self._child.stdin
        pickle.dump(said, self._child.stdin)
        self._child.stdin.flush()


def main() -> None:
    """What the process does, until nobody gives it anything more."""
    gc.disable()  # nothing that is made here refers back to itself
    use_keyring(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the one that began this
    while True:
        try:
            given = pickle.load(sys.stdin.buffer)  # noqa: S301
        except EOFError:
            return
        pickle.dump(make(*given), sys.stdout.buffer)
        sys.stdout.flush()
