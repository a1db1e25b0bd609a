"""一次办理: one dialog while one message is worked on; made from the state, turned into the next."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from field.messaging.dialogs.amounts import spent
from field.messaging.dialogs.answers import Amount, Hearing, PlaceName, Reading, Towns, read
from field.messaging.dialogs.events import event
from field.messaging.dialogs.identity import missing
from field.messaging.dialogs.options import allowed
from field.messaging.dialogs.overhearing import beside_identity, overheard, told_beside
from field.messaging.dialogs.proposals import MOST_PLACES
from field.messaging.dialogs.saying import hint_wording, say, template, values_of
from field.messaging.dialogs.shapes import Answer, Dialog, Event, Happening, Heard, Say, Step, Turn, Wording
from field.monitoring.workdays import SHANGHAI

MOST_EXCHANGES = 20
MOST_PHOTOS = 20


@dataclass(frozen=True)
class Senses:
    """听懂的本事, given by the caller; `starts` are the words that begin any dialog."""

    understand: Callable[[str], Any]
    amount: Amount = spent
    place_name: PlaceName | None = None
    towns: Towns = lambda _village: ()
    starts: Collection[str] = ()


class Run:
    """一次办理: what changes while a message is worked on."""

    def __init__(
        self, dialog: Dialog, context: Mapping[str, Any], now: datetime, state: Mapping[str, Any] | None = None
    ) -> None:
        kept = state or {}
        self.dialog, self.context, self.now = dialog, context, now
        self.answers: dict[str, Any] = dict(kept.get("answers", {}))  # nothing within is ever changed
        self.path: list[str] = [name for name in kept.get("path", []) if name in dialog.steps]
        self.step: str = kept.get("step", dialog.first)
        self.exchanges: int = kept.get("exchanges", 0)
        self.misses: int = kept.get("misses", 0)
        self.pictured: bool = kept.get("pictured", False)
        self.expires_at: str = kept.get("expires_at", "")
        self.says: list[Say] = []
        self.events: list[Event] = []
        self.closed, self.closing = False, ""
        self.given: dict[str, Any] = dict(kept.get("given", {}))  # what our side knew before it asked

    @property
    def asked(self) -> Step:
        """The step that waits."""
        return self.dialog.steps[self.step]

    @property
    def expired(self) -> bool:
        """Whether the step waited too long."""
        return datetime.fromisoformat(self.expires_at) <= self.now

    @property
    def channel(self) -> str:
        """The channel on which the words go out."""
        return str(self.context.get("channel") or "sms")

    @property
    def flags(self) -> frozenset[str]:
        """What holds now, of the sender and of the answers: the conditions of a step."""
        people, proposed = self.context.get("people") or (), self.answers.get("proposed") or {}
        holds = {
            "bound": self.context.get("bound"), "several": len(people) > 1, self.channel: True,
            "known": self.context.get("place") or self.context.get("income") or self.context.get("known"),
            "unclear_place": proposed.get("places"),
            "many_places": len(proposed.get("places") or ()) > MOST_PLACES,
        } | {name: self.answers.get(name) for name in self.dialog.flags}  # fmt: skip
        return frozenset(name for name, value in holds.items() if value)

    def hear(self, heard: Heard, text: str, senses: Senses) -> None:
        """Take the message to be worked on; several photographs, of which each comes alone, are one exchange."""
        self.heard, self.text, self.senses = heard, text or self._place_in_words(heard, senses), senses
        alone = bool(heard.photos) and not text
        self.exchanges += not (alone and self.pictured)
        self.pictured = alone

    def _place_in_words(self, heard: Heard, senses: Senses) -> str:
        """在哪里, shown on the map where it was asked: the town of its address, and no more of it."""
        if self.asked.answer is not Answer.UNDERSTOOD or not heard.place:
            return ""
        place = getattr(senses.understand(str(heard.place.get("label") or "")), "place", None)
        return f"在{place.words}" if place else ""

    def read(self, name: str) -> Reading | None:
        """What the message answers to a step."""
        people = tuple(self.context.get("people") or ())
        today = self.now.astimezone(SHANGHAI).date()
        return read(Hearing(
            self.heard, self.text, self.dialog.steps[name], self.dialog.words, self.answers, self.flags, people, today,
            self.senses.understand, self.senses.amount, self.senses.place_name, self.senses.towns,
        ))  # fmt: skip

    def keep_photos(self) -> bool:
        """Photographs and a place are kept at whatever step they come, where the dialog wants any."""
        if not any(step.answer is Answer.PHOTOS for step in self.dialog.steps.values()):
            return False
        kept = self.answers.get("photos") or []
        if photos := list(dict.fromkeys([*kept, *map(str, self.heard.photos)]))[:MOST_PHOTOS]:
            self.answers["photos"] = photos
        if self.heard.place:
            self.answers["place"] = {name: value for name, value in self.heard.place.items() if _plain(value)}
        return bool(self.heard.photos or self.heard.place)

    def overhear(self) -> bool:
        """顺口说了别的: what answers another step is kept with its answer, behind what was told first."""
        step = self.dialog.steps.get(self.asked.overhears)
        if step is None or not allowed(step.when, self.flags):
            return False
        codes, rest = overheard(step, self.asked.answer, self.text)
        told = told_beside(step, self.answers, codes, self.text)
        self.text = rest if told else self.text
        self.answers |= told
        return bool(told)

    def correct(self) -> bool:
        """说错了重说: what is read back may be answered with what is right, which is then read back in its place."""
        step = self.dialog.steps.get(self.asked.corrects)
        reading = self.read(self.asked.corrects) if step else None
        told = {name: value for name, value in (reading.values if reading else {}).items() if value is not None}
        self.forget([name for name in told if step and name in step.stores])
        self.answers |= told
        return bool(told)

    def hear_who(self) -> bool:
        """迟说的身份: who was asked in vain says it at a later step, and only the rest is that step's answer."""
        rest = beside_identity(self.text)
        if rest is None or self.asked.answer is Answer.IDENTITY:
            return False
        for name, step in self.dialog.steps.items():
            key = step.stores[0] if step.stores else ""
            if step.answer is Answer.IDENTITY and key in self.answers and missing(self.answers[key] or {}):
                reading = self.read(name)
                self.answers[key] = next(iter(reading.values.values())) if reading else self.answers[key]
                self.text = rest
                return True
        return False

    def note_help(self, reading: Reading) -> None:
        """要帮忙: told at once, for who asks for help may never come to confirm."""
        asks = any(isinstance(value, dict) and value.get("asks_help") for value in reading.values.values())
        if asks and not self.answers.get("helped"):
            self.answers["helped"] = True
            self.happened(Happening.ASKED_HELP)

    def passes(self, step: Step) -> bool:
        """Whether a step is passed over: not for this sender, or answered already."""
        answered = bool(step.stores) and all(name in self.answers for name in step.stores)
        return not step.is_end and (answered or not allowed(step.when, self.flags))

    def ahead(self, name: str) -> str:
        """The first step from here on that is not passed over."""
        while self.passes(self.dialog.steps[name]):
            name = self.dialog.steps[name].after("")
        return name

    def follow(self, name: str) -> None:
        """Go on from the step that was answered."""
        if self.step not in self.path[-1:] and self.ahead(name) != self.step:
            self.path.append(self.step)
        self.arrive(name)

    def arrive(self, name: str) -> None:
        """Say what is only said, on the way to the next step that waits or to an end."""
        name = self.ahead(name)
        while not (step := self.dialog.steps[name]).is_end and step.answer is Answer.NONE:
            self._say(template(self.dialog, name), step.says)
            self.answers |= dict.fromkeys(step.stores, self.dialog.notice)
            name = self.ahead(step.after(""))
        if step.event:
            self.happened(step.event)
            self.path.clear()  # what happened is not taken back by going back
        self.closed = step.is_end
        if step.is_end and step.event:
            self.closing = name
        else:
            self.go_to(name)

    def go_to(self, name: str) -> None:
        """Ask a step; its time begins."""
        self.step, self.misses = name, 0
        if name in self.path:
            del self.path[self.path.index(name) :]  # asked anew: what came after it is not gone back to
        hours = self.asked.hours or self.dialog.hours
        self.expires_at = (self.now + timedelta(hours=hours)).isoformat()
        self.ask()

    def ask(self) -> None:
        """Say what the step says."""
        self._say(template(self.dialog, self.step), self.asked.says)

    def hint(self, hint: str) -> None:
        """Say what is missing, or how to answer; with the question where the step has no such words."""
        own = self.asked.hints.get(hint) or self.asked.again
        key = hint if hint in self.asked.hints else "again"
        wording = hint_wording(self.dialog, self.asked, hint)
        self._say(template(self.dialog, self.step, key) if own else "words.again", wording)
        if own is None:
            self.ask()

    def note(self) -> None:
        """Say that it was noted, and ask again; a confirmation shows it."""
        if "noted" in self.asked.hints:
            self.hint("noted")
        else:
            self.tell("noted")
            self.ask()

    def tell(self, word: str) -> None:
        """Say words that all dialogs share."""
        self._say(f"words.{word}", getattr(self.dialog.words.says, word))

    def happened(self, kind: Happening) -> None:
        """Tell the caller."""
        words = self.text if hasattr(self, "text") else ""
        self.events.append(event(kind, self.answers, self.step, words))

    def close(self, closing: str, kind: Happening) -> None:
        """End the dialog, with last words that the caller says."""
        self.happened(kind)
        self.closed, self.closing, self.says = True, closing, []

    def give_up(self) -> None:
        """说不下去了: enough was said; a person goes on."""
        self.close("gave_up", Happening.GAVE_UP)

    def forget(self, names: Sequence[str]) -> None:
        """Drop answers, with their parts and their most."""
        for name in names:
            self.answers.pop(name, None)
            self.answers.pop(f"{name}?", None)
            self.answers.pop(f"{name}_max", None)

    def forget_all(self) -> None:
        """Drop everything that was said; what was given beforehand stays."""
        self.answers, self.path = dict(self.given), []

    def turn(self) -> Turn:
        """What this came to."""
        state = None if self.closed else {
            "dialog": self.dialog.name, "version": self.dialog.version, "step": self.step, "answers": self.answers,
            "path": self.path, "exchanges": self.exchanges, "misses": self.misses, "expires_at": self.expires_at,
            **({"pictured": True} if self.pictured else {}), **({"given": self.given} if self.given else {}),
        }  # fmt: skip
        return Turn(state, tuple(self.says), tuple(self.events), self.closing)

    def _say(self, key: str, wording: Wording) -> None:
        values = values_of(self.answers, self.context)
        partial = self.answers.get(f"{self.asked.stores[0]}?") if self.asked.stores else None
        values["missing"] = missing(partial) if isinstance(partial, dict) else ""
        self.says.append(say(self.dialog, key, wording, self.channel, values))


def readable(dialog: Dialog, state: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The state, where this dialog can go on with it: same name, a step that still asks; else None."""
    kinds = {"answers": dict, "path": list, "exchanges": int, "misses": int, "step": str, "expires_at": str}
    whole = state.get("dialog") == dialog.name and all(
        isinstance(state.get(name), kind) for name, kind in kinds.items()
    )
    if not whole:
        return None
    step = dialog.steps.get(state["step"])
    return state if step and step.answer is not Answer.NONE else None


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
