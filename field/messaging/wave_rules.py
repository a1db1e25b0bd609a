"""分批规则: when the people of a wave are asked, spread over open hours and towns; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from field.monitoring.workdays import SHANGHAI
from field.monitoring.workers.checkin_rules import Hours, on_clock

TOWN = 9
MILLISECOND = timedelta(milliseconds=1)
HOURS = Hours()


Asked = tuple[str, str]  # person, village


def is_open(now: datetime, hours: Hours = HOURS) -> bool:
    """Whether people may be asked now."""
    return hours.opens <= now.astimezone(SHANGHAI).time() < hours.closes


def opening(now: datetime, hours: Hours = HOURS) -> datetime:
    """Now, or the next moment at which people may be asked."""
    local = now.astimezone(SHANGHAI)
    if local.time() >= hours.closes:
        local += timedelta(days=1)
    elif local.time() >= hours.opens:
        return now
    return datetime.combine(local.date(), hours.opens, SHANGHAI).astimezone(now.tzinfo)


def spread(people: Iterable[Asked], begin: datetime, per_day: int, hours: Hours = HOURS) -> list[tuple[str, datetime]]:
    """Everybody once, each with a moment: evenly over open hours, at most so many a day, every town over the whole.

    Those who are named first are asked first within their town. The same people always get the same moments.
    """
    order = _through_towns(people)
    if not order:
        return []
    pause = -(-(hours.length // MILLISECOND) // min(len(order), per_day)) * MILLISECOND
    first = opening(begin, hours)
    return [(person, _after(first, place * pause, hours)) for place, person in enumerate(order)]


def _through_towns(people: Iterable[Asked]) -> Sequence[str]:
    """Each town's people at even distances over the whole, the towns shifted against each other."""
    towns: dict[str, list[str]] = {}
    for person, village in people:
        towns.setdefault(village[:TOWN], []).append(person)
    places = [
        ((place + _shift(town)) / len(several), town, person)
        for town, several in towns.items()
        for place, person in enumerate(several)
    ]
    return [person for _, _, person in sorted(places)]


def _shift(town: str) -> float:
    return int.from_bytes(sha256(town.encode()).digest()[:4], "big") / 2**32


def _after(first: datetime, spent: timedelta, hours: Hours) -> datetime:
    """So much open time after an open moment, nights left out."""
    local = first.astimezone(SHANGHAI)
    whole = spent + on_clock(local.time()) - on_clock(hours.opens)
    days, rest = divmod(whole, hours.length)
    day = datetime.combine(local.date() + timedelta(days=days), hours.opens, SHANGHAI)
    return (day + rest).astimezone(first.tzinfo)
