"""展示版本: what people look at instead of the original: upright, smaller, and without metadata."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from field.media.picture import shown

LARGE, SMALL = 1600, 320
STRIP_WIDTH = 360  # the least in which a mark can be read
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)


def large(data: bytes, mark: str | None = None) -> bytes:
    """大图: JPEG of at most 1600 px a side; the mark stands in a strip below and covers nothing."""
    picture = shown(data, LARGE)
    words = _writable(mark or "")
    return _jpeg(_marked(picture, words) if words else picture, quality=85)


def small(data: bytes) -> bytes:
    """小图: JPEG of at most 320 px a side."""
    return _jpeg(shown(data, SMALL), quality=78)


def chinese_font() -> str | None:
    """中文字体: the first font of the list that this machine has."""
    return next((path for path in FONTS if Path(path).exists()), None)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    picture.info.clear()  # Pillow would write a comment found in the original
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def _marked(picture: Image.Image, words: str) -> Image.Image:
    strip = _strip(words, max(picture.width, STRIP_WIDTH))
    picture.thumbnail((LARGE, LARGE - strip.height), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (strip.width, picture.height + strip.height), "white")
    sheet.paste(picture, ((strip.width - picture.width) // 2, 0))
    sheet.paste(strip, (0, picture.height))
    return sheet


def _strip(words: str, width: int) -> Image.Image:
    """水印条: the words in as many lines as they need, black on white, about 31 characters a line."""
    size = max(16, width // 32)
    font = _font(size)
    lines = _lines(words, font, width - size)
    strip = Image.new("RGB", (width, len(lines) * size * 3 // 2 + size // 2), "white")
    text, corner = "\n".join(lines), (size // 2, size // 4)
    ImageDraw.Draw(strip).multiline_text(corner, text, "black", font, spacing=size // 4)
    return strip


def _lines(words: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Broken wherever the line is full, as Chinese is; five lines at most."""
    lines = [""]
    for letter in words:
        if font.getlength(lines[-1] + letter) > width:
            lines.append("")
        lines[-1] += letter
    return lines[:5]


def _writable(mark: str) -> str:
    """The mark, or the Latin part of it where no Chinese font is found."""
    if chinese_font() is None:
        mark = "".join(letter if letter.isascii() else " " for letter in mark)
    return " ".join(mark.split())


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size) if (path := chinese_font()) else ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
