"""What EXIF says, and that damaged EXIF never costs the photograph."""

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from field.media.photo import Photo, inspect
from field.media.stowaway import stowaway
from field.media.versions import small

from .pictures import read, saved, scene

SEEN = datetime(2026, 11, 20, 2, 30, 5, tzinfo=UTC)


def told(main: dict[int, Any] | None = None, shot: dict[int, Any] | None = None, gps: Any = None) -> Photo:
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(IFD.Exif).update(shot or {})
    exif.get_ifd(IFD.GPSInfo).update(gps or {})
    return inspect(saved(scene(), "JPEG", exif=exif))


@pytest.mark.parametrize(
    ("shot", "expected"),
    [
        ({Base.DateTimeOriginal: "2026:11:20 10:30:05"}, SEEN),
        ({Base.DateTimeOriginal: "2026:11:20 10:30:05", Base.OffsetTimeOriginal: "+08:00"}, SEEN),
        ({Base.DateTimeOriginal: "2026:11:20 03:30:05", Base.OffsetTimeOriginal: "+01:00"}, SEEN),
        ({Base.DateTimeOriginal: "2026:11:20 03:30:05", Base.OffsetTime: "+01:00"}, SEEN),
        ({Base.DateTimeOriginal: "2026:11:20 10:30:05", Base.OffsetTimeOriginal: "   :  "}, SEEN),
        ({Base.DateTimeDigitized: "2026:11:20 10:30:05"}, SEEN),
        ({Base.DateTimeOriginal: "    :  :     :  :  ", Base.DateTimeDigitized: "2026:11:20 10:30:05"}, SEEN),
        ({Base.DateTimeOriginal: "0000:00:00 00:00:00"}, None),
        ({Base.DateTimeOriginal: "2026:02:30 10:30:05"}, None),
        ({Base.DateTimeOriginal: "0001:01:01 00:00:00"}, None),
        ({}, None),
    ],
)
def test_a_time_is_taken_in_its_zone_or_as_local_time(shot: dict[int, str], expected: datetime | None) -> None:
    assert told(shot=shot).taken_at == expected


def test_the_time_of_the_last_change_is_not_the_time_of_the_shot() -> None:
    assert told(main={Base.DateTime: "2026:11:20 10:30:05"}).taken_at is None


@pytest.mark.parametrize(
    ("latitude", "north", "longitude", "east", "expected"),
    [
        ((31, 44, 25.8), "N", (111, 18, 45.72), "E", (31.7405, 111.3127)),
        ((31.7405, 0, 0), "S", (111.3127, 0, 0), "W", (-31.7405, -111.3127)),
        ((0, 0, 0), "N", (0, 0, 0), "E", None),
        ((91, 0, 0), "N", (111, 0, 0), "E", None),
        ((31, 0, 0), "N", (181, 0, 0), "E", None),
        ((31, 0, 0), "X", (111, 0, 0), "E", None),
        ((31, 0, 0), "", (111, 0, 0), "E", None),
        ((IFDRational(0, 0), 0, 0), "N", (111, 0, 0), "E", None),
        ((31, 44), "N", (111, 18), "E", None),
    ],
)
def test_a_position_is_both_degrees_or_nothing(
    latitude: object, north: str, longitude: object, east: str, expected: tuple[float, float] | None
) -> None:
    photo = told(
        gps={
            GPS.GPSLatitude: latitude,
            GPS.GPSLatitudeRef: north,
            GPS.GPSLongitude: longitude,
            GPS.GPSLongitudeRef: east,
        }
    )
    found = (photo.latitude, photo.longitude)
    assert found == (pytest.approx(expected, abs=1e-7) if expected else (None, None))


@pytest.mark.parametrize(
    ("maker", "model", "expected"),
    [
        ("HUAWEI", "ELE-AL00", "HUAWEI ELE-AL00"),
        ("Xiaomi", "Xiaomi 14", "Xiaomi 14"),
        ("", "", None),
        ("Red\x07mi\n", " Note  9\0hidden", "Red mi Note 9"),
        ("A" * 200, "B", "A" * 80),
    ],
)
def test_a_camera_is_named_once_in_printable_words(maker: str, model: str, expected: str | None) -> None:
    assert told(main={Base.Make: maker, Base.Model: model}).camera == expected


@pytest.mark.parametrize("orientation", range(10))
def test_width_and_height_are_those_of_the_upright_photo(orientation: int) -> None:
    photo = told(main={Base.Orientation: orientation})
    assert (photo.width, photo.height) == ((240, 320) if orientation in {5, 6, 7, 8} else (320, 240))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_formats_carry_exif_too(form: str) -> None:
    exif = Image.Exif()
    exif[Base.Make] = "HUAWEI"
    assert inspect(saved(scene(), form, exif=exif)).camera == "HUAWEI"


GOOD = saved(scene(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")


def test_hand_made_exif_is_read() -> None:
    assert (inspect(GOOD).width, inspect(GOOD).height) == (240, 320)


TAGS = (0x010F, 0x0110, 0x0112, 0x8769, 0x8825, 0x9003, 0x9004, 0x9011, 1, 2, 3, 4)
entries = st.tuples(st.sampled_from(TAGS), st.integers(0, 13), st.integers(0, 4), st.integers(0, 120))


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(st.lists(entries, max_size=8), st.binary(max_size=60))
def test_exif_with_tags_of_any_type_and_length_never_costs_the_photo(
    tags: list[tuple[int, int, int, int]], rest: bytes
) -> None:
    assume(not stowaway(rest, len(rest)))
    directory = struct.pack(">H", len(tags)) + b"".join(struct.pack(">HHII", *tag) for tag in tags)
    data = saved(scene(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08" + directory + bytes(4) + rest)
    photo = inspect(data)
    assert {photo.width, photo.height} == {320, 240}
    assert read(small(data)).size == (photo.width, photo.height)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0", b""]),
    st.sampled_from([b"", b"\0\x02\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\x88\x25\0\x04\0\0\0\x01\0\0\0\x0a"]),
    st.binary(max_size=200),
)
def test_damaged_exif_never_costs_the_photo(head: bytes, loop: bytes, rest: bytes) -> None:
    assume(not stowaway(rest, len(rest)))  # hypothesis also tries the constants that it finds in the code
    photo = inspect(saved(scene(), "JPEG", exif=b"Exif\0\0" + head + loop + rest))
    assert {photo.width, photo.height} == {320, 240}
