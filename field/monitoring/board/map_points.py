"""地图上的点: villages with their counts, households by grade, and where the visits of a month were; WGS-84."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from field.codes import EntryKind, Grade
from field.ledger.entries import Entry
from field.media.coordinates import Point, to_wgs84
from field.monitoring.risk.grades import JUDGED, by_urgency, judged_grade
from field.registry.households import Household
from field.registry.regions import Region, in_region, within

MOST = 5000
GRADED = tuple(grade for grade in Grade if grade is not Grade.NONE)
_placed = and_(Household.latitude.is_not(None), Household.longitude.is_not(None))


class Village(NamedTuple):
    """村: the middle of its households that have a place, None where none has; how many households, by grade."""

    code: str
    name: str
    point: Point | None
    households: int
    monitored: int
    grades: tuple[int, ...]


class Home(NamedTuple):
    """户: where it lies, how urgent it is, whether it is monitored."""

    id: str
    head: str
    point: Point
    grade: str
    kind: str | None


def villages(session: Session, region: str) -> list[Village]:
    """Every village of a region that has households, with one statement."""
    counts = [func.sum(case((judged_grade == grade.value, 1), else_=0)) for grade in GRADED]
    places = func.avg(Household.latitude), func.avg(Household.longitude)
    rows = (
        select(Region.code, Region.name, *places, func.count(Household.id), func.count(Household.kind), *counts)
        .select_from(Household)
        .join(Region, Region.code == Household.region)
        .outerjoin(*JUDGED)
        .where(in_region(Household.region, region))
        .group_by(Region.code, Region.name)
        .order_by(Region.code)
    )
    return [
        Village(code, name, None if north is None else Point(float(north), float(east)), homes, watched, tuple(each))
        for code, name, north, east, homes, watched, *each in session.execute(rows)
    ]


def together(several: Sequence[Village], towns: Sequence[Region]) -> list[Village]:
    """The villages of each town as one; the town has a place where one of its villages has."""
    return [_as_one(town, [one for one in several if within(one.code, town.code)]) for town in towns]


def _as_one(town: Region, its: Sequence[Village]) -> Village:
    households, monitored = sum(one.households for one in its), sum(one.monitored for one in its)
    grades = tuple(sum(one.grades[nth] for one in its) for nth in range(len(GRADED)))
    point = next((one.point for one in its if one.point), None)
    return Village(town.code, town.name, point, households, monitored, grades)


def homes(session: Session, region: str, most: int = MOST) -> list[Home]:
    """The households that are monitored or graded and have a place, the most urgent first."""
    rows = (
        select(Household.id, Household.head, Household.latitude, Household.longitude, judged_grade, Household.kind)
        .outerjoin(*JUDGED)
        .where(in_region(Household.region, region), _placed, _shown())
        .order_by(by_urgency, Household.id)
        .limit(most)
    )
    return [
        Home(one, head, Point(north or 0.0, east or 0.0), grade, kind)
        for one, head, north, east, grade, kind in session.execute(rows)
    ]


def visits(session: Session, region: str, since: datetime, until: datetime, most: int = MOST) -> list[Point]:
    """Where visits were recorded in a time, the newest first; those without a fix are left out."""
    rows = (
        select(Entry.payload)
        .join(Household, Household.id == Entry.chain_id)
        .where(Entry.kind == EntryKind.VISIT.value, Entry.recorded_at >= since, Entry.recorded_at < until)
        .where(in_region(Household.region, region))
        .order_by(Entry.recorded_at.desc())
        .limit(most)
    )
    return _fixes(session.scalars(rows).all())


def _shown() -> ColumnElement[bool]:
    return or_(Household.kind.is_not(None), judged_grade != Grade.NONE.value)


def _fixes(payloads: Sequence[str]) -> list[Point]:
    said: list[dict[str, Any] | None] = [json.loads(payload).get("location") for payload in payloads]
    return [to_wgs84(Point(at["latitude"], at["longitude"]), at["datum"]) for at in said if at]
