"""The same photograph is found again; others are not; the index misses none within three bits."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from field.media.alike import bands, dhash, distance, telling

from .pictures import saved, scene

hashes = st.integers(0, 2**64 - 1)
PHOTO = saved(scene(3, (1600, 1200)), "JPEG", quality=92)


@pytest.mark.parametrize(
    "copy",
    [
        saved(scene(3, (1600, 1200)), "JPEG", quality=40),
        saved(scene(3, (1600, 1200)).resize((640, 480)), "JPEG"),
        saved(scene(3, (1600, 1200)).resize((333, 250)), "PNG"),
        saved(scene(3, (1600, 1200)), "WEBP", quality=60),
        saved(scene(3, (1600, 1200)).point(lambda value: int(value * 0.9)), "JPEG"),
    ],
    ids=["saved again", "shrunk", "as png", "as webp", "darker"],
)
def test_a_copy_of_a_photo_is_alike(copy: bytes) -> None:
    assert distance(dhash(PHOTO), dhash(copy)) <= 3


def test_a_copy_that_lies_on_its_side_is_alike() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = saved(scene(3, (1600, 1200)).transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    assert distance(dhash(PHOTO), dhash(lying)) <= 3


def test_other_photos_are_not_alike() -> None:
    found = [dhash(saved(scene(seed), "JPEG")) for seed in range(40)]
    assert min(distance(a, b) for i, a in enumerate(found) for b in found[:i]) > 3


def test_a_hash_has_the_first_spot_in_its_lowest_bit() -> None:
    falling = saved(Image.linear_gradient("L").rotate(90), "PNG")
    rising = saved(Image.linear_gradient("L").rotate(-90), "PNG")
    assert {dhash(falling), dhash(rising)} == {0, 2**64 - 1}


def test_a_plain_photo_is_not_telling() -> None:
    assert not telling(dhash(saved(Image.new("RGB", (640, 480), "black"), "JPEG")))
    assert telling(dhash(PHOTO))


def test_what_is_no_picture_has_no_hash() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        dhash(b"words")


@given(hashes, st.sets(st.integers(0, 63), max_size=3))
def test_hashes_up_to_three_bits_apart_share_a_band(hash64: int, bits: set[int]) -> None:
    other = hash64
    for bit in bits:
        other ^= 1 << bit
    assert distance(hash64, other) == len(bits)
    assert any(one == two for one, two in zip(bands(hash64), bands(other), strict=True))


@given(hashes, hashes, hashes)
def test_distance_is_a_distance(a: int, b: int, c: int) -> None:
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_bands_are_the_whole_hash() -> None:
    hash64 = random.getrandbits(64)
    assert sum(band << 16 * place for place, band in enumerate(bands(hash64))) == hash64
