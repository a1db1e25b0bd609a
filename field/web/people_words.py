"""人员内容: what entries about who somebody is say, as titled sections."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from field.monitoring.checks.merging import Differing
from field.monitoring.checks.people_corrections import COLUMNS
from field.registry.roster import SEX
from field.web.catalogue import in_a_row, said, word_said
from field.web.member_words import of_member
from field.web.visit_words import Line, Section


def corrected(payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    """更正登记: whose, what became of it, and why."""
    told = {name: payload[name] for name in COLUMNS if payload.get(name)}
    told |= {"sex": word_said(SEX[told["sex"]])} if "sex" in told else {}
    told |= {name: of_member(told[name]) for name in ("relation", "pupil") if name in told}
    lines = [
        Line(_("谁"), names.get(payload["person_id"], "")),
        *(Line(said(COLUMNS[name].header), words) for name, words in told.items()),
        Line(_("为什么更正"), payload.get("note") or ""),
    ]
    return [Section(_("更正登记"), [line for line in lines if line.text])]


def merged(payload: dict[str, Any]) -> list[Section]:
    lines = [
        Line(_("并入的"), (payload.get("merged") or {}).get("name") or _("（已删除）")),
        Line(_("留下的"), (payload.get("kept") or {}).get("name") or _("（已删除）")),
        Line(_("跟着走的绑定"), _("%(count)s 个", count=len(payload.get("contacts", ())))),
        Line(_("不一样但核对过的"), in_a_row(map(Differing.label_of, payload.get("differing", ()))), True),
        Line(_("原因"), payload.get("note") or ""),
    ]
    return [Section(_("重复的人"), [line for line in lines if line.text])]
