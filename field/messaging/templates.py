"""短信模板: the approved wordings of a county, and how one of them is filled; what was approved is what is sent.

In wordings `{facts}` is a variable, and `{facts_1}{facts_2}` are pieces of one that is longer than the provider allows.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from field.messaging.dialogs.loading import FAULTS, Faulty
from field.messaging.dialogs.saying import SLOT, text_units
from field.messaging.messages import SendError

LONGEST = {"aliyun": 35, "tencent": 6}  # characters of one variable, where an account has no more of its own
MAY_BE_CUT = ("county", "name", "whom")  # of all else the rest would say something different
OTHERWISE = {"name": "乡亲"}
BLANK = "-"  # no provider takes a variable with nothing in it
PIECE = re.compile(r"(?P<name>[a-z][a-z_]*?)(?:_(?P<place>[1-9][0-9]?))?$")
NO_TEMPLATE, LACKS, TOO_LONG = "没有批准的模板", "模板要的变量没有内容", "内容比批准的变量长"


class Part(BaseModel):
    """A part of the file: nothing unknown in it, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Template(Part):
    """模板: an id and the wording that was approved under it; without an id it is filed, not approved.

    `ours` is our own wording where another was approved on purpose.
    """

    id: str = ""
    wording: str = Field(min_length=1)
    ours: str = ""
    longest: dict[str, int] = {}
    otherwise: dict[str, str] = {}

    @property
    def slots(self) -> tuple[str, ...]:
        """The variables and pieces, in the order in which they stand."""
        return tuple(SLOT.findall(self.wording))

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, each once."""
        return tuple(dict.fromkeys(piece_of(slot)[0] for slot in self.slots))

    def pieces(self, name: str) -> int:
        """How many slots a variable has."""
        return sum(piece_of(slot)[0] == name for slot in self.slots)


@dataclass(frozen=True)
class Filled:
    """填好的模板: its id, and its variables by name and by place."""

    id: str
    named: Mapping[str, str]

    @property
    def values(self) -> tuple[str, ...]:
        """The variables by place."""
        return tuple(self.named.values())


class Approved(Part):
    """已批准的模板 of one provider, by the step that each is for; `longest` is the account's own limit."""

    longest: int = Field(default=0, ge=0)
    steps: dict[str, Template] = {}

    def fill(self, step: str, variables: Mapping[str, str]) -> Filled:
        """The approved template of a step with the variables we have; SendError where it cannot say what is to be said.

        A wording of ours that has changed since is left aside until it is approved.
        """
        template = self.steps.get(step)
        if template is None or not template.id:
            raise SendError(NO_TEMPLATE, retryable=False)
        named: dict[str, str] = {}
        for name in template.names:
            otherwise = template.otherwise.get(name) or OTHERWISE.get(name)
            named |= self._parts(template, name, variables.get(name) or otherwise, name in variables)
        return Filled(template.id, {slot: named[slot] for slot in template.slots})

    def room(self, template: Template, name: str) -> int:
        """How many characters one slot of a variable holds."""
        return template.longest.get(name) or self.longest

    def _parts(self, template: Template, name: str, value: str | None, known: bool) -> dict[str, str]:
        """The value of a variable, spread evenly over its slots."""
        if value is None and not known:
            raise SendError(f"{LACKS}：{name}", retryable=False)
        room, slots = self.room(template, name), [slot for slot in template.slots if piece_of(slot)[0] == name]
        text = cut(value or "", room * len(slots)) if name in MAY_BE_CUT else value or ""
        pieces = spread(text, room, len(slots))
        if "".join(pieces) != text:
            raise SendError(f"{TOO_LONG}：{name}", retryable=False)
        return {slot: piece or BLANK for slot, piece in zip(slots, pieces, strict=True)}


def read(path: Path) -> dict[str, Approved]:
    """The templates of a county by provider, none where there is no file; Faulty names every fault of it."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Faulty([f"{path.name}：不是正确的 TOML 文件（{error}）"]) from None
    found = [f"{path.name}: {name}：没有这个服务商" for name in given if name not in LONGEST]
    approved: dict[str, Approved] = {}
    for provider, longest in LONGEST.items():
        try:
            read = Approved.model_validate(given.get(provider, {}))
        except ValidationError as error:
            found += [
                f"{path.name}: {provider}.{'.'.join(map(str, fault['loc']))}: {FAULTS.get(fault['type'], '填得不对')}"
                for fault in error.errors(include_input=False, include_url=False)
            ]
        else:
            approved[provider] = read if read.longest else read.model_copy(update={"longest": longest})
            found += [f"{path.name}: {provider}.{fault}" for fault in _faults(read)]
    if found:
        raise Faulty(found)
    return approved


def piece_of(slot: str) -> tuple[str, int]:
    """The variable that a slot is, or is a piece of, and which piece."""
    found = PIECE.match(slot)
    return (found["name"], int(found["place"] or 0)) if found else (slot, 0)


def cut(text: str, room: int) -> str:
    """As much of a text as there is room for, its end marked where something is left out."""
    if text_units(text) <= room:
        return text
    while text_units(text) > room - 1:
        text = text[:-1]
    return f"{text}…"


def spread(text: str, room: int, slots: int) -> list[str]:
    """A text in so many pieces of the same length, none longer than its room; what finds none is left out."""
    pieces, left = [], text
    for place in range(slots, 0, -1):
        size = -(-len(left) // place)
        while text_units(left[:size]) > room:
            size -= 1
        pieces.append(left[:size])
        left = left[size:]
    return pieces


def _faults(approved: Approved) -> list[str]:
    """What no provider would take: a variable twice, pieces that are not all there."""
    found = []
    for step, template in approved.steps.items():
        places = sorted(piece_of(slot) for slot in template.slots)
        for name in template.names:
            counted = [place for other, place in places if other == name]
            if counted not in ([0], list(range(1, len(counted) + 1))):
                found.append(f"steps.{step}：变量“{name}”写了两次，或分段编号不连续")
    return found
