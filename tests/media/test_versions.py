"""What people are shown: upright, no larger than promised, on white, with a mark that covers nothing."""

import random
from typing import Any

import pytest
from PIL import Image, ImageChops

from field.media import versions
from field.media.versions import chinese_font, large, small

from .pictures import missing, read, saved, scene, unlike

MARK = "2026年11月20日 10:31 · 湖北省襄阳市保康县马桥镇某村三组 · 陈某某"
GREY = Image.linear_gradient("L")


def deep() -> Image.Image:
    image = Image.new("I;16", (256, 256))
    for y in range(256):
        image.paste(y * 257, (0, y, 256, y + 1))
    return image


@pytest.mark.parametrize(
    ("image", "form", "options"),
    [
        (GREY, "JPEG", {}),
        (GREY.convert("CMYK"), "JPEG", {}),
        (GREY.convert("RGB"), "JPEG", {"progressive": True}),
        (GREY.convert("P"), "PNG", {}),
        (GREY.convert("LA"), "PNG", {}),
        (deep(), "PNG", {}),
        (GREY.convert("RGBA"), "WEBP", {}),
    ],
    ids=["grey", "print colours", "progressive", "palette", "grey and alpha", "16 bit", "webp"],
)
def test_every_kind_of_picture_looks_as_it_was_taken(image: Image.Image, form: str, options: Any) -> None:
    shown = read(large(saved(image, form, **options)))
    assert (shown.mode, shown.size) == ("RGB", (256, 256))
    assert unlike(shown, GREY) < 3


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_shows_white(form: str) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert read(large(saved(clear, form))).getextrema() == ((255, 255),) * 3


def test_a_transparent_palette_shows_white_there_alone() -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (32, 0, 64, 64))
    shown = read(large(saved(image, "PNG", transparency=0))).convert("L")
    assert shown.getpixel((8, 32)) == 255
    assert shown.getpixel((56, 32)) == 0


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1600, 1200)),
        ((3000, 4000), (1200, 1600)),
        ((1600, 1200), (1600, 1200)),
        ((500, 20), (500, 20)),
        ((5000, 2), (1600, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_large_version_is_shrunk_to_1600_and_never_enlarged(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert read(large(saved(scene(size=size), "JPEG"))).size == expected


def test_a_small_version_is_shrunk_to_320_and_light() -> None:
    shown = small(saved(scene(size=(4000, 3000)), "JPEG"))
    assert read(shown).size == (320, 240)
    assert len(shown) < 30_000


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_stood_up(orientation: int) -> None:
    top = scene()
    turned = top if orientation == 1 else top.transpose(BACK[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(turned, "JPEG", exif=exif)
    assert read(large(data)).size == top.size
    assert unlike(read(large(data)), top) < 2


BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def test_no_words_of_the_original_are_left_in_its_versions() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET exif"
    data = saved(scene(), "JPEG", exif=exif, comment=b"SECRET comment", xmp=b"<SECRET/>", icc_profile=b"SECRET" * 30)
    assert data.count(b"SECRET") > 3
    assert b"SECRET" not in large(data) + small(data) + large(data, MARK)


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (1600, 1600), (640, 480), (49, 500), (20, 20)])
@pytest.mark.parametrize("mark", [MARK, MARK * 4, "10:31"], ids=["usual", "long", "short"])
def test_a_mark_stands_below_the_picture_and_within_1600(size: tuple[int, int], mark: str) -> None:
    data = saved(scene(size=size).point(lambda value: value * 3 // 4), "JPEG", quality=95)
    plain, marked = read(large(data)), read(large(data, mark))
    assert max(marked.size) <= 1600
    picture = marked.crop(_coloured(marked))
    assert picture.width / picture.height == pytest.approx(plain.width / plain.height, rel=0.1)
    assert unlike(picture, plain) < 6
    assert _dark_share(marked.crop((0, picture.height, marked.width, marked.height))) > 0.002


def test_a_mark_is_written_in_letters_one_can_read_on_a_phone() -> None:
    marked = read(large(saved(scene(size=(1600, 1200)), "JPEG"), "10:31 OK"))
    box = (
        ImageChops.invert(marked.convert("L").crop((0, 1204, 1600, marked.height)))
        .point(lambda value: 255 if value > 128 else 0)
        .getbbox()
    )
    assert box is not None
    assert box[3] - box[1] >= 1600 / 360 * 8  # 8 px on a screen of 360


def test_different_marks_look_different_and_the_same_mark_the_same() -> None:
    data = saved(scene(), "JPEG")
    assert large(data, "10:31") == large(data, " 10:31\n")
    assert large(data, "10:31") != large(data, "10:32")


def test_chinese_names_in_a_mark_are_told_apart() -> None:
    if chinese_font() is None:
        missing("no Chinese font on this machine")
    data = saved(scene(), "JPEG")
    assert large(data, "陈某某") != large(data, "王某某")


def test_without_a_chinese_font_the_figures_of_the_mark_are_still_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FONTS", ("/nowhere/NotoSansCJK-Regular.ttc",))
    data = saved(scene(), "JPEG")
    assert large(data, "2026年 10:31 马桥镇") == large(data, "2026 10:31")
    assert large(data, "2026 10:31") != large(data, "2026 10:32")
    assert _dark_share(read(large(data, MARK)).crop((0, 240, 320, 260))) > 0.01


def test_without_a_chinese_font_a_mark_without_figures_leaves_no_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FONTS", ())
    data = saved(scene(), "JPEG")
    assert large(data, "马桥镇") == large(data)


def test_an_empty_mark_leaves_no_strip() -> None:
    data = saved(scene(seed=random.randrange(1000)), "JPEG")
    assert large(data, "") == large(data)


def _coloured(marked: Image.Image) -> tuple[int, int, int, int]:
    """From the top of the sheet: the rows without white in their middle, and their columns."""
    mask = marked.convert("L").point(lambda value: 255 if value < 225 else 0)
    middle = mask.crop((mask.width // 2, 0, mask.width // 2 + 1, mask.height)).tobytes()
    height = middle.index(0)
    left, _, right, _ = mask.crop((0, 0, mask.width, height)).getbbox() or (0, 0, 0, 0)
    return left, 0, right, height


def _dark_share(image: Image.Image) -> float:
    histogram = image.convert("L").histogram()
    return sum(histogram[:100]) / sum(histogram)
