"""模板缺口: which wordings need a template, how each is filed, and what is amiss with what was approved."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from field.messaging.dialogs.lengths import Size, lengths
from field.messaging.dialogs.saying import SLOT
from field.messaging.dialogs.shapes import Dialog, Variable
from field.messaging.templates import MAY_BE_CUT, Approved, Template, piece_of

PIECES = re.compile(r"\{([a-z][a-z_]*?)_1\}(?:\{\1_[1-9][0-9]?\})*")
APPROVED, CHANGED, NOT_FILED = "已批准", "文字改了，要重新报批", "没有报批"
ELSEWHERE = {"wechat", "web", "!sms"}  # a step that is only for these is never said by SMS
NEVER = {"words.unheard", "words.photo_alone"}  # nobody speaks or sends photographs by SMS here


@dataclass(frozen=True)
class Filing:
    """报批: a step, its wording as the provider writes it and as we do, its variables with their room."""

    step: str
    text: str
    wording: str
    variables: Mapping[str, int]
    state: str

    @property
    def approved(self) -> bool:
        """Whether it is approved as it stands."""
        return self.state == APPROVED


def wanted(dialogs: Iterable[Dialog]) -> dict[str, str]:
    """Every wording that may go out by SMS, by the step that names its template."""
    several = list(dialogs)
    silent = {
        (one.name, name) for one in several for name, step in one.steps.items() if ELSEWHERE.intersection(step.when)
    }
    spoken = (size for size in lengths(several) if (size.dialog, _step(size)) not in silent)
    return {size.template: size.text for size in spoken if size.template not in NEVER}


def gaps(approved: Approved, dialogs: Iterable[Dialog]) -> Iterator[str]:
    """What is amiss, step by step: no template, another wording, a variable that is not there or has no room."""
    several = list(dialogs)
    variables = several[0].words.variables
    ours = wanted(several)
    for step, wording in ours.items():
        template = approved.steps.get(step)
        if template is None or not template.id:
            yield f"{step}：没有批准的模板"
            continue
        if whole(template.ours or template.wording) != wording:
            yield f"{step}：批准的文字和现在的不一样，发的仍是批准的"
        yield from (f"{step}：{fault}" for fault in _variables(approved, template, wording, variables))
    ids = Counter(template.id for template in approved.steps.values() if template.id)
    for step, template in approved.steps.items():
        if ids[template.id] > 1:
            yield f"{step}：模板号 {template.id} 写给了{ids[template.id]}步"
        if step not in ours:
            yield f"{step}：对话里没有这一步，模板用不上"


def filings(provider: str, approved: Approved, dialogs: Iterable[Dialog]) -> Iterator[Filing]:
    """Every wording in the provider's syntax, ready to be filed; long variables in pieces."""
    several = list(dialogs)
    variables = several[0].words.variables
    for step, wording in wanted(several).items():
        own = approved.steps.get(step, Template(wording=wording))
        room = {name: approved.room(own, name) for name in SLOT.findall(wording)}
        pieced = SLOT.sub(lambda slot, room=room: _pieces(slot[1], variables, room), wording)  # type: ignore[misc]
        slots = SLOT.findall(pieced)
        text = SLOT.sub(lambda slot, slots=slots: _syntax(provider, slot[1], slots), pieced)  # type: ignore[misc]
        yield Filing(step, text, pieced, {slot: room[piece_of(slot)[0]] for slot in slots}, _state(own, wording))


def whole(wording: str) -> str:
    """A wording with the pieces of each variable put together again."""
    return PIECES.sub(r"{\1}", wording)


def _step(size: Size) -> str:
    return size.where.split(".")[1]


def _variables(
    approved: Approved, template: Template, wording: str, variables: Mapping[str, Variable]
) -> Iterator[str]:
    said = set(SLOT.findall(wording))
    for name in template.names:
        if name not in said and name not in template.otherwise:
            yield f"模板要变量“{name}”，现在的文字里没有，请写 otherwise"
            continue
        needed = variables[name].longest if name in variables else 0
        held = approved.room(template, name) * template.pieces(name)
        if needed > held and name not in MAY_BE_CUT:
            yield f"变量“{name}”最多{needed}字，批准的只有{held}字，长的发不出去"


def _pieces(name: str, variables: Mapping[str, Variable], room: Mapping[str, int]) -> str:
    several = 1 if name in MAY_BE_CUT else ceil(variables[name].longest / room[name])
    return "".join(f"{{{name}_{place}}}" for place in range(1, several + 1)) if several > 1 else f"{{{name}}}"


def _syntax(provider: str, slot: str, slots: list[str]) -> str:
    return f"${{{slot}}}" if provider == "aliyun" else f"{{{slots.index(slot) + 1}}}"


def _state(template: Template, wording: str) -> str:
    if not template.id:
        return NOT_FILED
    return APPROVED if whole(template.ours or template.wording) == wording else CHANGED
