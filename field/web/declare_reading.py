"""填表: reads what one page of the declaration form sends into the dialog's answers, or says what is to be mended."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from field.messaging.dialogs.amounts import Spent, spent
from field.messaging.dialogs.options import named
from field.messaging.dialogs.overhearing import overheard, told_beside
from field.messaging.dialogs.shapes import Answer, Dialog, Step, tidy
from field.messaging.dialogs.since import since
from field.messaging.understanding.masking import masked

NAME = re.compile(r"[一-鿿]{2,12}(?:·[一-鿿]{1,8})*|[A-Za-z·. ]{2,40}")
TAIL = re.compile(r"(?:\d{14})?(\d{3}[\dXx])")
NOTE, FURTHEST = 200, 100_000
Form = Mapping[str, str]


@dataclass
class Read:
    """读到的: the answers, the village's code where one was chosen, and each fault by its field."""

    values: dict[str, Any] = field(default_factory=dict)
    region: str | None = None
    faults: dict[str, str] = field(default_factory=dict)


def read(
    step: Step, form: Form, chosen: list[str], villages: Mapping[str, str], today: date, answers: Mapping[str, Any]
) -> Read:
    """What a page answers to its step; `chosen` are the boxes that were ticked, `villages` names by code."""
    if step.answer is Answer.IDENTITY:
        return _identity(step, form, villages)
    if step.answer is Answer.CHOICES:
        return _choices(step, form, chosen, answers)
    return _since_amount(step, form, today)


def beside(dialog: Dialog, asked: Step, form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """又说的难处: what is written at another question stands behind what was ticked, as in the dialog."""
    step, told = dialog.steps.get(asked.overhears), dict[str, Any]()
    if step is None or asked.answer is Answer.IDENTITY:
        return told
    for name in asked.stores:
        words = masked(tidy(form.get(name, "")))[:NOTE]
        codes, _rest = overheard(step, asked.answer, words)
        told |= told_beside(step, {**answers, **told}, codes, words)
    return {name: value[:NOTE] if isinstance(value, str) else value for name, value in told.items()}


def place(form: Form) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """位置, as the browser gave it with the visitor's consent; none is no fault."""
    if not form.get("latitude") and not form.get("longitude"):
        return None, {}
    try:
        latitude, longitude, accuracy = (float(form.get(name, "")) for name in ("latitude", "longitude", "accuracy"))
    except ValueError:
        return None, {"place": _("位置没有读到，请再定位一次，或者不带位置")}
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= accuracy <= FURTHEST
    if not (on_earth and math.isfinite(latitude + longitude + accuracy)):
        return None, {"place": _("位置没有读到，请再定位一次，或者不带位置")}
    exact = {"latitude": round(latitude, 6), "longitude": round(longitude, 6), "accuracy_m": round(accuracy)}
    return exact | {"datum": "wgs84", "label": ""}, {}


def _identity(step: Step, form: Form, villages: Mapping[str, str]) -> Read:
    found, told = Read(), {}
    name, tail = tidy(form.get("name", "")), TAIL.fullmatch(tidy(form.get("last4", "")))
    if NAME.fullmatch(name):
        told["name"] = name
    else:
        found.faults["name"] = _("请写姓名，例如：张三") if not name else _("姓名请写汉字，例如：张三")
    code, written = form.get("village", ""), masked(tidy(form.get("village_name", "")))[:40]
    if code in villages:
        found.region, told["village"] = code, villages[code]
    elif written:
        told["village"] = written
    else:
        found.faults["village"] = _("请选是哪个村；找不到就在下面写村名")
    if tail:
        told["last4"] = tail[1].upper()
    elif form.get("last4", "").strip():
        found.faults["last4"] = _("身份证后四位是 4 个数字，最后一个可以是 X；记不得可以不填")
    found.values = {step.stores[0]: told}
    return found


def _choices(step: Step, form: Form, chosen: list[str], answers: Mapping[str, Any]) -> Read:
    """What was ticked, and behind it what is newly written; who takes a tick away again means it."""
    codes = [option.code for option in step.options if option.code in chosen]
    note = masked(tidy(form.get("note", "")))
    if len(note) > NOTE:
        return Read(faults={"note": _("最多写 200 个字，现在有 %(count)s 个", count=len(note))})
    if note != answers.get(step.stores[1], ""):
        codes = list(dict.fromkeys([*codes, *named(step, note, beside=bool(codes))]))
    if not codes and note and step.otherwise:
        codes = [step.otherwise]
    if not codes:
        return Read(faults={"what": _("请至少选一样困难；不知道选哪样，就选“其他”")})
    return Read(dict(zip(step.stores, (codes, note), strict=False)))


def _since_amount(step: Step, form: Form, today: date) -> Read:
    """时间和钱: each may be left out, but what is written must be understood."""
    found = Read()
    kinds: dict[str, Callable[[], Any]] = {"since": lambda: _day(form, today), "amount": lambda: _money(form)}
    for name in (name for name in step.stores if name in kinds):
        try:
            read = kinds[name]()
        except ValueError as error:
            found.faults[name] = str(error)
            continue
        least, most = read if isinstance(read, tuple) else (read, read)
        found.values[name] = least
        found.values[f"{name}_max"] = None if most == least else most
    return found


def _day(form: Form, today: date) -> str | None:
    written = tidy(form.get("since", "")) or tidy(form.get("when", ""))
    if not written:
        return None
    when = since(written, today)
    if when is None:
        raise ValueError(_("没看明白是什么时候，请写成：上个月、9月10号、去年底；不能是以后的日子"))
    return when[0]


def _money(form: Form) -> Spent | None:
    written = re.sub(r"(?<=\d)[,，](?=\d{3})", "", tidy(form.get("amount", "")))
    if not written or written in ("0", "0元"):
        return None
    fen = spent(written)
    if fen is None:
        raise ValueError(_("没看明白是多少钱，请写成：3万、5000元；说不清可以不填"))
    return fen
