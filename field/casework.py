"""办一步: something done to a case, a plan, a tie or the fund, once; each refusal told alike by pages and interface."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from field.db import transact
from field.ledger.entries import Entry
from field.monitoring.cases.cases import OtherContent, Stale
from field.monitoring.refusals import OutOfOrder, WrongHands
from field.problems import Problem


def done(work: Callable[[Session], Entry], stale: str = "", other: str = "") -> Entry:
    """The entry of what was done; what lacks only content stays Refused, for the edge to tell where it was written."""
    with refused(stale, other):
        return transact(work)


@contextmanager
def refused(stale: str = "", other: str = "") -> Iterator[None]:
    """不能办的 as problems: an old page or a used key (each may have its own words), wrong hands, or not the time."""
    try:
        yield
    except Stale:
        raise Problem(409, "stale", stale or _("刚才有人办过一步，请刷新后再看，没有重复记录")) from None
    except OtherContent:
        raise Problem(409, "other_content", other or _("这一页已经交过别的内容，请刷新后再办")) from None
    except WrongHands as error:
        raise _first(403, "wrong_hands", error.faults) from None
    except OutOfOrder as error:
        raise _first(409, "out_of_order", error.faults) from None


def _first(status: int, code: str, faults: Sequence[Mapping[str, str]]) -> Problem:
    words = faults[0]["message"]
    return Problem(status, code, words, faults)
