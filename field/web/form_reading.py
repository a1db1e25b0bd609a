"""读表单: the forms of one of our own pages, and where in its text everything stands."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

ATTRIBUTE = re.compile(r"""\s+([^\s=>"'/]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?""")
CONTROLS = frozenset(("input", "select", "textarea"))
UNSPOKEN = frozenset(("select", "textarea", "small", "button"))
EMPTY = frozenset(("meta", "link", "input", "img", "br", "hr", "path", "rect", "circle"))
ASIDE = re.compile(r"[（(][^（()）]*[）)]$")

Attributes = list[tuple[str, str | None]]


@dataclass
class Control:
    """一栏: what a form asks for, and where its attributes, its content and a word beside it belong."""

    kind: str
    name: str
    value: str
    id: str
    start: int
    attributes_at: int
    spans: dict[str, tuple[int, int]]
    title: str = ""
    message_at: int = 0
    content_at: int = 0
    content_end: int = 0
    options: list["Control"] = field(default_factory=list)


@dataclass
class Form:
    """一张表单: where it is sent to, what it carries unseen, what it asks for, and what it is folded away in."""

    start: int
    actions: list[str]
    closed: list[int]
    buttons: set[str] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """All that it can send."""
        return self.buttons | {one.name for one in self.controls}


@dataclass
class _Open:
    """An element that is not yet closed; of a label and a legend what they say."""

    tag: str
    attributes_at: int
    is_open: bool
    words: list[str] = field(default_factory=list)
    holds: list[Control] = field(default_factory=list)
    end_of_legend: int = 0
    legend: str = ""


class _Reader(HTMLParser):
    """The forms of a page that are posted, and where its main part begins."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.main: int | None = None
        self._around: list[_Open] = []
        self._form: Form | None = None
        self._lines = [0, *(found.end() for found in re.finditer("\n", page))]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        start, text = self._here(), self.get_starttag_text() or ""
        end = start + len(text)
        if tag == "main":
            self.main = end
        if tag == "form" and given.get("method", "").lower() == "post":
            self._form = Form(end, [given.get("action", "")], self._closed())
            self.forms.append(self._form)
        if tag == "button" and self._form:
            self._form.buttons.add(given.get("name", ""))
            self._form.actions += [given["formaction"]] if "formaction" in given else []
        if tag in CONTROLS and self._form and given.get("name"):
            self._control(tag, given, start, text)
        if tag == "option" and self._form and self._form.controls:
            self._form.controls[-1].options.append(_control("option", given, start, text))
        if tag not in EMPTY:
            self._around.append(_Open(tag, start + len(tag) + 1, "open" in given))

    def handle_endtag(self, tag: str) -> None:
        if not any(one.tag == tag for one in self._around):
            return
        here = self._here()
        while (done := self._around.pop()).tag != tag:
            pass
        match tag:
            case "form":
                self._form = None
            case "textarea" if self._form and self._form.controls:
                self._form.controls[-1].content_end = here
            case "label":
                for control in done.holds:
                    control.title, control.message_at = control.title or _title(done.words), control.message_at or here
            case "legend":
                self._legend(done, here + len("</legend>"))

    def handle_data(self, data: str) -> None:
        inside = [one.tag for one in self._around]
        for one in self._around:
            if one.tag in ("label", "legend") and not UNSPOKEN.intersection(inside[inside.index(one.tag) :]):
                one.words.append(data)
        if inside[-1:] == ["option"] and self._form and self._form.controls:
            option = self._form.controls[-1].options[-1]
            option.value = option.value if "value" in option.spans else data.strip()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _closed(self) -> list[int]:
        return [one.attributes_at for one in self._around if one.tag == "details" and not one.is_open]

    def _control(self, tag: str, given: dict[str, str], start: int, text: str) -> None:
        assert self._form is not None
        control = _control(given.get("type", "text") if tag == "input" else tag, given, start, text)
        self._form.controls.append(control)
        if control.kind == "hidden":
            self._form.hidden[control.name] = control.value
            return
        label = next((one for one in reversed(self._around) if one.tag == "label"), None)
        group = next((one for one in reversed(self._around) if one.tag == "fieldset"), None)
        if group and group.legend and (control.kind in ("checkbox", "radio")):
            control.title, control.message_at = group.legend, group.end_of_legend
        if label:
            label.holds.append(control)
        elif not control.message_at:
            control.message_at = start + len(text)
            control.title = control.title or given.get("aria-label", "")

    def _legend(self, done: _Open, end: int) -> None:
        for one in reversed(self._around):
            if one.tag == "fieldset":
                one.legend, one.end_of_legend = _title(done.words), end
                return


def read(page: str) -> _Reader:
    """The forms of a page."""
    return _Reader(page)


def _control(kind: str, given: dict[str, str], start: int, text: str) -> Control:
    at = start + re.match(r"<[a-zA-Z0-9]+", text).end()  # type: ignore[union-attr]  # a start tag begins so
    spans = {one[1].lower(): (start + one.start(), start + one.end()) for one in ATTRIBUTE.finditer(text)}
    value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
    end = start + len(text)
    return Control(kind, given.get("name", ""), value, given.get("id", ""), start, at, spans, content_at=end)


def _title(words: list[str]) -> str:
    """What a label says, without what is added in brackets or after a colon."""
    return ASIDE.sub("", " ".join("".join(words).split()).partition("：")[0])
