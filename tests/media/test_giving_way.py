"""Work on pictures steps back behind everybody else, and nobody else with it."""

import os
import sys
import threading

import pytest

from field.media.giving_way import BEHIND, giving_way


def rank() -> int:
    """The rank of the thread that asks: the higher, the later it gets its turn."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id() if sys.platform == "linux" else 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ranks threads one by one")
def test_what_gives_way_is_ranked_behind_and_who_asked_for_it_is_not() -> None:
    mine = rank()
    assert giving_way(rank) == min(mine + BEHIND, 19)
    assert rank() == mine


def test_what_gives_way_answers_and_fails_as_if_it_had_been_done_here() -> None:
    assert giving_way(max, 3, 4) == 4
    with pytest.raises(ZeroDivisionError):
        giving_way(divmod, 1, 0)
