"""起始时间: reads since when something is so, from 上个月, 9月10号, 半年前; never a day that is still to come."""

import re
from collections.abc import Callable
from datetime import date, timedelta

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "几": 3}
N = r"(\d{1,2}|[一二三四五六七八九十两俩几]{1,3}|半)"
MONTH, DAY = r"(\d{1,2}|[一二三四五六七八九十]{1,2})月份?", r"(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]"
BARE_DAY = (
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})(?![\d一二三四五六七八九十百千万元块多几个])"  # 9月15, and no 9月15000
)
OLD, OLD_DAY = r"(?:[阴农旧]历的?|闰)", rf"(?:初[一二三四五六七八九十]|廿[一二三四五六七八九]?|{BARE_DAY}[日号]?)?"
YEARS = {"今年": 0, "去年": 1, "前年": 2, "大前年": 3}
FEASTS = {  # 13 is January of the year after: the old year ends then
    "元旦": 1, "年初": 1, "春节": 2, "过年": 2, "正月十五": 2, "正月": 2, "元宵": 2, "清明": 4, "五一": 5, "端午": 6,
    "八月十五": 9, "中秋": 9, "国庆": 10, "年底": 12, "冬月": 12, "冬至": 12, "腊月": 13, "年关": 13,
}  # fmt: skip
NEW_YEAR, DECEMBER = (2, 5), 12  # the old calendar's new year falls within a fortnight of that day
PARTS = FEASTS | {"初": 1, "底": 12}
LATER = re.compile(
    r"(?:明年|后年|下个?月|下周|下星期|明天|后天)(?:\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?|正月|冬月|腊月|年底)?(?:\d{1,2}[日号])?"
)
DAYS = {"今天": 0, "刚才": 0, "刚刚": 0, "今早": 0, "昨天": 1, "昨晚": 1, "前天": 2, "大前天": 3, "上周": 7,
        "上星期": 7, "上礼拜": 7, "上上周": 14, "前几天": 3, "前两天": 2, "这几天": 3}  # fmt: skip
BACK = {"这个月": 0, "本月": 0, "上个月": 1, "上月": 1, "上上个月": 2, "前几个月": 3}
Found = re.Match[str]


def since(text: str, today: date) -> tuple[str, str] | None:
    """The day, month or year that the text names (ISO, no finer than was said), and the words it came from.

    A month of the old calendar is taken for the one after it.
    """
    text = LATER.sub(lambda later: " " * len(later[0]), text)
    for pattern, read in PATTERNS:
        if found := re.search(pattern, text):
            try:
                value = read(found, today)
            except (ValueError, KeyError, OverflowError):
                return None
            return (value, found.group()) if value and value <= today.isoformat() else None
    return None


def number(words: str) -> int:
    """A small number in digits or Chinese; raises ValueError for what is none."""
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return DIGITS[words[-1]]  # 两三个 is at most three
    return (DIGITS[tens[-1]] if tens else 1) * 10 + (DIGITS[ones[-1]] if ones else 0)


def _day(year: int, month: int, day: int) -> str:
    return date(year, month, day).isoformat()


def _month(year: int, month: int) -> str:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1).isoformat()[:7]


def _months_back(today: date, months: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return _month(year, month + 1)


def _last(today: date, month: int, day: int | None = None) -> str:
    """That month or day of this year, or of last year where it is still to come."""
    month = (month - 1) % 12 + 1
    year = today.year - ((month, day or 1) > (today.month, today.day))
    return _day(year, month, day) if day else _month(year, month)


def _ago(found: Found, today: date) -> str:
    count, unit = found.group(1), found.group(2)
    if unit in ("天", "日"):
        return (today - timedelta(days=1 if count == "半" else number(count))).isoformat()
    if unit in ("周", "星期", "礼拜"):
        return (today - timedelta(weeks=number(count))).isoformat()
    if unit == "月":
        return _months_back(today, 0 if count == "半" else number(count))
    return _months_back(today, 6) if count == "半" else str(today.year - number(count))


def _of_year(found: Found, today: date) -> str:
    year, month, day = today.year - YEARS[found.group(1)], found.group(2), found.group(3)
    if not month:
        return str(year)
    return _day(year, number(month), number(day)) if day else _month(year, number(month))


def _of_old_year(found: Found, today: date) -> str:
    """去年腊月, 2025年底, 去年农历十月: 今年腊月 is this January's, and 去年's not the one that is going on."""
    said, figures, part, old = found.group(1, 2, 3, 4)
    year = int(figures) if figures else today.year - YEARS[said]
    month = PARTS[part] if part else number(old) + 1
    if month > DECEMBER:
        year -= year == today.year or bool(said and (today.month, today.day) < NEW_YEAR)
    return _month(year, month)


def _of_day(found: Found, today: date) -> str:
    day = number(found.group(1))
    if day <= today.day:
        return _day(today.year, today.month, day)
    earlier = today.replace(day=1) - timedelta(days=1)
    return _day(earlier.year, earlier.month, day)


def _either(names: dict[str, int]) -> str:
    return f"({'|'.join(sorted(names, key=len, reverse=True))})"


Reader = Callable[[Found, date], str]
PATTERNS: tuple[tuple[str, Reader], ...] = (
    (r"(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})[日号]?(?!\d)", lambda f, _: _day(int(f[1]), int(f[2]), int(f[3]))),
    (r"((?:19|20)\d\d)[年/.-]\s?(\d{1,2})(?!\d)月?份?", lambda f, _: _month(int(f[1]), int(f[2]))),
    (
        rf"(?:{_either(YEARS)}|((?:19|20)\d\d)年)的?(?:{OLD}?{_either(PARTS)}(?![日号])|{OLD}{MONTH}){OLD_DAY}",
        _of_old_year,
    ),
    (r"((?:19|20)\d\d)年", lambda f, _: f[1]),
    (rf"{_either(YEARS)}(?:{MONTH}(?:{DAY})?)?", _of_year),
    (rf"{OLD}{MONTH}{OLD_DAY}", lambda f, today: _last(today, number(f[1]) + 1)),
    (_either(BACK), lambda f, today: _months_back(today, BACK[f[1]])),
    (_either(DAYS), lambda f, today: (today - timedelta(days=DAYS[f[1]])).isoformat()),
    (rf"{N}\s?多?个?(年|月|周|星期|礼拜|天|日)多?(?:以?前|了)", _ago),
    (rf"前{N}个?(年|月|周|星期|礼拜|天|日)", _ago),
    (r"(正月十五|八月十五)(?![日号])", lambda f, today: _last(today, FEASTS[f[1]])),
    (rf"{MONTH}{DAY}", lambda f, today: _last(today, number(f[1]), number(f[2]))),
    (rf"{MONTH}{BARE_DAY}", lambda f, today: _last(today, number(f[1]), number(f[2]))),
    (MONTH, lambda f, today: _last(today, number(f[1]))),
    (rf"{OLD}?{_either(FEASTS)}{OLD_DAY}", lambda f, today: _last(today, FEASTS[f[1]])),
    (DAY, _of_day),
    (rf"{N}个?(年|月|周|星期|礼拜|天)", _ago),
)
