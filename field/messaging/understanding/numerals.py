"""数字: amounts as people write them, 五千二, 四五千, 3千多, 1.2万, 5k; exact where exact, a range where not."""

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction

DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2, "俩": 2, "仨": 3, "幺": 1, "几": 0,
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **{str(n): n for n in range(10)},
}  # fmt: skip
UNITS = {
    "十": 10, "百": 100, "千": 1000, "k": 1000, "K": 1000, "万": 10000, "w": 10000, "W": 10000,
    "拾": 10, "佰": 100, "仟": 1000,
}  # fmt: skip
Range = tuple[Fraction, Fraction]

HAN, UNIT, TO = "[零〇一二两俩仨三四五六七八九壹贰叁肆伍陆柒捌玖]", "[十百千万拾佰仟kKwW]", "(?:到|至|-|~|—|～)"
NUMBER = rf"(?:\d{{1,8}}(?:\.\d{{1,3}})?|{HAN})"
COUNTED = (  # 五千一个月 is no 五千一, but 五千二月底 is 五千二
    "(?![个岁口位边直起共样下次]|天(?!天)|年(?![底初后前])|月(?![底初末])|号(?!码|没)|人(?![在还多都也好很]))"
)
REST = rf"(?:(?!一[切般家]){HAN}{COUNTED}|\d{{1,4}}{COUNTED}|{UNIT})"
WITH_UNIT = rf"(?:{NUMBER}[、,]?){{0,2}}几?{UNIT}{{1,2}}{REST}{{0,8}}"
GROUPED = r"\d{1,3}(?:,\d{3}){1,2}(?!\d)"
PLAIN = r"\d{3,9}(?:\.\d{1,2})?(?!\d)"
TEENS = f"十[几来多]{UNIT}"
ONE_AMOUNT = rf"(?:[万千]儿八[千百]|{GROUPED}|{TEENS}|{WITH_UNIT}|{PLAIN})"
ABOUT = "(?:(?:[多几把]|来(?![了的这到过上]))块?)?"
AND = f"(?:[多来]?块?{TO}|多(?:不到)?)"  # 五千多六千
AMOUNT = re.compile(rf"(?<![\d.])(?:(?:{NUMBER}|{ONE_AMOUNT}){AND})?{ONE_AMOUNT}{ABOUT}")
BETWEEN = re.compile(rf"^({NUMBER}|{ONE_AMOUNT}){AND}({ONE_AMOUNT}{ABOUT})$")
SEVERAL = re.compile(rf"^(?!\d\d)({HAN}|\d)、?({HAN}|\d)({UNIT}万?)[块多]*$")  # 四五千, 3、4千; 12万 is twelve
SEVERAL_AFTER = re.compile(rf"^(.*{UNIT})(?![零〇])({HAN})({HAN})({UNIT}?)$")
SEVERAL_TEENS = re.compile(rf"^({HAN}?十)({HAN})({HAN})({UNIT}{{0,2}})[块多]*$")
BLANK = re.compile(r"[^\S\n ]")
DASHES = "‐-―−"  # all that are not the keyboard's own, as a class of signs
DASH = re.compile(rf"(?<=\d)[{DASHES}](?=\d)")
TRADITIONAL = str.maketrans(
    "東龍華廣電話號廠個萬兩換還現錢塊幾來過媽陽漢蘇鄭濟長慶貴雲遼寧陝肅灣頭門島鎮鄉區縣無發資難幫為們這邊說點歲兒給"
    "裡裏薪親爺瀋馬鳳賓滬連雞齊爾臺義鹽傑歷條時開關學沒麼樣間題請歡處後從問際舊機飯車場業員參與對麵貨單產樂冇",
    "东龙华广电话号厂个万两换还现钱块几来过妈阳汉苏郑济长庆贵云辽宁陕肃湾头门岛镇乡区县无发资难帮为们这边说点岁儿给"
    "里里薪亲爷沈马凤宾沪连鸡齐尔台义盐杰历条时开关学没么样间题请欢处后从问际旧机饭车场业员参与对面货单产乐没",
)
NOT_AS_SPOKEN = re.compile(  # 冒得事做, 莫得钱, 冒出去: how the country along the river says 没
    "[冒莫木么](?<!感.)(?<![什怎那这多要]么)(?:(?=得(?!罪))|(?<=[冒莫木])(?=有(?!不))|"
    "(?<=冒)(?=[上做干打搞挣赚换变去在回发钱活事]|出[去门]))"
)


def half_width(text: str) -> str:
    """Full-width letters, figures and blanks as half-width ones, and every dash within figures, each in its place."""
    plain = "".join(
        unicodedata.normalize("NFKC", letter) if 0xFF01 <= ord(letter) <= 0xFF5E else letter for letter in text
    )
    return DASH.sub("-", BLANK.sub(" ", plain))


def simplified(text: str) -> str:
    """Traditional characters that replies are written with as simplified ones, 冇 and 冒得 as 没, each in its place."""
    return NOT_AS_SPOKEN.sub("没", text.translate(TRADITIONAL))


def amount(words: str) -> Range | None:
    """The least and the most that an amount can mean, in yuan; None where it is no amount."""
    words = words.replace(",", "")
    for shape, reader in SHAPES:
        if found := shape.search(words):
            return reader(found)
    value, _ = _value(words)
    return (value, value) if value is not None else _side_by_side(words)


def _side_by_side(words: str) -> Range | None:
    """三千四千, 五千五六千: two amounts, the second a little more than the first."""
    for cut in range(len(words) - 1, 0, -1):
        (least, _), (most, _) = _value(words[:cut]), _value(words[cut:])
        if least and most and least < most <= 2 * least:
            return least, most
    return None


def under(words: str) -> Range | None:
    """不到: the last step below an amount, 不到五千 is 4,000 to 5,000."""
    value, unit = _value(re.sub("[多来几把块]", "", words.replace(",", "")))
    if value is None:
        return None
    unit = _noughts(value) if unit == 1 else unit
    step = unit if value > unit else value / 10
    return value - step, value


def over(words: str) -> Range | None:
    """多: up to the next step above an amount, 五千多 is 5,000 to 6,000."""
    value, unit = _value(re.sub("[多来几块]", "", words.replace(",", "")))
    if value is None:
        return None
    return value, value + (_noughts(value) if unit == 1 else unit)


def _noughts(value: Fraction) -> Fraction:
    """5000多 names its unit by its noughts."""
    digits = str(int(value))
    return Fraction(10 ** (len(digits) - len(digits.rstrip("0"))))


def _teens(found: re.Match[str]) -> Range | None:
    unit = UNITS[found[1]] if found[1] else 1
    return Fraction(10 * unit), Fraction(20 * unit)


def _two_or_three(found: re.Match[str]) -> Range | None:
    least, most = DIGITS[found[1]], DIGITS[found[2]]
    unit = Fraction(1)
    for mark in found[3]:
        unit *= UNITS[mark]
    return (least * unit, most * unit) if most == least + 1 or (least, most) == (3, 5) else None


def _two_or_three_after(found: re.Match[str]) -> Range | None:
    least, most = (_value(found[1] + found[place] + found[4])[0] for place in (2, 3))
    return (least, most) if least and most and DIGITS[found[3]] == DIGITS[found[2]] + 1 else None


def _teens_or_more(found: re.Match[str]) -> Range | None:
    least, most = (_value(found[1] + found[place])[0] for place in (2, 3))
    unit = Fraction(1)
    for mark in found[4]:
        unit *= UNITS[mark]
    return (least * unit, most * unit) if least and most == least + 1 else None


def _between(found: re.Match[str]) -> Range | None:
    """三到四千 lends its unit to the first."""
    _, unit = _value(found[2])
    least, own = _value(found[1])
    up_to = amount(found[2])
    if least is None or up_to is None:
        return None
    most = up_to[1]
    if own == 1 and least < 10 <= unit:
        least *= unit
    return (least, most) if least <= most else None


def _about_one(found: re.Match[str]) -> Range | None:
    return Fraction(UNITS[found[1]]), Fraction(UNITS[found[1]])


def _nearly(found: re.Match[str]) -> Range | None:
    whole = Fraction(UNITS[found[1]])
    return whole * 8 / 10, whole


SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Range | None]], ...] = (
    (re.compile("^([万千])儿八[千百]$"), _nearly),  # 万儿八千
    (BETWEEN, _between),  # 三到四千, 6000-7000
    (SEVERAL, _two_or_three),  # 四五千, 3、4千
    (SEVERAL_AFTER, _two_or_three_after),  # 五千二三, 三千七八百
    (SEVERAL_TEENS, _teens_or_more),  # 十二三万, 二十五六
    (re.compile(f"^十[几来多]({UNIT})?[块]?$"), _teens),  # 十几万
    (re.compile(f"^({UNIT})把块?$"), _about_one),  # 千把块
    (re.compile("[多来几]块?$"), lambda found: over(found.string)),  # 3千多
    (re.compile(f"^(?!十)几?{UNIT}|、"), lambda _: None),  # 几千, 万 alone say no figure
)


def _value(words: str) -> tuple[Fraction | None, Fraction]:
    """五千二 is 5,200, 一万二 12,000, 5千2 5,200; and the size of the last unit that was named."""
    total, current, last, seen = Fraction(0), None, Fraction(1), False
    before = None  # the unit before: they only become smaller, but for 万
    for mark in re.findall(rf"\d+(?:\.\d+)?|{HAN}|{UNIT}", words):
        if mark in UNITS:
            last = Fraction(UNITS[mark])
            if before and before <= last < 10000:
                return None, last
            before = last
            total = _with_unit(total, current, last)
            if not total:
                return None, last
            current, seen = None, True
        elif mark in "零〇":
            last = Fraction(10)
        elif current is not None:
            return None, last
        else:
            current = Fraction(DIGITS[mark]) if mark in DIGITS else Fraction(mark)
    if current is not None:
        short = seen and current < 10 and last > 10 and not re.search("[零〇]", words)
        step = last / 10 if short else Fraction(1)
        total, last = total + current * step, step
    return (total if total else None), last


def _with_unit(total: Fraction, current: Fraction | None, unit: Fraction) -> Fraction:
    """万 lifts all before it; what has no number before it is one of its kind."""
    if unit == 10000:
        return (total + (current or 0)) * unit
    return total + (Fraction(1) if current is None else current) * unit
