"""选项: which of a step's options a message means, by number or by words."""

import re
from collections.abc import Collection

from field.messaging.dialogs.shapes import Option, Step, bare

SPACES = re.compile(r"[\s,，、。.!！~]+")
DENIED = re.compile(  # 没病没灾, 不是生病: no hardship; 没病历, 没住院费 say something else
    "(?<!有)(?:没有?|没得|冇|未|(?<!是)不是)(?:生|得|大|什么|啥)?"
    "(?:病|灾|残疾?(?!证)|住院(?![的费])|受伤|摔|塌|车祸|意外|事故)"
)
CHINESE_NUMBER = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九十")} | {
    "十一": "11",
    "十二": "12",
}


def allowed(when: list[str], flags: frozenset[str]) -> bool:
    """Whether all conditions hold; `!` before one turns it round."""
    return all((name[1:] not in flags) if name.startswith("!") else (name in flags) for name in when)


def whole(step: Step, text: str) -> Option | None:
    """The option that the whole message is."""
    return next((option for option in step.options if is_one_of(text, option.words)), None)


def is_one_of(text: str, words: Collection[str]) -> bool:
    """Whether a whole message is one of the words, or says nothing but such: 对，没错."""
    plain = bare(text)
    return plain in words or all(part in words for part in SPACES.split(plain))


def denies(text: str, no: Collection[str]) -> bool:
    """Whether a message begins with a word that says no, and goes on."""
    return SPACES.split(bare(text))[0] in no


def first_named(step: Step, text: str) -> Option | None:
    """The option whose words of two characters or more stand earliest in the message."""
    text = DENIED.sub(" ", text)
    found = [
        (text.index(word), place)
        for place, option in enumerate(step.options)
        for word in option.words
        if len(word) >= 2 and word in text
    ]
    return step.options[min(found)[1]] if found else None


def by_number(step: Step, text: str) -> Option | None:
    place = number(text)
    return step.options[place - 1] if place and 1 <= place <= len(step.options) else None


def number(text: str) -> int | None:
    """The number that the whole message is, in digits or Chinese."""
    plain = bare(text).removeprefix("第").removesuffix("个")
    plain = CHINESE_NUMBER.get(plain, plain)
    return int(plain) if re.fullmatch(r"[0-9]{1,2}", plain) else None


def numbered(step: Step, text: str) -> list[str]:
    """The options by their numbers: 1, 1 9, 1、9, 一和三, and 19 where no option has that number."""
    parts = [part for part in re.split(r"[\s、,，.。;；和跟/+]+", bare(text)) if part]
    numbers = [CHINESE_NUMBER.get(part, part) for part in parts]
    if not numbers or not all(re.fullmatch(r"[0-9]{1,11}", number) for number in numbers):
        return []
    most, picked = len(step.options), []
    for number in numbers:
        one_by_one = int(number) > most and "0" not in number
        picked += [int(sign) for sign in number] if one_by_one else [int(number)]
    if not all(1 <= place <= most for place in picked):
        return []
    return list(dict.fromkeys(step.options[place - 1].code for place in picked))


def named(step: Step, text: str, *, beside: bool = False) -> list[str]:
    """The options whose words the message holds, in the order in which they are said; not what it says is not so.

    `beside` an answer to another question a mere topic tells nothing.
    """
    text = DENIED.sub(" ", text)
    told = [
        (option.code, [word for word in option.words if word in text and not (beside and word in option.topics)])
        for option in step.options
    ]
    found = [(min(text.index(word) for word in words), code) for code, words in told if words]
    return [code for _, code in sorted(found)]


def numbered_and_named(step: Step, text: str) -> list[str]:
    """1 房子也漏: the number that stands first, and what is said behind it."""
    first, _, _words = bare(text).partition(" ")
    return list(dict.fromkeys([*numbered(step, first), *named(step, text)]))
