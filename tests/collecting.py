"""ODK Collect as the server sees it: what it asks for, and the bytes that it sends."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from sqlalchemy import select

from field import clock
from field.api.openrosa.sheets import FORM, sheets
from field.codes import EntryKind
from field.db import db
from field.ledger.entries import Entry, opened
from tests.county import PASSWORD, County

BOUNDARY = "2f9c1c1e-0d5b-4c5e-9b52-9a4f1d0a7b11"
HEADERS = {"X-OpenRosa-Version": "1.0", "User-Agent": "org.odk.collect.android/v2026.1.0 Dalvik/2.1.0"}
INCOME = {"wages": "18600", "business": "2400", "property": "0", "transfers": "1560.5", "production_cost": "800"}
EXPENSES = {"medical_self_paid": "38000.00", "schooling": "0", "housing": "0", "other": "0"}
VILLAGE = "420626107204"
GUARANTEES = ("food", "clothing", "schooling", "medical", "housing", "water")

Answers = dict[str, Any]


def answered(household_id: str, **changes: Any) -> Answers:
    """The answers to the whole form, in its order, of a visit that has just begun; what is irrelevant is left out."""
    now = clock.now().isoformat(timespec="milliseconds")
    status: Answers = {f"has_{name}": "ok" for name in GUARANTEES}
    status |= {"has_medical": "problem", "note_medical": "自费药 <未报销> & 没钱"}
    answers: Answers = {
        "visited_at": now, "find": "list", "household": household_id, "informant": "户主",
        "place": "31.7405 111.3127 0.0 18.0", "fix_at": now, "members_state": "unchanged",
        "income_state": "changed",
        "income": {"period_from": "2025-10-01", "period_to": "2026-09-30"} | _parts("income", INCOME),
        "expenses_state": "changed", "expenses": _parts("expenses", EXPENSES),
        "guarantees_state": "changed", "guarantees": status,
        "risk_factors_state": "changed", "risk_factors": {"main_risk": "illness", "other_risks": "illness housing"},
        "needs": "medical cash", "note": "", "with_photos": "no",
    }  # fmt: skip
    return {name: value for name, value in (answers | changes).items() if value is not None}


def with_photos(*photos: Answers) -> Answers:
    """The part of the answers that names photographs."""
    return {"with_photos": "yes", "photo": list(photos)}


def written(answers: Answers, instance: str, form: str = FORM) -> bytes:
    """submission.xml as Collect writes it."""
    [settings] = sheets()["settings"]
    head = f'<data id="{form}" version="{settings["version"]}" xmlns:orx="http://openrosa.org/xforms">'
    meta = f"<orx:meta><orx:instanceID>{instance}</orx:instanceID><orx:instanceName>走访</orx:instanceName></orx:meta>"
    return f"<?xml version='1.0' ?>{head}{_elements(answers)}{meta}</data>".encode()


def instance_id() -> str:
    """A new instanceID."""
    return f"uuid:{uuid4()}"


def parcel(form: bytes, files: Mapping[str, bytes] | None = None, *, more_to_come: bool = False) -> dict[str, Any]:
    """One sending: its body by hand, byte by byte, and its headers."""
    lines = [_part("xml_submission_file", "入户走访_2026-11-26_10-30-00.xml", "text/xml; charset=utf-8", form)]
    lines += [_part(name, name, "image/jpeg", data) for name, data in (files or {}).items()]
    if more_to_come:
        lines.append(b'Content-Disposition: form-data; name="*isIncomplete*"\r\nContent-Length: 3\r\n\r\nyes\r\n')
    edge = f"--{BOUNDARY}".encode()
    body = b"".join(edge + b"\r\n" + line for line in lines) + edge + b"--\r\n"
    return {"data": body, "headers": HEADERS | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}}


def sent(county: County, parcelled: Mapping[str, Any], username: str = "cadre", password: str = PASSWORD) -> Any:
    """What the server answers to one sending with a name and password."""
    return county.client().post("/submission", auth=(username, password), **parcelled)


def said(answer: Any) -> str:
    """The sentence that Collect shows."""
    text: str = answer.get_data(as_text=True)
    return text.partition("<message>")[2].partition("</message>")[0]


def entries(county: County, village: str = VILLAGE) -> list[tuple[str, Any]]:
    """The kinds and payloads of a household's visits."""
    kinds = EntryKind.VISIT.value, EntryKind.HELD_VISIT.value
    with county.app.app_context():
        rows = select(Entry).where(Entry.chain_id == county.households[village], Entry.kind.in_(kinds))
        found = db.session.scalars(rows.order_by(Entry.seq)).all()
        return [(one.kind, what) for one, what in zip(found, opened(db.session(), found), strict=True)]


def visited(county: County, **changes: Any) -> bytes:
    return written(answered(county.households[VILLAGE], **changes), instance_id())


def bill(name: str) -> dict[str, str]:
    """A photographed bill, as far as it was filled in."""
    return {
        "kind": "receipt",
        "picture": name,
        "issued_on": "2026-10-08",
        "amount": "12750",
        "compliant_amount": "11000.01",
    }


def _part(name: str, filename: str, kind: str, data: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return f"{head}Content-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data + b"\r\n"


def _elements(answers: Answers) -> str:
    told = []
    for name, value in answers.items():
        for one in value if isinstance(value, list) else [value]:
            told.append(f"<{name}>{_elements(one) if isinstance(one, dict) else escape(one)}</{name}>")
    return "".join(told)


def _parts(section: str, values: dict[str, str]) -> Answers:
    return {f"{section}_{name}": value for name, value in values.items()}
