"""Real photographs through the whole room. Expectations were read with exiftool 12.57, not with Pillow."""

from datetime import UTC, datetime

import pytest
from PIL import Image

from field.media.alike import dhash, telling
from field.media.photo import Photo, inspect
from field.media.versions import large, small

from .pictures import REAL, read, real, unlike

# The Nikon's clock was at home in Italy and its GPS date is a day ahead; its time has no offset, so it is
# taken for Asia/Shanghai. image01713 has an XMP time only, no_exif and 67-0 only the time of the last change.
TOLD: dict[str, tuple[str, int, int, str | None, tuple[float, float] | None, str | None]] = {
    "67-0_length_string.jpg": ("jpeg", 4032, 2012, None, (51.025, 7.591944), "samsung SM-G930F"),
    "DSCN0010.jpg": ("jpeg", 640, 480, "2008-10-22 08:28:39", (43.467448, 11.885127), "NIKON COOLPIX P6000"),
    "DSCN0025.jpg": ("jpeg", 640, 480, "2008-10-22 08:43:21", (43.468365, 11.881635), "NIKON COOLPIX P6000"),
    "DSCN0042.jpg": ("jpeg", 640, 480, "2008-10-22 09:00:07", (43.464455, 11.881478), "NIKON COOLPIX P6000"),
    "IMG_5195.HEIC": (
        "heic",
        2566,
        3313,
        "2021-04-11 20:47:53",  # 15:47:53 -05:00
        (39.051344, -94.288772),
        "Apple iPhone 11 Pro Max",
    ),
    "image01713.jpg": ("jpeg", 49, 500, None, None, None),
    # stored 4032 × 3024 with a rotation of 270°; 12:55:41 +01:00
    "iphone_13_pro_max.HEIC": ("heic", 3024, 4032, "2022-02-16 11:55:41", None, "Apple iPhone 13 Pro Max"),
    "jolla.jpg": ("jpeg", 3264, 2448, "2014-09-21 08:00:56", None, "Jolla"),
    "landscape_3.jpg": ("jpeg", 600, 450, None, None, None),
    "no_exif.jpg": ("jpeg", 322, 466, None, None, None),
    "portrait_6.jpg": ("jpeg", 450, 600, None, None, None),
}
PLAIN = {"67-0_length_string.jpg", "image01713.jpg"}  # one grey, and one dark cloth


@pytest.mark.parametrize("name", REAL)
def test_a_real_photo_says_what_its_exif_says(name: str) -> None:
    photo = inspect(real(name))
    form, width, height, time, place, camera = TOLD[name]
    assert (photo.format, photo.width, photo.height, photo.camera) == (form, width, height, camera)
    assert photo.taken_at == (datetime.fromisoformat(time).replace(tzinfo=UTC) if time else None)
    assert _place(photo) == (pytest.approx(place, abs=1e-6) if place else (None, None))


@pytest.mark.parametrize("name", REAL)
def test_the_shown_versions_of_a_real_photo_are_upright_smaller_and_tell_nothing(name: str) -> None:
    data = real(name)
    photo = inspect(data)
    for version, edge in ((large(data), 1600), (small(data), 320)):
        shown = read(version)
        assert shown.format == "JPEG"
        assert max(shown.size) == min(edge, max(photo.width, photo.height))
        assert shown.width / shown.height == pytest.approx(photo.width / photo.height, rel=0.05)
        assert not shown.getexif()
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not any(mark in version for mark in (b"Exif\0", b"http:", b"ICC_PROFILE", b"Apple "))


@pytest.mark.parametrize(
    ("name", "turn"),
    [("landscape_3.jpg", Image.Transpose.ROTATE_180), ("portrait_6.jpg", Image.Transpose.ROTATE_270)],
)
def test_a_photo_lying_on_its_side_is_stood_up(name: str, turn: Image.Transpose) -> None:
    data = real(name)
    raw = read(data)
    assert unlike(read(small(data)), raw.transpose(turn)) < 3
    assert unlike(read(small(data)), raw) > 20


@pytest.mark.parametrize("name", [name for name in REAL if name not in PLAIN])
def test_a_real_photo_shrunk_and_saved_again_is_still_alike(name: str) -> None:
    data = real(name)
    assert (dhash(data) ^ dhash(large(data))).bit_count() <= 3


def test_different_photos_of_one_walk_are_not_alike() -> None:
    hashes = [dhash(real(name)) for name in ("DSCN0010.jpg", "DSCN0025.jpg", "DSCN0042.jpg", "jolla.jpg")]
    assert min((a ^ b).bit_count() for a in hashes for b in hashes if a is not b) > 10


@pytest.mark.parametrize("name", REAL)
def test_a_blank_or_evenly_shaded_photo_is_known_not_to_be_telling(name: str) -> None:
    assert telling(dhash(real(name))) == (name not in PLAIN)


def _place(photo: Photo) -> tuple[float | None, float | None]:
    return photo.latitude, photo.longitude
