"""短信字数: every wording as an SMS, with its template's key and its length with the longest variables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from field.messaging.dialogs.saying import SLOT, template, text_units
from field.messaging.dialogs.shapes import SIGNATURE, Dialog, Says, Wording, Words

MOST_UNITS = 70


@dataclass(frozen=True)
class Size:
    """一条短信: where its wording stands, the key of its template, how many UTF-16 units with the signature."""

    dialog: str
    version: int
    where: str
    template: str
    text: str
    variables: tuple[str, ...]
    units: int


def lengths(dialogs: Iterable[Dialog], signature: str = SIGNATURE) -> list[Size]:
    """Every wording of the dialogs and of the words that they share, each once."""
    found = {(size.dialog, size.version, size.template): size for one in dialogs for size in
             (*sizes(one, signature), *shared(one.words, signature))}  # fmt: skip
    return list(found.values())


def sizes(dialog: Dialog, signature: str = SIGNATURE) -> Iterator[Size]:
    """The wordings of one dialog."""
    for name, step in dialog.steps.items():
        yield _size(dialog, f"steps.{name}.says", template(dialog, name), step.says, signature)
        if step.again:
            yield _size(dialog, f"steps.{name}.again", template(dialog, name, "again"), step.again, signature)
        for hint, wording in step.hints.items():
            yield _size(dialog, f"steps.{name}.hints.{hint}", template(dialog, name, hint), wording, signature)


def shared(words: Words, signature: str = SIGNATURE) -> Iterator[Size]:
    """The wordings that all dialogs share."""
    for word in Says.model_fields:
        wording = getattr(words.says, word)
        yield Size("words", words.version, f"says.{word}", f"words.{word}", *_measured(words, wording, signature))


def _size(dialog: Dialog, where: str, key: str, wording: Wording, signature: str) -> Size:
    return Size(dialog.name, dialog.version, where, key, *_measured(dialog.words, wording, signature))


def _measured(words: Words, wording: Wording, signature: str) -> tuple[str, tuple[str, ...], int]:
    """The SMS, its variables, and how long it is where each of them is at its longest."""
    slots = tuple(SLOT.findall(wording.sms))
    fixed = text_units(signature) + text_units(SLOT.sub("", wording.sms))
    units = fixed + sum(words.variables[slot].longest for slot in slots if slot in words.variables)
    return wording.sms, slots, units
