"""基金的话: what an act says, line by line, and what a form's fields make of a content."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from field.codes import Role
from field.monitoring.help.fund_codes import FundAction, FundWay
from field.monitoring.help.fund_contents import SHAPES
from field.web.catalogue import in_a_row
from field.web.visit_words import Line, Section
from field.web.wording import day, yuan

PEOPLE = ("donor", "applicant", "receiver")
LONGEST = 1000


def content_of(action: FundAction, form: MultiDict[str, str]) -> dict[str, Any]:
    """A content from the flat fields of a form; what was left empty is left out."""
    said: dict[str, Any] = {}
    for name in SHAPES[action].model_fields:
        if name == "photos":
            said[name] = form.getlist("photo")[:20]
        elif text := " ".join(form.get(name, "").replace("\0", "").split())[:LONGEST]:
            said[name] = {"name": text} if name in PEOPLE else {"note": text} if name == "urgent" else text
    return said


def fund_lines(said: dict[str, Any]) -> list[Line]:
    """What was done with the fund, and what was written down with it."""
    content = said.get("content") or {}
    amount = said.get("amount") or content.get("amount")
    lines = [
        Line(_("做了什么"), FundAction.label_of(said.get("action"))),
        Line(_("金额"), yuan(amount) if amount else ""),
        Line(_("谁来签"), in_a_row(Role.label_of(role) for role in said.get("needs", ()))),
        Line(_("捐款人"), donor(said) if said.get("action") == FundAction.DONATE else ""),
        Line(_("申请人"), (content.get("applicant") or {}).get("name") or ""),
        Line(_("日期"), day(content["on"]) if "on" in content else ""),
        Line(_("收付方式"), FundWay.label_of(content.get("way"))),
        Line(_("签收人"), (content.get("receiver") or {}).get("name") or ""),
        Line(_("凭证照片"), _("%(count)s 张", count=len(content["photos"])) if content.get("photos") else ""),
        Line(_("说明"), content.get("note") or ""),
        Line(_("急用，因为"), (content.get("urgent") or {}).get("note") or ""),
    ]
    return [line for line in lines if line.text]


def donor(said: dict[str, Any]) -> str:
    """捐款人, or that the name is not to be told."""
    given = said["content"].get("donor")
    return str((given.get("name") or _("（已删除）")) if given else _("不留名"))


def fund_sections(said: dict[str, Any]) -> list[Section]:
    """The same for the household's file."""
    return [Section(_("村级救助基金"), fund_lines(said))]
