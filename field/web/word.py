"""Word 文件: papers that an office wants to edit; python-docx's one door."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _

from field.codes import THREE_KINDS, Grade, Kind, Source
from field.monitoring.counted import LATE_STEPS
from field.monitoring.deadlines import LATE, MEASURE
from field.monitoring.policy.shelf import pack_on
from field.monitoring.statistics import AT_RISK
from field.monitoring.workdays import china_day
from field.web.catalogue import in_a_row, in_english, said
from field.web.wording import at, count, month_name, now, share, yuan

if TYPE_CHECKING:
    from field.web.bulletin_page import Bulletin
    from field.web.sheets import Sheet

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BLOCKS, LATE_MEASURE = 20, f"{LATE}{MEASURE}"
FONT, BLACK = "宋体", "000000"
SHEET, MARGIN = (210, 297), 20  # A4, in mm
MM = 36_000  # in the units of Word
CHART = (35, 20, 20, 95)  # mm: the longest bar stands on one line, or its length would say nothing


def bulletin_document(told: "Bulletin") -> bytes:
    """监测月报 for Word; its charts are rows of blocks, so that they can be edited too."""
    from docx import Document  # noqa: PLC0415 - few requests need it

    paper: Any = Document()
    _set_type(paper)
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
    _set_type(paper)
    _set_sheet(paper, wide=any(sheet.wide for sheet in sheets))
    _set_foot(paper, told)
    for place, sheet in enumerate(sheets):
        if place:
            paper.add_page_break()
        for text, style in ((sheet.title, "Title"), (sheet.below, "Normal")):
            paper.add_paragraph(text, style=style).alignment = 1
        for part in sheet.parts:
            PARTS[part.shape](paper, part)
    return _saved(paper)


def situation(told: "Bulletin") -> str:
    """总体情况 in a sentence."""
    now_, then = told.whole["households"], told.before["households"]
    change = _("与月初持平") if now_ == then else _("比月初增加 %(n)s 户", n=count(now_ - then))
    if now_ < then:
        change = _("比月初减少 %(n)s 户", n=count(then - now_))
    words = _("监测对象 %(h)s 户 %(p)s 人，", h=count(now_), p=count(told.whole["persons"]))
    sentences = [f"{words}{change}{_('。')}", _graded(told), _named_anew(told)]
    return (" " if in_english() else "").join(sentences).strip()


def _graded(told: "Bulletin") -> str:
    """预警等级 of the month's last day, where any was kept."""
    red, orange, yellow = (told.whole["by_grade"][grade] for grade in (Grade.RED, Grade.ORANGE, Grade.YELLOW))
    if not (red or orange or yellow):
        return ""
    words = _(
        "其中红色预警 %(red)s 户、橙色预警 %(orange)s 户、黄色预警 %(yellow)s 户。",
        red=count(red), orange=count(orange), yellow=count(yellow),
    )  # fmt: skip
    return str(words)


def _named_anew(told: "Bulletin") -> str:
    """防止返贫致贫对象, where the policy of the month's last day has that kind."""
    pack = pack_on(china_day(told.month.ends - timedelta(microseconds=1)))
    if all(one.code != Kind.AT_RISK for one in pack.kind):
        return ""
    words = _(
        "2026 年起统称防止返贫致贫对象，已这样记下的有 %(n)s 户，占 %(share)s，按是不是脱贫户分在三类户的前两类。",
        n=count(told.whole[AT_RISK]),
        share=share(told.whole[AT_RISK], told.whole["households"]),
    )
    return str(words)


def progress(told: "Bulletin") -> list[str]:
    """工作进展, line by line."""
    done, entries, cases = told.flow, told.flow.entries, told.flow.cases
    lines = [
        _(
            "走访 %(v)s 次，农户自主申报 %(d)s 次，务工回访 %(c)s 次。",
            v=count(entries["visit"]),
            d=count(entries["declaration"]),
            c=count(entries["checkin"]),
        ),
        _("新线索 %(n)s 条：%(by)s。", n=count(done.leads.total()), by=_by_source(done.leads)),
        _(
            "新纳入监测 %(i)s 户，消除风险 %(e)s 户，回退 %(b)s 户，再标注 %(r)s 户。",
            i=count(cases["identified"]),
            e=count(cases["eliminated"]),
            b=count(cases["rolled_back"]),
            r=count(cases["re_marked"]),
        ),
    ]
    if done.median is not None:
        slowest = done.slowest_tenth
        lines.append(_("从线索到识别，半数在 %(m)s 天以内，九成在 %(s)s 天以内。", m=done.median, s=slowest))
    return lines


def problems(told: "Bulletin") -> list[str]:
    """存在的问题, line by line; that there is none is said too."""
    left = told.flow.unvisited
    part = share(left, told.whole["households"])
    words = _("监测户中有 %(n)s 户本月没有走访，占 %(share)s。", n=count(left), share=part)
    lines = [words if left else _("监测户本月都走访过。")]
    steps = [(LATE_STEPS[name], number) for name, number in told.late.items() if name != LATE_MEASURE]
    if steps:
        by = in_a_row(f"{said(label)} {count(number)}" for label, number in steps)
        lines.append(
            _("办理步骤过期没有办的有 %(n)s 户：%(by)s。", n=count(sum(number for _step, number in steps)), by=by)
        )
    if measures := told.late.get(LATE_MEASURE):
        lines.append(_("帮扶措施过期没有办成的有 %(n)s 户。", n=count(measures)))
    if told.relief.lost:
        households, sum_ = count(told.relief.lost_households), yuan(told.relief.lost)
        lines.append(
            _("今年有 %(h)s 户因识别晚少得医疗救助 %(y)s，可用村级救助基金或临时救助补上。", h=households, y=sum_)
        )
    return lines


def foot(checkpoint: Any) -> str:
    """When it was made, and under which checkpoint of the ledger."""
    made = _("制作于 %(at)s", at=at(now()))
    if checkpoint is None:
        return f"{made} · {_('台账还没有封存过')}"
    sealed = _("台账封存 %(size)s 条 %(root)s", size=count(checkpoint.size), root=checkpoint.root[:16])
    return f"{made} · {sealed}"


def _by_source(leads: Counter[str]) -> str:
    found = [f"{said(label)} {count(leads[code])}" for code, label in Source.labels().items() if leads[code]]
    return in_a_row(found) or str(_("没有"))


def _charted(counted: Sequence[tuple[str, str, int]], whole: int) -> list[tuple[str, ...]]:
    found = [one for one in counted if one[2]]
    most = max((number for _code, _label, number in found), default=1)
    return [(label, count(number), share(number, whole), "█" * max(1, round(BLOCKS * number / most)))
            for _code, label, number in found]  # fmt: skip


def _placed(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = (figures["by_kind"][kind]["households"] for kind in THREE_KINDS)
    return name, *(count(one) for one in (figures["households"], figures["persons"], *kinds))


def _table(paper: Any, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int] = ()) -> None:
    table = paper.add_table(rows=1, cols=len(head), style="Table Grid")
    for column, width in zip(table.columns, widths, strict=False):
        column.width = width * MM
        column.cells[0].width = width * MM
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _words(paper: Any, part: Any) -> None:
    if part.heading:
        paper.add_heading(part.text, 2)
    else:
        paper.add_paragraph(part.text)


def _pairs(paper: Any, part: Any) -> None:
    widest = max(len(row) for row in part.rows)
    table = paper.add_table(rows=0, cols=2 * widest, style="Table Grid")
    for row in part.rows:
        cells = table.add_row().cells
        for place, text in enumerate(word for pair in row for word in pair):
            cells[place].text = text
        if len(row) < widest:
            cells[2 * len(row) - 1].merge(cells[-1])


def _signs(paper: Any, part: Any) -> None:
    for line in part.whole:
        paper.add_paragraph(line)


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
    if current_app.config["FIELD"].demo:
        section.header.paragraphs[0].text = _("演示数据")
    line = section.footer.paragraphs[0]
    for text, code in ((f"{told} · {_('第')} ", "PAGE"), (f" {_('页，共')} ", "NUMPAGES"), (f" {_('页')}", None)):
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


def _saved(paper: Any) -> bytes:
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_type(paper: Any) -> None:
    """Chinese type, which Word takes from a font's East Asian name; black, as it is printed."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.shared import RGBColor  # noqa: PLC0415 - as above

    for style in paper.styles:
        if hasattr(style, "font") and style.element.rPr is not None:
            style.font.name, style.font.color.rgb = FONT, RGBColor.from_string(BLACK)
            style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
