"""What is evidence and what is not: judged by content, whole, not too large, and never with a crash."""

import contextlib
import struct
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from field.media.photo import MAX_BYTES, REFUSALS, NotEvidence, inspect

from .pictures import real, saved, scene

JPEG = saved(scene(), "JPEG")
PROGRESSIVE = saved(scene(), "JPEG", progressive=True)
PNG = saved(scene(size=(64, 48)), "PNG")
WEBP = saved(scene(), "WEBP")
LOSSLESS = saved(scene(size=(64, 48)), "WEBP", lossless=True)
WHOLE = {"jpeg": JPEG, "progressive": PROGRESSIVE, "png": PNG, "webp": WEBP, "lossless": LOSSLESS}

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def refusal(data: bytes) -> str:
    with pytest.raises(NotEvidence) as refused:
        inspect(data)
    assert refused.value.message == REFUSALS[refused.value.code]
    return refused.value.code


@pytest.mark.parametrize(("name", "data"), WHOLE.items(), ids=WHOLE)
def test_a_whole_picture_is_evidence(name: str, data: bytes) -> None:
    photo = inspect(data)
    assert photo.format == {"progressive": "jpeg", "lossless": "webp"}.get(name, name)
    assert photo.size == len(data)
    assert (photo.taken_at, photo.latitude, photo.longitude, photo.camera) == (None, None, None, None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        "收据".encode(),
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        saved(scene(), "GIF"),
        saved(scene(), "BMP"),
        saved(scene(), "TIFF"),
        saved(scene(), "AVIF"),
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x08mdat",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat",
    ],
)
def test_what_is_not_a_photo_is_refused_whatever_its_name(data: bytes) -> None:
    assert refusal(data) in {"not_an_image", "truncated"}


def test_a_file_over_15_megabytes_is_refused_unread() -> None:
    assert refusal(JPEG + bytes(MAX_BYTES)) == "too_large"
    assert inspect(JPEG + bytes(MAX_BYTES - len(JPEG))).size == MAX_BYTES


@many
@given(name=st.sampled_from(sorted(WHOLE)), where=st.floats(0, 1, exclude_max=True))
@example(name="png", where=1 - 1 / len(PNG))
@example(name="jpeg", where=1 - 1 / len(JPEG))
def test_a_truncated_photo_is_refused_wherever_it_was_cut(name: str, where: float) -> None:
    whole = WHOLE[name]
    assert refusal(whole[: int(len(whole) * where)]) in {"truncated", "not_an_image"}


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", ["IMG_5195.HEIC", "jolla.jpg", "DSCN0010.jpg"])
def test_a_real_photo_cut_in_transport_is_refused(name: str, kept: float) -> None:
    data = real(name)
    assert refusal(data[: int(len(data) * kept)]) == "truncated"


@many
@given(st.binary(max_size=400), st.sampled_from([b"", *(data[:64] for data in WHOLE.values())]))
def test_random_bytes_raise_nothing_but_a_refusal(tail: bytes, head: bytes) -> None:
    refusal(head + tail)


@many
@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8))
def test_a_photo_with_flipped_bytes_is_evidence_or_refused_and_nothing_else(
    name: str, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(WHOLE[name])
    for where, value in flips:
        data[int(len(data) * where)] = value
    with contextlib.suppress(NotEvidence):
        assert inspect(bytes(data)).size == len(data)


def _png_of(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">II", width, height) + PNG[24:29]
    return PNG[:12] + head + struct.pack(">I", zlib.crc32(head)) + PNG[33:]


def _jpeg_of(width: int, height: int) -> bytes:
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + struct.pack(">HH", height, width) + JPEG[at + 4 :]


def _webp_of(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return LOSSLESS[:21] + struct.pack("<I", bits | LOSSLESS[24] >> 4 << 28) + LOSSLESS[25:]


@pytest.mark.parametrize(
    "data",
    [_png_of(7_072, 7_072), _png_of(2**31 - 1, 2**31 - 1), _jpeg_of(65_500, 65_500), _webp_of(16_383, 16_383)],
    ids=["png just over", "png of 2³¹", "jpeg", "webp"],
)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(data: bytes) -> None:
    assert refusal(data) == "bomb"  # decoded, these few bytes would be "truncated"


def test_a_real_decompression_bomb_is_refused() -> None:
    assert refusal(saved(Image.new("1", (20_000, 8_000)), "PNG")) == "bomb"


def test_a_photo_of_a_50_megapixel_phone_is_no_bomb() -> None:
    assert inspect(saved(Image.new("L", (8_160, 6_120)), "JPEG")).width == 8_160


@pytest.mark.parametrize(
    "image",
    [
        scene().convert("L"),
        scene().convert("CMYK"),
        scene(size=(1, 1)),
        scene(size=(7, 3)),
    ],
    ids=["grey", "print colours", "one pixel", "smaller than an eighth"],
)
def test_unusual_jpegs_are_evidence_too(image: Image.Image) -> None:
    photo = inspect(saved(image, "JPEG"))
    assert (photo.width, photo.height) == image.size
