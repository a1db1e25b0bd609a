"""识读票据: a photographed receipt read by the worker when asked; what it proposes lies sealed beside it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import JobKind
from field.media import receipt_reading
from field.media.receipt import Proposal, propose
from field.media.receipt_lines import Line, Told
from field.media.vault import Vault
from field.monitoring.workdays import china_day
from field.registry.rights import Actor
from field.work import OPEN, Assignment, GiveUp, Job, enqueue

READING = "reading"
Reader = Callable[[bytes], list[Line]]


def reader(wanted: bool) -> Reader | None:
    """Who reads, where the extra is installed and the county wants it."""
    return receipt_reading.read if wanted and receipt_reading.installed() else None


def ask(session: Session, sha256: str, by: Actor, region: str, now: datetime) -> None:
    """Have a photograph read, once at a time."""
    last = newest(session, sha256)
    if last is None or last.state not in OPEN:
        enqueue(session, JobKind.RECEIPT_READING, {"sha256": sha256}, now, staff_id=by.staff_id, region=region)


def newest(session: Session, sha256: str) -> Job | None:
    """The last time that somebody asked."""
    same = Job.payload["sha256"].as_string() == sha256
    asked = select(Job).where(Job.kind == JobKind.RECEIPT_READING.value, same)
    return session.scalar(asked.order_by(Job.id.desc()).limit(1))


def work(task: Assignment, vault: Vault, read: Reader | None) -> dict[str, Any]:
    """What the worker does; the job itself keeps no more than what kinds of things were read."""
    sha256 = task.payload["sha256"]
    try:
        lines = read(vault.get(sha256)) if read else []
    except (receipt_reading.Unread, FileNotFoundError) as error:
        raise GiveUp("没有读成") from error
    found = {name: told for name, told in asdict(propose(lines, china_day(task.clock()))).items() if told}
    vault.replace(sha256, json.dumps(found, default=date.isoformat).encode(), READING)
    if not vault.has(sha256):  # erased meanwhile
        vault.delete(sha256, READING)
    return {"read": list(found)}


def kept(vault: Vault, sha256: str) -> Proposal | None:
    """What was read last; None before."""
    if not vault.has(sha256, READING):
        return None
    found = json.loads(vault.get(sha256, READING))
    if "issued_on" in found:
        found["issued_on"]["value"] = date.fromisoformat(found["issued_on"]["value"])
    return Proposal(**{name: Told(**told) for name, told in found.items()})
