"""坐标: between WGS-84, which satellites give, and GCJ-02, which Chinese maps and WeChat show."""

from math import cos, pi, radians, sin, sqrt
from typing import NamedTuple

AXIS = 6378245.0  # Krasovsky 1940, metres
ECCENTRICITY = 0.00669342162296594323  # squared
SOUTH, NORTH, WEST, EAST = 0.8293, 55.8271, 72.004, 137.8347
CLOSE = 1e-7  # degrees, about a centimetre


class Point(NamedTuple):
    """点: degrees, north and east positive."""

    latitude: float
    longitude: float


def to_gcj02(point: Point) -> Point:
    """转火星坐标: WGS-84 to GCJ-02; outside the box around China unchanged."""
    if not (SOUTH <= point.latitude <= NORTH and WEST <= point.longitude <= EAST):
        return point
    north, east = _shift_m(point.longitude - 105, point.latitude - 35)
    latitude = radians(point.latitude)
    bend = 1 - ECCENTRICITY * sin(latitude) ** 2
    meridian = AXIS * (1 - ECCENTRICITY) / bend**1.5
    parallel = AXIS / sqrt(bend) * cos(latitude)
    return Point(
        point.latitude + north / meridian * 180 / pi,
        point.longitude + east / parallel * 180 / pi,
    )


def to_wgs84(point: Point, datum: str = "GCJ-02") -> Point:
    """转卫星坐标: WGS-84 of a point in WGS-84 or GCJ-02, to a few centimetres; ValueError for others."""
    if datum == "WGS-84":
        return point
    if datum != "GCJ-02":
        raise ValueError(f"unknown datum {datum!r}")
    guess = point
    for _ in range(10):
        shown = to_gcj02(guess)
        north, east = shown.latitude - point.latitude, shown.longitude - point.longitude
        if max(abs(north), abs(east)) < CLOSE:
            break
        guess = Point(guess.latitude - north, guess.longitude - east)
    return guess


def _shift_m(x: float, y: float) -> tuple[float, float]:
    """The shift in metres north and east at x° east of 105° and y° north of 35°, as published for GCJ-02."""
    both = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (both + _waves(y, 20, 40, 160, 320)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (both + _waves(x, 20, 40, 150, 300)) * 2 / 3
    return north, east


def _waves(z: float, *heights: float) -> float:
    return sum(height * sin(pi * z / length) for height, length in zip(heights, (1, 3, 12, 30), strict=True))
