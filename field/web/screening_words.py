"""名单内容: what entries about departments' lists say, as titled sections in Chinese."""

from typing import Any

from flask_babel import gettext as _

from field.labels import Word
from field.registry.screening import ScreeningAnswer, ScreeningReason
from field.web.visit_words import Line, Section
from field.web.wording import day, yuan

MONEY = {"amount": Word("金额"), "compliant_amount": Word("合规费用"), "self_paid": Word("自付费用")}


def screening(payload: dict[str, Any]) -> list[Section]:
    """部门筛查预警 of a household."""
    answer = payload.get("answer")
    lines = [
        Line(_("哪个部门"), payload.get("department") or ""),
        Line(_("事由"), ScreeningReason.label_of(payload.get("reason"))),
        Line(_("谁"), payload.get("name") or _("（已删除）")),
        *(Line(_(label), yuan(payload[key])) for key, label in MONEY.items() if key in payload),
        Line(_("日期"), day(payload["issued_on"]) if "issued_on" in payload else ""),
        Line(_("备注"), payload.get("note") or ""),
        Line(_("结果"), ScreeningAnswer.label_of(answer), answer == ScreeningAnswer.NEW_LEAD),
        Line(_("并入"), _("第 %(seq)s 条", seq=payload["raises"]) if "raises" in payload else ""),
        Line(_("认定说明"), (payload.get("decided") or {}).get("note") or ""),
    ]
    return [Section(_("部门名单"), [line for line in lines if line.text])]


def screening_list(payload: dict[str, Any]) -> list[Section]:
    """部门报送名单."""
    lines = [
        Line(_("哪个部门"), payload.get("department") or ""),
        Line(_("名单"), payload.get("title") or ""),
        Line(_("工作表"), payload.get("sheet") or ""),
        Line(_("行数"), _("%(rows)s 行", rows=payload.get("rows"))),
    ]
    return [Section(_("部门名单"), [line for line in lines if line.text])]


def screening_rows(payload: dict[str, Any]) -> list[Section]:
    """没有归户的行: how many of each answer."""
    answers = [one.get("answer") for one in payload.get("rows", [])]
    lines = [
        Line(label, _("%(rows)s 行", rows=answers.count(code)))
        for code, label in ScreeningAnswer.labels().items()
        if code in answers
    ]
    return [Section(_("没有归户的行"), lines)]


def screening_decided(payload: dict[str, Any]) -> list[Section]:
    """名单认定: none of them."""
    lines = [
        Line(_("结果"), _("第 %(row)s 行：都不是", row=payload.get("row"))),
        Line(_("说明"), payload.get("note") or ""),
    ]
    return [Section(_("名单认定"), [line for line in lines if line.text])]


def screening_undone(payload: dict[str, Any]) -> list[Section]:
    """撤销名单认定: the row waits again."""
    lines = [
        Line(_("结果"), _("第 %(row)s 行：撤销认定，重新等人认定", row=payload.get("row"))),
        Line(_("撤销的"), _("第 %(seq)s 条", seq=payload.get("seq"))),
        Line(_("为什么撤销"), payload.get("note") or ""),
    ]
    return [Section(_("名单认定"), [line for line in lines if line.text])]
