"""照片: made small on the phone, with its time and place, and judged at once; checked by Pillow."""

import base64
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from PIL.ExifTags import GPS, IFD, Base
from playwright.sync_api import Page

from tests.phone.conftest import Phone

pytestmark = pytest.mark.browser
SHRINK = """async ([text, type, legible]) => {
    const bytes = Uint8Array.from(atob(text), each => each.charCodeAt(0))
    const {bytes: made, ...told} = await E.photo.shrink(new File([bytes], 'x', {type}), {legible})
    const url = await new Promise(done => {
        const reader = new FileReader()
        reader.onload = () => done(reader.result)
        reader.readAsDataURL(new Blob([made]))
    })
    return {...told, base64: url.split(',')[1] || ''}
}"""
TURN = Image.Transpose
TURNS = [None, None, TURN.FLIP_LEFT_RIGHT, TURN.ROTATE_180, TURN.FLIP_TOP_BOTTOM]
TURNS += [TURN.TRANSPOSE, TURN.ROTATE_90, TURN.TRANSVERSE, TURN.ROTATE_270]
Real = Callable[[str], bytes]
GOOD = ["DSCN0010.jpg", "DSCN0025.jpg", "DSCN0042.jpg", "jolla.jpg", "landscape_3.jpg", "portrait_6.jpg"]


@pytest.fixture
def page(phone: Phone) -> Page:
    """A tab of the phone's form in the zone of China."""
    return phone.tab(login=False)


def shrink(page: Page, content: bytes, kind: str = "image/jpeg", legible: bool = False) -> tuple[dict[str, Any], bytes]:
    """What the phone makes of a photograph: what it tells, and the bytes."""
    told: dict[str, Any] = page.evaluate(SHRINK, [base64.b64encode(content).decode(), kind, legible])
    made = base64.b64decode(told.pop("base64"))
    assert told["sha256"] == hashlib.sha256(made).hexdigest()
    return told, made


@pytest.fixture
def real(real_photos: Path) -> Real:
    """A real photograph by its name."""
    return lambda name: (real_photos / name).read_bytes()


def jpeg(picture: Image.Image, exif: Image.Exif | bytes = b"", quality: int = 95) -> bytes:
    """A picture as JPEG."""
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, quality=quality)
    return file.getvalue()


def scene(width: int, height: int) -> Image.Image:
    """A picture full of edges whose corners tell which way is up: red left top, blue right top."""
    noise = Image.effect_noise((width // 16, height // 16), 90).resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(noise)
    for across in range(0, width, 60):
        draw.line([(across, 0), (across, height)], fill=(20, 20, 20), width=6)
    draw.rectangle([0, 0, width // 4, height // 4], fill=(255, 0, 0))
    draw.rectangle([width - width // 4, 0, width, height // 4], fill=(0, 0, 255))
    return noise


def test_a_large_photograph_becomes_small_and_keeps_its_time_place_and_camera(page: Page, real: Real) -> None:
    with Image.open(io.BytesIO(real("DSCN0010.jpg"))) as photo:
        large = jpeg(photo.resize((4000, 3000)), photo.getexif())
    told, made = shrink(page, large)
    with Image.open(io.BytesIO(made)) as small:
        exif = small.getexif()
        assert small.size == (told["width"], told["height"]) == (1600, 1200)
        assert exif[Base.Model] == "COOLPIX P6000"
        assert exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] == "2008:10:22 16:28:39"
        place = exif.get_ifd(IFD.GPSInfo)
        degrees, minutes, seconds = place[GPS.GPSLatitude]
        assert place[GPS.GPSLatitudeRef] == "N"
        assert float(degrees) + float(minutes) / 60 + float(seconds) / 3600 == pytest.approx(43.4674483, abs=1e-6)
    assert len(made) < 240_000
    assert told["taken_at"].startswith("2008-10-22T")
    assert (told["latitude"], told["longitude"]) == (pytest.approx(43.4674483), pytest.approx(11.8851267))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_whichever_way_the_phone_was_held(page: Page, orientation: int) -> None:
    upright = scene(2400, 1800)
    turn = TURNS[orientation]
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    told, made = shrink(page, jpeg(upright.transpose(turn) if turn is not None else upright, exif))
    with Image.open(io.BytesIO(made)) as small:
        assert small.size == (told["width"], told["height"]) == (1600, 1200)
        assert small.getexif()[Base.Orientation] == 1
        left, right = small.getpixel((100, 100)), small.getpixel((1500, 100))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert (left[0] > 200 > left[2], right[2] > 200 > right[0]) == (True, True)


def test_a_receipt_keeps_more_of_its_small_print(page: Page) -> None:
    content = jpeg(scene(4000, 3000))
    _, plain = shrink(page, content)
    told, receipt = shrink(page, content, legible=True)
    assert len(plain) < len(receipt)
    assert told["width"] >= 1600


def test_a_photograph_that_is_small_already_stays_as_it_is(page: Page) -> None:
    content = jpeg(scene(800, 600), quality=30)
    told, made = shrink(page, content)
    assert made == content
    assert (told["width"], told["height"]) == (800, 600)


def test_a_photograph_that_the_browser_cannot_read_is_kept_with_its_time(page: Page, real: Real) -> None:
    content = real("iphone_13_pro_max.HEIC")
    told, made = shrink(page, content, "image/heic")
    assert made == content
    assert told["width"] is None
    assert told["taken_at"].startswith("20")
    assert (told["blurred"], told["dark"]) == (False, False)


@pytest.mark.parametrize("name", GOOD)
def test_a_shaken_or_dark_photograph_is_noticed_and_a_good_one_is_not(page: Page, real: Real, name: str) -> None:
    with Image.open(io.BytesIO(real(name))) as photo:
        plain = photo.convert("RGB")
    good, _ = shrink(page, jpeg(plain))
    shaken, _ = shrink(page, jpeg(plain.filter(ImageFilter.GaussianBlur(max(plain.size) / 160))))
    dark, _ = shrink(page, jpeg(ImageEnhance.Brightness(plain).enhance(0.12)))
    assert (good["blurred"], good["dark"]) == (False, False)
    assert shaken["blurred"] is True
    assert dark["dark"] is True


def test_something_that_is_no_photograph_is_kept_for_the_server_to_judge(page: Page) -> None:
    told, made = shrink(page, b"\xff\xd8 no picture", "image/jpeg")
    assert made == b"\xff\xd8 no picture"
    assert told["width"] is None
