"""Pictures for the tests: made from a seed, or real ones from ../shared where they are at hand."""

import io
import os
import random
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PIL import Image

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "photos"
REAL = (
    "67-0_length_string.jpg",
    "DSCN0010.jpg",
    "DSCN0025.jpg",
    "DSCN0042.jpg",
    "IMG_5195.HEIC",
    "image01713.jpg",
    "iphone_13_pro_max.HEIC",
    "jolla.jpg",
    "landscape_3.jpg",
    "no_exif.jpg",
    "portrait_6.jpg",
)


def scene(seed: int = 1, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A soft random picture: the same for the same seed."""
    spots = Image.frombytes("RGB", (16, 12), random.Random(seed).randbytes(16 * 12 * 3))
    return spots.resize(size, Image.Resampling.BICUBIC)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """The picture as a file of that format."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def read(data: bytes) -> Image.Image:
    """The file as a picture, by Pillow's own choice of decoder."""
    return Image.open(io.BytesIO(data))


def real(name: str) -> bytes:
    """A real photograph, where ../shared is at hand."""
    path = PHOTOS / name
    if not path.exists():
        missing(f"no photograph {name} in ../shared/data/photos")
    return path.read_bytes()


def missing(reason: str) -> NoReturn:
    """Skip the test for want of something, or fail it where nothing may be skipped."""
    if os.environ.get("FIELD_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of brightness (0–255) of two pictures, compared at 64 × 64."""
    first, second = (image.convert("L").resize((64, 64)).tobytes() for image in (one, other))
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / 4096
