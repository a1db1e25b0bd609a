"""回访内容: a revisit as titled sections of labelled lines in Chinese."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from field.labels import Word
from field.web.catalogue import in_a_row
from field.web.visit_words import Line, Section, sections
from field.web.wording import yuan

MEASURES = {"kept": Word("都还在"), "partly": Word("有的停了"), "stopped": Word("都停了")}
WHOM = {"neighbours": Word("邻居"), "village_committee": Word("村委会")}


def revisit_sections(payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    """What was asked, who was asked, and what the visit's own sections say."""
    measures, income = payload.get("measures") or {}, payload.get("income_per_head")
    asked = [WHOM.get(one["who"]) or one.get("department") or "" for one in payload.get("checked_with", ())]
    relapse = payload.get("relapse")
    lines = [
        Line(_("有没有返贫风险"), _("有，已转为线索") if relapse else _("没有"), bool(relapse)),
        Line(_("帮扶措施"), MEASURES.get(str(measures.get("status")), ""), measures.get("status") != "kept"),
        Line(_("哪项措施停了"), measures.get("note") or ""),
        Line(_("人均纯收入（大约）"), yuan(income) if income is not None else ""),
        Line(_("向谁核对过"), in_a_row(one for one in asked if one)),
        Line(_("出了什么情况") if relapse else _("说明"), payload.get("note") or "", bool(relapse)),
    ]
    alike = {name: value for name, value in payload.items() if name not in ("note", "income_per_head")}
    return [Section(_("回访内容"), [line for line in lines if line.text]), *sections(alike, names)]
