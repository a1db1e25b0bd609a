"""纸件: what a form on paper holds, part by part; the same parts go on the screen, on paper and into a Word file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from flask import Response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from field.db import db
from field.ledger.checkpoints import newest
from field.monitoring.workdays import china_day
from field.web.word import DOCX, foot, sheets_document
from field.web.wording import now, on_paper

BLANK = "　　　　年　　月　　日"


@dataclass(frozen=True)
class Words:
    """一段话; a heading where it is one."""

    text: str
    heading: bool = False
    shape: ClassVar[str] = "words"


@dataclass(frozen=True)
class Pairs:
    """填写栏: rows of label and value; what the ledger does not know is left empty, to be written by hand."""

    rows: Sequence[Sequence[tuple[str, str]]]
    shape: ClassVar[str] = "pairs"


@dataclass(frozen=True)
class Grid:
    """表格; `blank` more rows to be filled in by hand."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    blank: int = 0
    shape: ClassVar[str] = "grid"

    @property
    def all_rows(self) -> list[Sequence[str]]:
        """What is known, then what is to be filled in."""
        return [*self.rows, *([("",) * len(self.head)] * self.blank)]


@dataclass(frozen=True)
class Signature:
    """签名的图: who has signed on a phone."""

    sha256: str
    name: str
    shape: ClassVar[str] = "signature"


@dataclass(frozen=True)
class Signs:
    """签字的地方: each line with room for a name, a seal and a day; `apart`, with the day on a line of its own."""

    lines: Sequence[str]
    apart: bool = False
    shape: ClassVar[str] = "signs"

    @property
    def whole(self) -> list[str]:
        """Each with its day."""
        if self.apart:
            return [words for line in self.lines for words in (line, BLANK)]
        return [f"{line}：　　　　　　　　　　{BLANK}" for line in self.lines]


@dataclass(frozen=True)
class Sheet:
    """一张纸: a title, for whom, its parts; a `wide` one lies on its side, a `notice` is read from across a room."""

    title: str
    below: str
    parts: Sequence[Words | Pairs | Grid | Signature | Signs]
    look: Literal["", "wide", "notice"] = ""


def answered(
    title: str, made: Callable[[], Sequence[Sheet]], back: tuple[str, str], empty: str = "", **choice: Any
) -> str | Response:
    """The sheets as a page, or as a Word file where the address says `as=docx`; `empty` where there are none.

    The sheets are `made` and written in Chinese for every reader, since papers leave the house. `choice` is what the
    page lets choose, `here` and the month or the day, and its `warning`.
    """
    with on_paper():
        sheets, told = made(), foot(newest(db.session()))
        if request.args.get("as") == "docx" and sheets:
            name = f"{(request.endpoint or '').rpartition('.')[2]}-{china_day(now()):%Y%m%d}.docx"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(sheets_document(sheets, told), content_type=DOCX, headers=headers)
        papers = Markup(render_template("papers.html", sheets=sheets, foot=told))  # noqa: S704 - our own template
    asked = {**(request.view_args or {}), **request.args}
    return render_template(
        "sheets.html", title=title, papers=papers if sheets else "", back=back, asked=asked,
        empty=empty or _("没有可以打印的。"), **choice,
    )  # fmt: skip
