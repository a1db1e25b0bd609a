"""演示照片: receipts, medical records and house fronts, drawn, each marked as a demonstration."""

import io
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from field.monitoring.workdays import SHANGHAI

SIZE = (1200, 1600)
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
)
INK, RED, EXIF_TIME, EXIF_ZONE, EXIF_PART = "#334", "#b33", 0x9003, 0x9011, 0x8769


def picture(kind: str, taken_at: datetime, rng: Random) -> bytes:
    """A JPEG of a kind (receipt, medical_record, house, consent) with its time in EXIF; every one looks different."""
    table = tuple(rng.randint(90, 200) for _ in range(3))
    canvas = Image.new("RGB", SIZE, table)
    _shade(canvas, rng)
    DRAWN[kind](canvas, rng)
    _mark(canvas)
    exif = Image.Exif()
    local = taken_at.astimezone(SHANGHAI)
    exif.get_ifd(EXIF_PART).update({EXIF_TIME: f"{local:%Y:%m:%d %H:%M:%S}", EXIF_ZONE: "+08:00"})
    file = io.BytesIO()
    canvas.save(file, "JPEG", quality=70, exif=exif)
    return file.getvalue()


def _paper(canvas: Image.Image, rng: Random, title: str, english: str) -> None:
    """A sheet of paper with lines, lying a little askew."""
    width, height = rng.randint(600, 1000), rng.randint(700, 1400)
    sheet = Image.new("RGBA", (width, height), "#fbfaf5")
    pen = ImageDraw.Draw(sheet)
    _write(pen, (width // 2, 60), title, english, 52)
    for y in range(150, height - 120, rng.randint(50, 90)):
        pen.line((50, y, width - 50, y), fill="#99a", width=2)
        for x in range(60, width - 120, 150):
            if rng.random() < 0.7:
                pen.rectangle((x, y - 26, x + rng.randint(20, 110), y - 12), fill=INK)
    pen.ellipse((width - 240, height - 230, width - 60, height - 50), outline=RED, width=8)
    turned = sheet.rotate(rng.uniform(-14, 14), expand=True, resample=Image.Resampling.BILINEAR)
    turned.thumbnail((SIZE[0] - 40, SIZE[1] - 40))
    place = (rng.randint(0, SIZE[0] - turned.width), rng.randint(0, SIZE[1] - turned.height))
    canvas.paste(turned, place, turned)


def _receipt(canvas: Image.Image, rng: Random) -> None:
    _paper(canvas, rng, "医疗费用票据", "RECEIPT")


def _medical_record(canvas: Image.Image, rng: Random) -> None:
    _paper(canvas, rng, "病历记录", "MEDICAL RECORD")


def _consent(canvas: Image.Image, rng: Random) -> None:
    _paper(canvas, rng, "承诺授权书", "CONSENT")


def _house(canvas: Image.Image, rng: Random) -> None:
    pen = ImageDraw.Draw(canvas)
    ridge, eaves, ground = rng.randint(300, 550), rng.randint(620, 760), rng.randint(1150, 1400)
    left, right = rng.randint(60, 260), rng.randint(900, 1140)
    pen.rectangle((0, ground, *SIZE), fill=rng.choice(("#7a8f5a", "#a08560", "#8a8a80")))
    pen.rectangle((left, eaves, right, ground), fill=rng.choice(("#d8cdb8", "#c9b49a", "#e6e2da")))
    roof = [(left - 60, eaves), ((left + right) // 2 + rng.randint(-120, 120), ridge), (right + 60, eaves)]
    pen.polygon(roof, fill=rng.choice(("#6b6f78", "#8d4b3a", "#54606b")))
    door = rng.randint(left + 80, right - 280)
    pen.rectangle((door, eaves + 180, door + 190, ground), fill="#6a4a30")
    for x in range(left + 60, right - 160, 240):
        if abs(x - door) > 230:
            pen.rectangle((x, eaves + 130, x + 140, eaves + 290), fill="#7f9fb5", outline=INK, width=8)


DRAWN: dict[str, Callable[[Image.Image, Random], None]] = {
    "receipt": _receipt, "medical_record": _medical_record, "house": _house, "consent": _consent,
}  # fmt: skip


def _shade(canvas: Image.Image, rng: Random) -> None:
    """Light and shadow as on a table or in the sky."""
    spots = Image.frombytes("L", (6, 8), rng.randbytes(48)).resize(SIZE, Image.Resampling.BICUBIC)
    canvas.paste(Image.new("RGB", SIZE, rng.choice(("#ccd", "#443", "#dc9", "#9ab"))), (0, 0), spots)


def _mark(canvas: Image.Image) -> None:
    pen = ImageDraw.Draw(canvas, "RGBA")
    for y in range(200, SIZE[1], 500):
        _write(pen, (SIZE[0] // 2, y), "演示 演示 演示", "DEMO DEMO DEMO", 110, (190, 40, 40, 120))


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], words: str, latin: str, size: int,
    ink: str | tuple[int, ...] = INK,
) -> None:  # fmt: skip
    """Chinese where the machine has a font for it, else Latin."""
    font, chinese = _font(size)
    pen.text(at, words if chinese else latin, fill=ink, font=font, anchor="mm")


@cache
def _font(size: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    for path in filter(lambda path: Path(path).exists(), FONTS):
        return ImageFont.truetype(path, size), True
    return ImageFont.load_default(size), False
