"""救助和数据质量的条目: what their entries say, as titled sections in Chinese."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from field.codes import EntryKind
from field.monitoring.checks.quality_checks import TITLES
from field.web.visit_words import Line, Section
from field.web.wording import yuan


def _corrected(payload: dict[str, Any]) -> list[Section]:
    lines = [
        Line(_("结果"), _("不是医疗票据，不算") if payload.get("void") else ""),
        Line(_("开票日期"), payload.get("issued_on") or ""),
        Line(_("总金额"), _money(payload.get("amount"))),
        Line(_("合规费用"), _money(payload.get("compliant_amount"))),
        Line(_("怎么来的"), _("识读后人工确认") if payload.get("reading") else ""),
        Line(_("为什么更正"), payload.get("note") or ""),
    ]
    return [Section(_("更正后的票据"), [line for line in lines if line.text])]


def _long_term(payload: dict[str, Any]) -> list[Section]:
    lines = [
        Line(_("原因"), payload.get("note") or ""),
        Line(_("每月费用"), _money(payload.get("month_cost"))),
        Line(_("其中合规费用"), _money(payload.get("month_compliant"))),
    ]
    return [Section(_("长期户"), [line for line in lines if line.text])]


def _quality(payload: dict[str, Any]) -> list[Section]:
    counts = payload.get("counts", {})
    lines = [Line(TITLES.get(code, code), _("%(count)s 户", count=count)) for code, count in counts.items() if count]
    return [Section(_("要改的"), lines or [Line("", _("没有发现问题"))])]


def _money(value: Any) -> str:
    return yuan(value) if isinstance(value, int) else ""


RELIEF_READ: dict[EntryKind, Callable[[dict[str, Any]], list[Section]]] = {
    EntryKind.BILL_CORRECTED: _corrected,
    EntryKind.LONG_TERM_MARKED: _long_term,
    EntryKind.LONG_TERM_UNMARKED: _long_term,
    EntryKind.QUALITY_COUNTED: _quality,
}
