"""在监测的日子: the days on which a household was monitored, for which alone relief is reckoned; one span a round."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.monitoring.board.standings import HouseholdStanding
from field.monitoring.workdays import china_day


class Span(NamedTuple):
    """一段: from the day of an identification to the day of the elimination, both within; no end while it lasts."""

    begins: date
    ends: date | None = None


class Stood(NamedTuple):
    """一次状况: from when the ledger says of a household that it is, or is no longer, monitored."""

    recorded_at: datetime
    kind: str | None
    identified_on: date | None


Spans = tuple[Span, ...]


def spans(several: Iterable[Stood]) -> Spans:
    """The spans from a household's standings, oldest first; a new day within one corrects it."""
    found: list[Span] = []
    for one in several:
        lasts = bool(found) and found[-1].ends is None
        if one.kind and one.identified_on:
            found[-1 if lasts else len(found) :] = [Span(one.identified_on)]
        elif lasts:
            found[-1] = Span(found[-1].begins, china_day(one.recorded_at))
    return tuple(found)


def within(day: date, several: Spans) -> bool:
    """Whether a household was monitored on a day."""
    return any(one.begins <= day and (one.ends is None or day <= one.ends) for one in several)


def older(day: date, several: Spans) -> bool:
    """识别以前: whether it was not monitored on a day, and an identification came later or is still to come."""
    return not within(day, several) and (not several or day < several[-1].begins)


def spans_of(session: Session, household_ids: Collection[str]) -> dict[str, Spans]:
    """The spans of households, with one statement."""
    own = HouseholdStanding
    rows = select(own.household_id, own.recorded_at, own.kind, own.identified_on)
    rows = rows.where(own.household_id.in_(household_ids)).order_by(own.household_id, own.seq)
    stood: dict[str, list[Stood]] = {household_id: [] for household_id in household_ids}
    for one in session.execute(rows):
        stood[one.household_id].append(Stood(one.recorded_at, one.kind, one.identified_on))
    return {household_id: spans(several) for household_id, several in stood.items()}
