"""GCJ-02 and WGS-84, against an independent implementation (PRCoords, CC0)."""

import prcoords
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from field.media.coordinates import Point, to_gcj02, to_wgs84
from field.media.place import metres

inside = st.builds(Point, st.floats(4, 53.5), st.floats(73.6, 135))


@given(inside)
@example(Point(31.7405, 111.3127))
@example(Point(39.9087, 116.3975))
@example(Point(35, 105))
def test_the_shown_point_is_where_the_independent_formula_puts_it(point: Point) -> None:
    assert metres(to_gcj02(point), Point(*prcoords.wgs_gcj(point))) < 0.01


@given(inside)
@example(Point(31.7405, 111.3127))
def test_the_way_back_is_exact_to_half_a_metre_at_least(point: Point) -> None:
    assert metres(to_wgs84(to_gcj02(point)), point) < 0.1
    assert metres(to_wgs84(point), Point(*prcoords.gcj_wgs_bored(point))) < 0.5


def test_the_shift_in_the_demo_county_is_some_hundred_metres() -> None:
    point = Point(31.7405, 111.3127)
    assert 300 < metres(point, to_gcj02(point)) < 700


@pytest.mark.parametrize(
    "point",
    [Point(43.467448, 11.885127), Point(39.051344, -94.288772), Point(-33.86, 151.2), Point(0, 0), Point(60, 110)],
)
def test_outside_china_nothing_is_shifted(point: Point) -> None:
    assert to_gcj02(point) == point
    assert to_wgs84(point) == point


def test_a_datum_is_named_and_an_unknown_one_is_refused() -> None:
    point = Point(31.7405, 111.3127)
    assert to_wgs84(point, "WGS-84") == point
    assert to_wgs84(point, "GCJ-02") == to_wgs84(point) != point
    with pytest.raises(ValueError, match="BD-09"):
        to_wgs84(point, "BD-09")
