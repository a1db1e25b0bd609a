"""Word 文件: papers that an office wants to edit; python-docx's one door."""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from flask_babel import gettext as _

from field.at_hand import settings
from field.codes import THREE_KINDS
from field.web.bulletin_words import problems, progress, situation
from field.web.wording import DAYS, at, count, month_name, now, share

if TYPE_CHECKING:
    from field.web.bulletin_page import Bulletin
    from field.web.sheets import Sheet

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BLOCKS = 20
FONT, BLACK = "宋体", "000000"
SHEET, MARGIN, ABOVE = (210, 297), 14, 16  # A4, in mm, with the margins of the PDF
MM, POINT = 36_000, 12_700  # in the units of Word
CHART = (35, 20, 20, 107)  # mm: the longest bar stands on one line, or its length would say nothing
SIZES = {"Title": 22, "Normal": 10.5, "Header": 10, "Footer": 8}  # points
LOOKS = {"": SIZES, "wide": SIZES | {"Normal": 9}, "notice": SIZES | {"Title": 54, "Normal": 16}}
ROW, LABEL = 7, 31  # mm: how high a line to be filled in by hand is, and how wide what it asks for
BY_HAND, EDGES, LETTER = 25, 5, 0.2  # mm: a column to be filled in, what stands beside words, a narrow letter of 1 pt
SHORT, APART = 6, 2  # narrow letters: a head that stands on one line, what Word puts between 年 and figures
TABLES = ("pairs", "grid")
FIGURE = re.compile(r"[\d,.]+( 元|%)?")
WHOLE = re.compile(rf"{DAYS.pattern}|[!-~]+")  # a day, a number: no line is broken within
CENTRE, RIGHT = 1, 2


def bulletin_document(told: "Bulletin") -> bytes:
    """监测月报 for Word; its charts are rows of blocks, so that they can be edited too."""
    from docx import Document  # noqa: PLC0415 - few requests need it

    paper: Any = Document()
    _set_type(paper, SIZES)
    _set_sheet(paper)
    _set_foot(paper, foot(told.checkpoint))
    whole, month = told.whole, told.month
    paper.add_heading(_("%(place)s防止返贫动态监测月报", place=told.here.name), 0)
    paper.add_paragraph(_("%(month)s，截至 %(until)s", month=month_name(month.begins), until=at(month.ends)))
    paper.add_heading(_("一、总体情况"), 1)
    paper.add_paragraph(situation(told))
    places = [_placed(name, one) for name, one in (*told.below, (_("合计"), whole))]
    _table(paper, (_("地区"), _("监测户"), _("人"), *(label for _code, label, _number in told.kinds)), places)
    paper.add_heading(_("二、三类户"), 1)
    _table(paper, (_("三类户"), _("户"), _("占比"), ""), _charted(told.kinds, whole["households"]), CHART)
    paper.add_heading(_("三、风险类型"), 1)
    _table(paper, (_("主要风险点"), _("户"), _("占比"), ""), _charted(told.risks, whole["households"]), CHART)
    paper.add_heading(_("四、工作进展"), 1)
    for line in progress(told):
        paper.add_paragraph(line, style="List Bullet")
    paper.add_heading(_("五、存在的问题"), 1)
    for line in problems(told):
        paper.add_paragraph(line, style="List Bullet")
    paper.add_paragraph(foot(told.checkpoint))
    return _saved(paper)


def sheets_document(sheets: Sequence["Sheet"], told: str) -> bytes:
    """Forms for Word, each on its own page; `told` stands at the foot of all."""
    from docx import Document  # noqa: PLC0415 - as above

    paper: Any = Document()
    look = sheets[0].look
    _set_type(paper, LOOKS[look])
    _set_sheet(paper, wide=look == "wide")
    _set_foot(paper, told)
    for place, sheet in enumerate(sheets):
        if place:
            paper.add_page_break()
        for text, style in ((sheet.title, "Title"), (sheet.below, "Normal")):
            if text:
                paper.add_paragraph(text, style=style).alignment = CENTRE
        above = ""
        for part in sheet.parts:
            if part.shape in TABLES and above in TABLES:
                paper.add_paragraph()  # or Word makes one table of both
            PARTS[part.shape](paper, part)
            above = part.shape
    return _saved(paper)


def foot(checkpoint: Any) -> str:
    """When it was made, and under which checkpoint of the ledger."""
    made = _("制作于 %(at)s", at=at(now()))
    if checkpoint is None:
        return f"{made} · {_('台账还没有封存过')}"
    sealed = _("台账封存 %(size)s 条 %(root)s", size=count(checkpoint.size), root=checkpoint.root[:16])
    return f"{made} · {sealed}"


def _charted(counted: Sequence[tuple[str, str, int]], whole: int) -> list[tuple[str, ...]]:
    found = [one for one in counted if one[2]]
    most = max((number for _code, _label, number in found), default=1)
    return [(label, count(number), share(number, whole), "█" * max(1, round(BLOCKS * number / most)))
            for _code, label, number in found]  # fmt: skip


def _placed(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = (figures["by_kind"][kind]["households"] for kind in THREE_KINDS)
    return name, *(count(one) for one in (figures["households"], figures["persons"], *kinds))


def _table(paper: Any, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float] = ()) -> None:
    """A table whose head stands on every page."""
    texts = [head, *rows]
    table = _framed(paper, texts, widths or _by_words(paper, texts))
    _mark(table.rows[0], "w:tblHeader")
    for column, (_head, *cells) in zip(table.columns, zip(*texts, strict=True), strict=True):
        if cells and all(map(FIGURE.fullmatch, cells)):
            for cell in column.cells:
                cell.paragraphs[0].alignment = RIGHT


def _pairs(paper: Any, part: Any) -> None:
    widest = max(len(row) for row in part.rows)
    texts = [[word for pair in row for word in pair] for row in part.rows]
    value = _breadth(paper) / widest - LABEL
    table = _framed(paper, [[*row, *[""] * (2 * widest - len(row))] for row in texts], [LABEL, value] * widest)
    for row, given in zip(table.rows, texts, strict=True):
        if len(given) < 2 * widest:
            row.cells[len(given) - 1].merge(row.cells[-1]).text = given[-1]


def _framed(paper: Any, texts: Sequence[Sequence[str]], widths: Sequence[float]) -> Any:
    table = paper.add_table(rows=len(texts), cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = round(width * MM)
    for row, several in zip(table.rows, texts, strict=True):
        row.height = ROW * MM
        _mark(row, "w:cantSplit")
        for cell, text, width in zip(row.cells, several, widths, strict=True):
            cell.text, cell.width, cell.vertical_alignment = text, round(width * MM), CENTRE
    return table


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _by_words(paper: Any, texts: Sequence[Sequence[str]]) -> list[float]:
    """How wide each column is: what cannot be broken and what is short as their words ask for; the rest share."""
    letter = paper.styles["Normal"].font.size.pt * LETTER
    columns = list(zip(*texts, strict=True))
    least = [(max(map(_whole, cells)) + APART) * letter + EDGES for _head, *cells in columns]
    for halves in (1, 2):  # heads on two lines only where one is too long
        wanted = [max(_wanted(head, cells, letter, halves), least[nth]) for nth, (head, *cells) in enumerate(columns)]
        if sum(wanted) <= _breadth(paper):
            break
    left, found = _breadth(paper), list(wanted)
    first = sorted(range(len(wanted)), key=lambda place: (wanted[place] > least[place], wanted[place]))
    for done, place in enumerate(first):
        found[place] = min(wanted[place], max(least[place], left / (len(wanted) - done)))
        left -= found[place]
    return [one + left / len(wanted) for one in found]


def _wanted(head: str, cells: Sequence[str], letter: float, halves: int) -> float:
    lines = [line for cell in cells for line in cell.split("\n")]
    letters = max([_letters(head) / halves, min(_letters(head), SHORT), *map(_letters, lines)])
    return max(letters * letter + EDGES, 0 if any(cells) else BY_HAND)


def _whole(text: str) -> int:
    return max((_letters(found[0]) for found in WHOLE.finditer(text)), default=0)


def _letters(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _breadth(paper: Any) -> float:
    """What lies between the margins, in mm."""
    [section] = paper.sections
    return float(section.page_width - section.left_margin - section.right_margin) / MM


def _words(paper: Any, part: Any) -> None:
    if part.heading:
        paper.add_heading(part.text, 2)
    else:
        paper.add_paragraph(part.text)


def _signs(paper: Any, part: Any) -> None:
    for line in part.whole:
        one = paper.add_paragraph(line)
        one.alignment, one.paragraph_format.space_before = RIGHT, ROW * MM


PARTS: dict[str, Callable[[Any, Any], None]] = {
    "words": _words, "pairs": _pairs, "signs": _signs,
    "grid": lambda paper, part: _table(paper, part.head, part.all_rows),
    "signature": lambda paper, part: paper.add_paragraph(_("%(name)s 已在手机上签名，签名图在台账里", name=part.name)),
}  # fmt: skip


def _set_foot(paper: Any, told: str) -> None:
    """页眉页脚: the demo's mark above, the page's number and where the figures are from below."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above

    [section] = paper.sections
    if settings().demo:
        section.header.paragraphs[0].text = _("演示数据")
        section.header.paragraphs[0].alignment = CENTRE
    line = section.footer.paragraphs[0]
    for text, code in ((told + " · 第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", None)):
        line.add_run(text)
        if code:
            number = OxmlElement("w:fldSimple")
            number.set(qn("w:instr"), code)
            line._p.append(number)


def _set_sheet(paper: Any, *, wide: bool = False) -> None:
    """A4, as every office has it; lying for a wide table."""
    [section] = paper.sections
    section.page_width, section.page_height = (side * MM for side in (reversed(SHEET) if wide else SHEET))
    section.orientation = int(wide)
    section.left_margin = section.right_margin = MARGIN * MM
    section.top_margin = section.bottom_margin = ABOVE * MM


def _saved(paper: Any) -> bytes:
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_type(paper: Any, sizes: Mapping[str, float]) -> None:
    """Chinese type, which Word takes from a font's East Asian name; black, as it is printed."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.shared import RGBColor  # noqa: PLC0415 - as above

    for style in paper.styles:
        if hasattr(style, "font") and style.element.rPr is not None:
            style.font.name, style.font.color.rgb = FONT, RGBColor.from_string(BLACK)
            style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    for name, points in sizes.items():
        paper.styles[name].font.size = round(points * POINT)
    text, title = paper.styles["Normal"].paragraph_format, paper.styles["Title"].element.pPr
    text.space_before = text.space_after = 3 * POINT
    title.remove(title.find(qn("w:pBdr")))  # a coloured line below
