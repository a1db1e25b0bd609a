"""拍摄信息: what a picture says of itself: when, where, by which camera. Damaged parts count as absent."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from field.china_time import SHANGHAI

TIMES = (
    (Base.DateTimeOriginal, Base.OffsetTimeOriginal),
    (Base.DateTimeDigitized, Base.OffsetTimeDigitized),
)

Tags = Mapping[int, Any]


def taken_at(exif: Image.Exif) -> datetime | None:
    """拍摄时间 in UTC: one without offset is taken for Asia/Shanghai (EXIF 2.32, 4.6.5). None if not told."""
    tags = _part(exif, IFD.Exif)
    for time, offset in TIMES:
        if moment := _moment(tags.get(time), tags.get(offset) or tags.get(Base.OffsetTime)):
            return moment
    return None


def position(exif: Image.Exif) -> tuple[float, float] | tuple[None, None]:
    """拍摄位置: latitude and longitude in degrees, both or neither."""
    tags = _part(exif, IFD.GPSInfo)
    latitude = _degrees(tags.get(GPS.GPSLatitude), tags.get(GPS.GPSLatitudeRef), "NS", 90)
    longitude = _degrees(tags.get(GPS.GPSLongitude), tags.get(GPS.GPSLongitudeRef), "EW", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None, None
    return latitude, longitude


def camera(exif: Image.Exif) -> str | None:
    """相机: maker and model, at most 80 characters; None where not told."""
    maker, model = (_words(exif.get(tag)) for tag in (Base.Make, Base.Model))
    return (model if model.lower().startswith(maker.lower()) else f"{maker} {model}").strip()[:80] or None


def _part(exif: Image.Exif, part: int) -> Tags:
    try:
        return exif.get_ifd(part)
    except Exception:  # damaged EXIF raises whatever the parser stumbles over
        return {}


def _moment(time: object, offset: object) -> datetime | None:
    try:
        moment = datetime.strptime(_words(time), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - its zone comes next
        return moment.replace(tzinfo=_zone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(offset: object) -> Any:
    try:
        return datetime.strptime(_words(offset), "%z").tzinfo
    except ValueError:
        return SHANGHAI


def _degrees(parts: object, side: object, sides: str, limit: int) -> float | None:
    """Degrees, minutes and seconds as one signed number; None unless all of it makes sense."""
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
        value = degrees + minutes / 60 + seconds / 3600
        sign = {sides[0]: 1, sides[1]: -1}[_words(side)]
    except (TypeError, ValueError, KeyError, ZeroDivisionError):
        return None
    return sign * value if math.isfinite(value) and 0 <= value <= limit else None


def _words(value: object) -> str:
    """The printable words of a text tag; empty for anything but text."""
    text = value.split("\0")[0] if isinstance(value, str) else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
