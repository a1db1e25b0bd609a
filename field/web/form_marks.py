"""栏上的错: a refused form in its page as it was sent, with each fault told on top and at its field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from flask_babel import gettext as _
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from field.web.catalogue import said
from field.web.form_reading import Control, Form, read

NAMES = {
    "risk_factors": "risk", "photos": "photo", "division": "destination", "informed.on": "informed_on",
    "consents": "consent", "measures": "measure", "code": "what", "risk_factor": "what",
}  # fmt: skip
"""What contents call a field that the forms call otherwise."""
RENEWED = frozenset(("csrf_token", "key", "expected", "seen", "known_as", "form_page"))
KEPT_AWAY = frozenset(("hidden", "password", "file", "submit"))
TICKED = frozenset(("checkbox", "radio"))

Faults = Sequence[Mapping[str, str]]


class Edit(NamedTuple):
    """One change to the text of a page: what stands from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


@dataclass
class Fault:
    """一处错: where on the form, by what name a person knows it, and what is wrong."""

    controls: list[Control]
    told: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What is wrong, and what to do."""
        return "；".join(self.told)

    @property
    def place(self) -> int:
        """How far down the form it stands; what stands at no field comes first."""
        return self.controls[0].start if self.controls else -1


def marked(page: str, address: str, to: str, sent: MultiDict[str, str], faults: Faults) -> str | None:
    """The page with the form that was sent to an address as it was sent; None if the form stands no more on it."""
    found = read(page)
    form = _meant(found.forms, urlsplit(address).path, to, sent)
    if form is None or found.main is None:
        return None
    several = sorted(_placed(form, faults), key=lambda one: one.place)
    edits = [Edit(found.main, found.main, _box(several)), Edit(form.start, form.start, _from(address))]
    edits += [Edit(at, at, " open") for at in form.closed]
    edits += [edit for control in form.controls for edit in _restored(control, sent)]
    for nth, one in enumerate(several):
        edits += _at_field(one, nth)
    return _edited(page, edits)


def _meant(forms: Sequence[Form], path: str, to: str, sent: MultiDict[str, str]) -> Form | None:
    """The one form of a page that was sent: by where it goes, what it can send, then by what it carries unseen."""
    said = {name for name, value in sent.items() if value and name not in RENEWED}
    going = [
        form for form in forms if to in {urlsplit(one or path).path for one in form.actions} and said <= form.names
    ]

    def alike(form: Form) -> int:
        carried = {name: value for name, value in form.hidden.items() if name not in RENEWED}
        return sum(1 if sent.get(name) == value else -1 for name, value in carried.items())

    return max(going, key=alike, default=None)


def _placed(form: Form, faults: Faults) -> list[Fault]:
    """Each fault at its field, those of one field together."""
    found: dict[object, Fault] = {}
    for one in faults:
        words, controls = str(said(one["message"])), _controls(form, one.get("field", ""))
        fault = found.setdefault(tuple(control.start for control in controls) or words, Fault(controls))
        if words not in fault.told:
            fault.told.append(words)
    return list(found.values())


def _controls(form: Form, name: str) -> list[Control]:
    """The controls that a fault is about: of its name, or of the nearest part of it that the form knows."""
    shown = [one for one in form.controls if one.kind != "hidden"]
    for part in _parts(name):
        known = NAMES.get(part, part)
        just_this = [one for one in shown if f"{one.name}.{one.value}" == part]
        if here := just_this or [one for one in shown if f"{one.name}.".startswith(f"{known}.")]:
            return here
    return []


def _parts(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _box(several: Sequence[Fault]) -> str:
    """All faults on top, each leading to its field; nothing was kept."""
    lines = "".join(f"<li>{_line(one)}</li>" for one in several)
    return f'<div class="faults" role="alert"><p><b>{escape(_("没有记下，请改好再交："))}</b></p><ul>{lines}</ul></div>'


def _line(one: Fault) -> str:
    if not one.controls:
        return escape(one.words)
    first = one.controls[0]
    words = _("%(name)s：%(fault)s", name=first.title, fault=one.words) if first.title else one.words
    return f'<a href="#{escape(_id(first))}">{escape(words)}</a>'


def _at_field(one: Fault, nth: int) -> list[Edit]:
    """The marks of every control that a fault is about, and its words beside the first."""
    if not one.controls:
        return []
    first = one.controls[0]
    words = f'<small class="wrong" id="fault-{nth}">{escape(one.words)}</small>'
    edits = [Edit(first.message_at, first.message_at, words)]
    for control in one.controls:
        named = "" if control.id else f' id="{escape(_id(control))}"'
        marks = f'{named} aria-invalid="true" aria-describedby="fault-{nth}"'
        edits.append(Edit(control.attributes_at, control.attributes_at, marks))
    return edits


def _id(control: Control) -> str:
    return control.id or f"at-{control.start}"


def _from(address: str) -> str:
    """Where the form stands, for when it is refused once more: then the address is the one that it is sent to."""
    return f'<input type="hidden" name="form_page" value="{escape(address)}">'


def _restored(control: Control, sent: MultiDict[str, str]) -> list[Edit]:
    """A control as it was sent, whatever stood in it when the page was made."""
    several = [text.replace("\0", "") for text in sent.getlist(control.name)]
    if control.kind in KEPT_AWAY:
        return []
    if control.kind in TICKED:
        return _switched(control, "checked", several)
    if not several:
        return []
    if control.kind == "select":
        known = {option.value for option in control.options} & {*several}
        return [edit for one in control.options if known for edit in _switched(one, "selected", several)]
    if control.kind == "textarea":
        return [Edit(control.content_at, control.content_end, f"\n{escape(several[0])}")]
    at = control.attributes_at
    return [*_without(control, "value"), Edit(at, at, f' value="{escape(several[0])}"')]


def _switched(control: Control, attribute: str, several: Sequence[str]) -> list[Edit]:
    """A tick or a choice, set where its value was sent and nowhere else."""
    on = [Edit(control.attributes_at, control.attributes_at, f" {attribute}")] if control.value in several else []
    return [*_without(control, attribute), *on]


def _without(control: Control, attribute: str) -> list[Edit]:
    found = control.spans.get(attribute)
    return [Edit(*found, "")] if found else []


def _edited(page: str, edits: Sequence[Edit]) -> str:
    """The text with all changes made, in the order in which they were asked for where they stand at one place."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        parts += [page[at : edit.start], edit.text]
        at = max(at, edit.end)
    return "".join([*parts, page[at:]])
