"""地图页: villages and urgent households as points of our own drawing; the same figures stand below as a table."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from field.at_hand import settings
from field.auth import actor, allow
from field.china_time import opens
from field.codes import Grade
from field.db import db
from field.media.coordinates import Point, to_gcj02
from field.monitoring.board import map_points
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day, month_of
from field.registry.regions import TOWN
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_month
from field.web.paper import printable
from field.web.whereabouts import here
from field.web.wording import now

map_room = Blueprint("map_page", __name__, url_prefix="/map")


@map_room.get("")
@allow(Right.READ_HOUSEHOLDS)
@printable
def page() -> str:
    """The map of a region, and its parts as a table: the towns of a county, the villages of a town."""
    where = here(Right.READ_HOUSEHOLDS)
    rows = map_points.villages(db.session(), where.code)
    if of_towns := len(where.code) < TOWN:
        rows = map_points.together(rows, where.below)
    return render_template(
        "map.html", here=where, rows=rows, of_towns=of_towns, grades=map_points.GRADED,
        month=_month()[0].isoformat()[:7], tiles=settings().map_tiles, places=actor().has(Right.READ_PLACES),
    )  # fmt: skip


@map_room.get("/points")
@allow(Right.READ_HOUSEHOLDS)
@traced(Look.MAP)
def points() -> Response:
    """What is drawn: [latitude, longitude, …] in the datum of the tiles, WGS-84 where there are none."""
    where, session = here(Right.READ_HOUSEHOLDS), db.session()
    grades = [grade.value for grade in Grade]
    found: dict[str, Any] = {
        "villages": [
            [*_at(one.point), one.name, one.code, sum(one.grades)]
            for one in map_points.villages(session, where.code)
            if one.point
        ],
        "homes": [
            [*_at(one.point), grades.index(one.grade), one.head, one.id]
            for one in map_points.homes(session, where.code)
        ],
        "grades": grades,
    }
    if request.args.get("visits") and actor().has(Right.READ_PLACES):
        found["visits"] = [_at(point) for point in map_points.visits(session, where.code, *_times(*_month()))]
    return jsonify(found)


def _month() -> tuple[date, date]:
    """The month asked for, this one where none is, from its first day to the next one's."""
    return month_of(asked_month() or china_day(now()))


def _times(since: date, until: date) -> tuple[datetime, datetime]:
    return opens(since), opens(until)


def _at(point: Point) -> list[float]:
    shown = to_gcj02(point) if settings().map_datum == "GCJ-02" else point
    return [round(shown.latitude, 6), round(shown.longitude, 6)]
