"""听回答: how each kind of answer is read from what was heard; what is not understood is None, never an exception."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from field.messaging.dialogs.amounts import Spent
from field.messaging.dialogs.identity import identity, in_town, merged, missing
from field.messaging.dialogs.options import (
    allowed,
    by_number,
    first_named,
    is_one_of,
    number,
    numbered,
    numbered_and_named,
    whole,
)  # fmt: skip
from field.messaging.dialogs.proposals import MOST_PLACES, NOTE_LENGTH, called, choose, propose
from field.messaging.dialogs.shapes import Answer, Heard, Step, Words, bare
from field.messaging.dialogs.since import since

PUZZLED = re.compile(
    "(?:我|这是)?(?:(?:啥子?|么子|什么)(?:意思)?|看不见|[看听]?不[清懂]楚?|没[看听]?[懂清]楚?|[看听]?[不没][看听]?明白|"
    "在吗|在不在|有人吗|喂|[你您]们?好|谢谢[你您]?|好的?|嗯+|哦|收到|[知晓][道得]了?|骗子|真的?假的?[吗么]?|机器人[吗么]?|[你您]们?是(?:谁|哪[里个位]的?|什么人|干什么的))"
)  # names no hardship
Amount = Callable[[str], Spent | None]
PlaceName = Callable[[str], str]
Towns = Callable[[str], Sequence[str]]  # that have a village of a name


@dataclass(frozen=True)
class Hearing:
    """一次听: the message with all that is needed to read it."""

    heard: Heard
    text: str
    step: Step
    words: Words
    answers: Mapping[str, Any]
    flags: frozenset[str]
    people: tuple[Mapping[str, str], ...]
    today: date
    understand: Callable[[str], Any]
    amount: Amount
    place_name: PlaceName | None
    towns: Towns

    @property
    def half_skips(self) -> bool:
        """Whether it says of a part that there is nothing to say: 去年底,不知道花了多少."""
        return any(word in self.text for word in self.words.replies.skip if len(word) > 2)

    @property
    def skips(self) -> bool:
        """Whether the whole message says that there is nothing to say."""
        return bare(self.text) in self.words.replies.skip


@dataclass(frozen=True)
class Reading:
    """听懂的: the values to store and where it leads; `hint` where something is missing still."""

    values: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    hint: str = ""
    said_more: bool = False


def read(hearing: Hearing) -> Reading | None:
    """What the message answers to its step; None where it answers nothing.

    Who calls it off does so where that is offered; 0 for a part that nobody knows does not.
    """
    begun = any(f"{name}?" in hearing.answers for name in hearing.step.stores)
    if bare(hearing.text) in hearing.step.cancels and not (begun and hearing.skips):
        return Reading(outcome="cancel")
    return READERS[hearing.step.answer](hearing)


def _choice(hearing: Hearing) -> Reading | None:
    option = (
        whole(hearing.step, hearing.text)
        or by_number(hearing.step, hearing.text)
        or first_named(hearing.step, hearing.text)
    )
    if option is None:
        return None
    if not allowed(option.when, hearing.flags):
        return Reading(hint=option.unmet)
    return Reading(dict.fromkeys(hearing.step.stores[:1], option.code), option.code)


def _choices(hearing: Hearing) -> Reading | None:
    """Several at once, by numbers or words; other words than any option's are kept with the catch-all."""
    codes = numbered(hearing.step, hearing.text) or numbered_and_named(hearing.step, hearing.text)
    puzzled = PUZZLED.fullmatch(bare(hearing.text))
    if not codes and not puzzled and hearing.step.otherwise and len(re.findall(r"[一-鿿]", hearing.text)) >= 2:
        codes = [hearing.step.otherwise]
    if not codes or hearing.skips:
        return None
    note = hearing.text[:NOTE_LENGTH] if re.search(r"[一-鿿a-zA-Z]", hearing.text) else ""
    return Reading(dict(zip(hearing.step.stores, (codes, note), strict=False)))


def _text(hearing: Hearing) -> Reading | None:
    return _stored(hearing, None if hearing.skips else hearing.text[:NOTE_LENGTH]) if hearing.text else None


def _amount(hearing: Hearing) -> Reading | None:
    found = hearing.amount(hearing.text)
    return Reading(_range(hearing.step.stores[0], found)) if found is not None or hearing.skips else None


def _since(hearing: Hearing) -> Reading | None:
    found = since(hearing.text, hearing.today)
    return _stored(hearing, found[0] if found else None) if found or hearing.skips else None


def _since_amount(hearing: Hearing) -> Reading | None:
    """Both in one message; the one that is missing is asked for later."""
    if hearing.skips:
        return Reading(dict.fromkeys(hearing.step.stores))
    when = since(hearing.text, hearing.today)
    amount = hearing.amount(hearing.text.replace(when[1], " ", 1) if when else hearing.text)
    first, second = hearing.step.stores[:2]
    found = {first: when[0] if when else None, **_range(second, amount)}
    told = {name: value for name, value in found.items() if value is not None}
    if told and hearing.half_skips:
        return Reading(found)
    return Reading(told) if told else None


def _range(name: str, amount: Spent | None) -> dict[str, int | None]:
    """An amount by its least, and by its most where that is another."""
    least, most = amount or (None, None)
    return {name: least} if most == least else {name: least, f"{name}_max": most}


def _photos(hearing: Hearing) -> Reading | None:
    """Photographs and places are kept at whatever step they come; here one of them, or none, leads on."""
    came = bool(hearing.heard.photos or hearing.heard.place)
    return _stored(hearing, came) if came or hearing.skips else None


def _place(hearing: Hearing) -> Reading | None:
    return _stored(hearing, bool(hearing.heard.place)) if hearing.heard.place or hearing.skips else None


def _confirm(hearing: Hearing) -> Reading | None:
    replies = hearing.words.replies
    if option := whole(hearing.step, hearing.text):
        return Reading(outcome=option.code)
    if is_one_of(hearing.text, replies.yes):
        return Reading(outcome="yes")
    return Reading(outcome="no") if is_one_of(hearing.text, replies.no) else None


def _identity(hearing: Hearing) -> Reading | None:
    """姓名、村、身份证后四位, in one message or in several; a part that nobody knows is left out."""
    key = hearing.step.stores[0]
    before = hearing.answers.get(f"{key}?") or {}
    if before and hearing.skips:
        return Reading({key: {part: value for part, value in before.items() if value}})
    found = identity(hearing.text)
    towns = hearing.towns(found.get("village") or before.get("village", ""))
    told = merged(before, in_town(hearing.text, before, towns) if len(towns) > 1 else found)
    if not missing(told):
        return Reading({key: told})
    return Reading({f"{key}?": told}, hint="missing") if told != before else None


def _person(hearing: Hearing) -> Reading | None:
    """One of the people whom the address serves, by number."""
    if hearing.skips:
        return Reading(dict.fromkeys(hearing.step.stores[:1]), "none")
    place = number(hearing.text)
    if place is None or not 1 <= place <= len(hearing.people):
        return None
    return _stored(hearing, hearing.people[place - 1]["id"])


def _understood(hearing: Hearing) -> Reading | None:
    """Free text: an option said outright, else what is understood of it, else an option's words within it."""
    if option := whole(hearing.step, hearing.text):
        return Reading(outcome=option.code) if allowed(option.when, hearing.flags) else Reading(hint=option.unmet)
    understood = hearing.understand(hearing.text)
    if (about := _for_people(understood)) and about in hearing.step.next:
        return Reading(outcome=about)
    key = hearing.step.stores[0]
    proposed = propose(hearing.text[:NOTE_LENGTH], understood, hearing.answers.get(key), hearing.place_name)
    if proposed:
        return Reading({key: proposed}, said_more=True)
    if option := first_named(hearing.step, hearing.text):
        return Reading(outcome=option.code) if allowed(option.when, hearing.flags) else Reading(hint=option.unmet)
    if getattr(understood, "about_someone_else", None):
        return Reading(hint="someone_else")
    return None


def _for_people(understood: Any) -> str:
    """What is no answer to the question but matters more: 打错了, or news for which there is no line."""
    names = ("not_me", "for_people")
    return next((name for name in names if getattr(understood, name, None) is not None), "")


def _place_choice(hearing: Hearing) -> Reading | None:
    """One of the places that a name may mean, by its number or by where it lies, or none of them."""
    proposed = hearing.answers.get("proposed") or {}
    places = proposed.get("places") or []
    if hearing.skips:
        return Reading({"proposed": choose(proposed, None)})
    place, words = number(hearing.text), bare(hearing.text).removesuffix("的")
    named_so = [one for one in places if len(words) >= 2 and words in one["name"]]
    if len(named_so) == 1:
        return Reading({"proposed": choose(proposed, named_so[0])})
    if place is None:
        return _place_within(hearing, proposed, words)
    if not 1 <= place <= len(places) <= MOST_PLACES:
        return None
    return Reading({"proposed": choose(proposed, places[place - 1])})


def _place_within(hearing: Hearing, proposed: Mapping[str, Any], words: str) -> Reading | None:
    """The one place, or the fewer, of the city or county that was said; a place of its own that is clear counts."""
    said, named = getattr(hearing.understand(words), "place", None), hearing.place_name
    if said is None or named is None:
        return None
    areas = said.candidates if said.value is None else (said.value,)
    codes = [one["code"] for one in proposed.get("places") or []]
    within = [code for code in codes if any(code.startswith(area) or area.startswith(code) for area in areas)]
    if not within and said.value:
        within = [said.value]
    if len(within) == 1:
        return Reading({"proposed": choose(proposed, {"code": within[0], "name": named(within[0])})})
    if not within or len(within) == len(codes):
        return None
    listed = len(within) <= MOST_PLACES < len(codes)
    return Reading({"proposed": {**proposed, "places": called(within, named)}}, hint="" if listed else "fewer")


def _code(hearing: Hearing) -> Reading | None:
    found = re.fullmatch(r"\D{0,10}(\d{6})\D{0,10}", hearing.text)
    if found:
        return Reading(dict.fromkeys(hearing.step.stores[:1], found[1]), "given")
    return Reading(outcome="none") if hearing.skips else None


READERS: dict[Answer, Callable[[Hearing], Reading | None]] = {
    Answer.CHOICE: _choice, Answer.CHOICES: _choices, Answer.TEXT: _text, Answer.AMOUNT: _amount,
    Answer.SINCE: _since, Answer.SINCE_AMOUNT: _since_amount, Answer.PHOTOS: _photos, Answer.PLACE: _place,
    Answer.CONFIRM: _confirm, Answer.IDENTITY: _identity, Answer.PERSON: _person, Answer.UNDERSTOOD: _understood,
    Answer.PLACE_CHOICE: _place_choice, Answer.CODE: _code,
}  # fmt: skip


def _stored(hearing: Hearing, value: Any) -> Reading:
    return Reading(dict.fromkeys(hearing.step.stores[:1], value))
