"""案子的话: what a step of a case says, line by line, and what a form's fields make of a content."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from field.case_codes import CaseAction, CaseState
from field.codes import RiskFactor
from field.labels import Word
from field.messaging.understanding.places import mentions, name_of
from field.monitoring.cases.case_around import kind_name
from field.web.catalogue import in_a_row
from field.web.visit_words import Line
from field.web.wording import day

PARTED = re.compile(r"[、,，;；\s]+")
PLAIN = ("note", "held_on", "place", "eligible", "present", "in_favour", "against", "from", "to", "kind")
LONGEST = 1000
HOW = {"drawn": Word("在手机上签字"), "signed": Word("在纸上签字，拍了照片"), "fingerprint": Word("按手印，拍了照片")}


def case_lines(payload: dict[str, Any]) -> list[Line]:
    """What was done, and what was written down with it."""
    said = payload.get("content") or {}
    done, to = CaseAction.label_of(payload.get("action")), CaseState.label_of(payload.get("to"))
    lines = [Line(_("做了什么"), _("%(step)s：%(done)s", step=CaseState.label_of(payload.get("from")), done=done))]
    lines += [Line(_("现在"), to), *_consents(said), *_assessment(said), *_notice(said)]
    lines += [
        Line(_("比对部门"), in_a_row(said.get("departments", ()))),
        Line(_("监测类别"), kind_name(said.get("kind"), payload.get("pack"))),
        Line(_("风险点"), in_a_row(RiskFactor.label_of(code) for code in said.get("risk_factors", ()))),
        *(Line(RiskFactor.label_of(one["risk_factor"]), one.get("note") or "") for one in said.get("measures", ())),
        Line(_("大额支出"), (said.get("large_expense") or {}).get("note") or ""),
        *_moving(said),
        Line(_("说明"), said.get("note") or ""),
    ]
    return [line for line in lines if line.text]


def consent_lines(payload: dict[str, Any], names: Mapping[str, str]) -> list[Line]:
    """Who signed in what way, and who wrote for whom."""
    lines = []
    for one in payload.get("consents", ()):
        writer = (one.get("written_by") or {}).get("name")
        how = HOW.get(one.get("how"), "")
        words = _("%(how)s，由%(writer)s代写", how=how, writer=writer) if writer else how
        lines.append(Line(names.get(one.get("person_id", ""), ""), words))
    return [*lines, Line(_("承诺书版本"), payload.get("text") or "")]


def content_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """A content from the flat fields of a form; what was left empty is left out."""
    said: dict[str, Any] = {name: text for name in PLAIN if (text := _line(form, name))}
    if "departments" in form:
        said["departments"] = [word for word in PARTED.split(_line(form, "departments")) if word]
    if "consents" in form:
        said |= {"consents": list(_signed(form)), "photos": form.getlist("photo")[:40]}
    if "destination" in form:
        said |= _destination(form)
    if "risks" in form:
        said["risk_factors"] = [code for code in form.getlist("risk")[:13] if code]
    if "large_expense" in form:
        several = [(code, _line(form, f"measure.{code}")) for code in RiskFactor]
        said["measures"] = [{"risk_factor": code.value, "note": text} for code, text in several if text]
        said["large_expense"] = {"note": _line(form, "large_expense")}
    return said


def _signed(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    several = []
    for person_id in form.getlist("consents")[:40]:
        if how := form.get(f"consent.{person_id}", ""):
            writer = _line(form, f"writer.{person_id}")
            several.append({"person_id": person_id, "how": how, **({"written_by": {"name": writer}} if writer else {})})
    return several


def _destination(form: MultiDict[str, str]) -> dict[str, Any]:
    """A place by its name or code; as it was written where that means none or several."""
    written, name, on = (_line(form, field) for field in ("destination", "informed", "informed_on"))
    codes = [code for one in mentions(written) for code in one.codes]
    told = {"informed": {"name": name, "on": on}} if name or on else {}
    return {"division": codes[0] if len(codes) == 1 else written, **told, "photos": form.getlist("photo")[:40]}


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").replace("\0", "").split())[:LONGEST]


def _consents(said: dict[str, Any]) -> list[Line]:
    given = said.get("consents", ())
    writers = in_a_row((one.get("written_by") or {}).get("name") or "" for one in given if one.get("written_by"))
    by_hand = sum(one.get("how") == "fingerprint" for one in given)
    words = _("%(signed)s 人签字，%(hand)s 人按手印", signed=len(given) - by_hand, hand=by_hand) if given else ""
    return [Line(_("承诺授权"), words), Line(_("代写"), writers)]


def _assessment(said: dict[str, Any]) -> list[Line]:
    if "eligible" not in said:
        return []
    came = _("应到 %(eligible)s 人，到会 %(present)s 人", eligible=said["eligible"], present=said["present"])
    voted = _("同意 %(yes)s，不同意 %(no)s", yes=said["in_favour"], no=said["against"])
    return [Line(_("评议"), f"{day(said['held_on'])} {said['place']}"), Line(_("到会"), came), Line(_("表决"), voted)]


def _moving(said: dict[str, Any]) -> list[Line]:
    if "division" not in said:
        return []
    told, photos = said.get("informed"), len(said.get("photos", ()))
    words = _("%(day)s 告诉了%(name)s", day=day(told["on"]), name=told["name"] or "") if told else ""
    proof = _("%(count)s 张照片", count=photos) if photos else ""
    return [Line(_("迁到"), name_of(said["division"])), Line(_("那边"), words), Line(_("户口迁移凭证"), proof)]


def _notice(said: dict[str, Any]) -> list[Line]:
    if "to" not in said:
        return []
    return [Line(_("公示"), _("%(begins)s 至 %(ends)s", begins=day(said["from"]), ends=day(said["to"]))),
            Line(_("地点"), said.get("place") or "")]  # fmt: skip
