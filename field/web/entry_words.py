"""条目内容: what an entry of any kind says, as titled sections in Chinese."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from field.codes import EntryKind, Kind, RiskFactor
from field.web.visit_words import Line, Section, sections
from field.web.wording import day


def content(kind: str, payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    """The sections of an entry whose payload is opened and masked; `names` as for visits."""
    if kind in (EntryKind.VISIT, EntryKind.HELD_VISIT):
        return sections(payload, names)
    return {EntryKind.ROSTER: _roster, EntryKind.HELD_DECISION: _decision}.get(EntryKind(kind), _nothing)(payload)


def _roster(payload: dict[str, Any]) -> list[Section]:
    risks = "、".join(RiskFactor.label_of(code) for code in payload.get("risk_factors", []))
    since = payload.get("identified_on")
    lines = [
        Line(_("监测类别"), Kind.label_of(payload.get("kind")) or _("未纳入监测")),
        Line(_("风险点"), risks),
        Line(_("识别时间"), day(since) if since else ""),
        Line(_("住址"), payload.get("address") or ""),
        Line(_("成员"), "、".join(member.get("name") or _("（已删除）") for member in payload.get("members", []))),
    ]
    return [Section(_("名册内容"), [line for line in lines if line.text])]


def _decision(payload: dict[str, Any]) -> list[Section]:
    accepted, reason = payload.get("accepted"), payload.get("reason") or ""
    lines = [
        Line(_("结果"), _("核收") if accepted else _("退回"), not accepted),
        Line(_("说明"), reason),
        Line(_("针对"), _("第 %(seq)s 条", seq=payload.get("seq"))),
    ]
    return [Section(_("乡镇意见"), [line for line in lines if line.text])]


def _nothing(_payload: dict[str, Any]) -> list[Section]:
    return []
