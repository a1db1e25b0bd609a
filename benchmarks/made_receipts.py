"""Receipts of invented patients, drawn and then spoiled by grades as photographs of real ones are."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
HOSPITALS = ("青峰县人民医院", "青峰县中医院", "云台镇中心卫生院", "汉江市第一人民医院", "同德大学附属医院")
NAMES = ("陈大一", "李冬梅", "王有田", "赵小满", "孙立春", "周白露")
FIGURES, PLACES = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟", "", "拾")


@dataclass(frozen=True)
class Receipt:
    """票据: what is printed on it, money in 分."""

    hospital: str
    issued_on: date
    insurer: int
    other: int
    account: int
    own_share: int
    own_cost: int
    inpatient: bool
    style: int

    @property
    def self_paid(self) -> int:
        return self.own_share + self.own_cost

    @property
    def total(self) -> int:
        return self.insurer + self.other + self.self_paid


def receipt(seed: int) -> Receipt:
    """One of many, the same for the same seed."""
    dice = random.Random(seed)
    share, cost = dice.randrange(100, 600_000), dice.choice((0, dice.randrange(50, 200_000)))
    account = dice.choice((0, dice.randrange(share + cost)))
    day = date(2025, 1, 1) + timedelta(days=dice.randrange(500))
    insurer, other = dice.randrange(1_000, 3_000_000), dice.choice((0, dice.randrange(100, 90_000)))
    hospital, inpatient = dice.choice(HOSPITALS), dice.random() < 0.5
    return Receipt(hospital, day, insurer, other, account, share, cost, inpatient, dice.randrange(3))


def drawn(one: Receipt, seed: int = 0) -> Image.Image:
    """The paper as printed: 1400 × 900 pixels."""
    paper = Image.new("RGB", (1400, 900), (250, 249, 244))
    pen, dice = ImageDraw.Draw(paper), random.Random(seed)
    kind = "住院" if one.inpatient else "门诊"
    title = (f"医疗{kind}收费票据（电子）", f"湖州省医疗{kind}收费票据", "医疗收费票据")[one.style]
    pen.text((700, 50), title, fill=(150, 40, 40), font=_font(40), anchor="mm")
    ink, small = (45, 45, 50), _font(24)
    for at, text in ((100, f"交款人：{dice.choice(NAMES)}"), (900, f"开票日期：{_day(one)}")):
        pen.text((at, 110), text, fill=ink, font=small)
    pen.text((100, 150), f"票据代码：{dice.randrange(10**7, 10**8)}", fill=ink, font=small)
    pen.text((900, 150), f"票据号码：{dice.randrange(10**9, 10**10)}", fill=ink, font=small)
    pen.rectangle((80, 200, 1320, 760), outline=(150, 60, 60), width=2)
    for row, item in enumerate(("西药费", "检查费", "治疗费", "床位费" if one.inpatient else "化验费")):
        part = one.total // 4 + (one.total % 4 if row == 3 else 0)
        pen.text((110, 220 + row * 40), item, fill=ink, font=small)
        pen.text((600, 220 + row * 40), _yuan(part), fill=ink, font=small)
    pen.line((80, 390, 1320, 390), fill=(150, 60, 60), width=2)
    pen.text((110, 402), f"金额合计（大写）{capital(one.total)}", fill=ink, font=small)
    pen.text((900, 402), f"（小写）￥{_yuan(one.total)}", fill=ink, font=small)
    pen.line((80, 445, 1320, 445), fill=(150, 60, 60), width=2)
    _shares(pen, one, small, ink)
    pen.text((100, 790), f"收款单位（章）：{one.hospital}", fill=ink, font=small)
    pen.text((900, 790), "复核人：略    收款人：略", fill=ink, font=small)
    return paper


def _shares(pen: ImageDraw.ImageDraw, one: Receipt, font: ImageFont.FreeTypeFont, ink: tuple[int, int, int]) -> None:
    period = f"{one.issued_on - timedelta(days=9):%Y-%m-%d}"
    pairs = (
        ("业务流水号", str(one.total * 7919)), ("住院时间" if one.inpatient else "就诊日期", period),
        ("医疗机构类型", "综合医院"), ("医保类型", "城乡居民医保"),
        ("医保统筹基金支付", _yuan(one.insurer)), ("其他支付", _yuan(one.other)),
        ("个人账户支付", _yuan(one.account)), ("个人现金支付", _yuan(one.self_paid - one.account)),
        ("个人自付", _yuan(one.own_share)), ("个人自费", _yuan(one.own_cost)),
    )  # fmt: skip
    for place, (label, value) in enumerate(pairs):
        left, top = (110, 620)[place % 2], 465 + place // 2 * 56
        apart = one.style == 1 and place > 3
        pen.text((left, top), f"{label}：" if apart else f"{label}：{value}", fill=ink, font=font)
        if apart:
            pen.text((left + 310, top), value, fill=ink, font=font)


def _day(one: Receipt) -> str:
    return one.issued_on.strftime(("%Y-%m-%d", "%Y年%m月%d日", "%Y%m%d")[one.style])


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def capital(fen: int) -> str:
    """大写 up to 九十九万: 304050 is 叁仟零肆拾元伍角整."""
    text, gap = "", False
    for place in range(5, -1, -1):
        figure = fen // 100 // 10**place % 10
        text += ("零" if gap and text and figure else "") + (FIGURES[figure] + PLACES[place] if figure else "")
        text += "万" if place == 4 and text else ""
        gap = not figure and bool(text)
    jiao, cent = fen // 10 % 10, fen % 10
    tail = (FIGURES[jiao] + "角" if jiao else "零" if cent else "") + (FIGURES[cent] + "分" if cent else "整")
    return f"{text or '零'}元{tail}"


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / "NotoSansCJK-Regular.ttc", size, index=2)


Spoiled = Callable[[Image.Image, random.Random], Image.Image]


def on_a_table(paper: Image.Image, dice: random.Random, lean: float) -> Image.Image:
    """Photographed at an angle of `lean` degrees, with the far edge a bit shorter."""
    table = Image.new("RGB", (1700, 1200), (110, 95, 80))
    table.paste(paper, (150, 150))
    width, height = table.size
    in_left, in_right, down_left, down_right = (dice.uniform(0, dent * lean) for dent in (40, 40, 20, 20))
    far = (in_left, down_left, 0, height, width, height, width - in_right, down_right)
    seen = table.transform(table.size, Image.Transform.QUAD, far, Image.Resampling.BICUBIC)
    return seen.rotate(dice.uniform(-lean, lean), Image.Resampling.BICUBIC, fillcolor=(110, 95, 80))


def noisy(picture: Image.Image, strength: float) -> Image.Image:
    """With the noise of a small camera in poor light."""
    noise = Image.effect_noise(picture.size, strength).convert("RGB")
    return ImageChops.add(picture, noise, 1, -128)


def crumpled(picture: Image.Image, dice: random.Random, depth: float) -> Image.Image:
    """Shaded as a folded paper is."""
    small = Image.new("L", (9, 7))
    small.putdata([round(255 - dice.uniform(0, depth)) for _ in range(63)])
    return ImageChops.multiply(picture, small.resize(picture.size, Image.Resampling.BICUBIC).convert("RGB"))


def faded(picture: Image.Image, kept: float) -> Image.Image:
    return ImageEnhance.Contrast(picture).enhance(kept)


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def _hand(paper: Image.Image, dice: random.Random) -> Image.Image:
    return noisy(on_a_table(paper, dice, 1), 6)


def _small(paper: Image.Image, dice: random.Random, blur: float) -> Image.Image:
    return blurred(on_a_table(paper, dice, 2).resize((850, 600)), blur)


GRADES: dict[str, Spoiled] = {
    "clean": lambda paper, _dice: paper,
    "a phone's photograph": lambda paper, dice: blurred(_hand(paper, dice), 0.6),
    "turned by 90°": lambda paper, dice: _hand(paper, dice).rotate(dice.choice((90, 270)), expand=True),
    "turned by 180°": lambda paper, dice: _hand(paper, dice).rotate(180),
    "faded print": lambda paper, _dice: noisy(faded(paper, 0.2), 6),
    "crumpled": lambda paper, dice: noisy(crumpled(on_a_table(paper, dice, 2), dice, 150), 10),
    "blurred, from the side": lambda paper, dice: noisy(blurred(on_a_table(paper, dice, 4), 2.4), 12),
    "small and blurred": lambda paper, dice: noisy(_small(paper, dice, 1.1), 16),
    "hardly legible": lambda paper, dice: noisy(faded(crumpled(_small(paper, dice, 1.3), dice, 120), 0.7), 16),
}
QUALITY = {"clean": 90, "a phone's photograph": 80, "crumpled": 60}


def photographed(one: Receipt, grade: str, seed: int) -> bytes:
    """A JPEG of the receipt at a grade; the worse ones are saved at quality 30."""
    file = io.BytesIO()
    GRADES[grade](drawn(one, seed), random.Random(seed)).save(file, "JPEG", quality=QUALITY.get(grade, 30))
    return file.getvalue()
