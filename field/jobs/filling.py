"""读回填报表: a sheet that a town office filled in becomes entries batch by batch; sent in twice, it adds nothing."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import JobKind
from field.db import transact
from field.jobs.filling_matching import Matched, match
from field.jobs.roster_import import Doubt, doubts, mended
from field.media.vault import Vault
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.sheets.filling import Outcome, Written, enter
from field.registry.deputies import as_signed
from field.registry.filling_reading import read_filling
from field.registry.households import Household
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.roster_excel import write_faults
from field.registry.roster_sheet import Refused
from field.work import Assignment, GiveUp, enqueue

FILLING, FAULTS = "filling", "filling-faults"
BATCH = 100


@dataclass
class Filled:
    """填报结果: what the file said, what became of it, and what is to be looked at."""

    matched: Matched
    outcome: Outcome = field(default_factory=Outcome)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def told(self) -> dict[str, Any]:
        """The result in numbers."""
        several = Counter(doubt.check for doubt in self.doubts)
        one = self.outcome
        return {
            "rows": self.matched.rows, "same": self.matched.same, "changed": len(one.changed), "already": one.already,
            "cells": one.cells, "conflicts": one.conflicts, "held_back": len(self.matched.held_back),
            "faults": len(self.matched.faults), "doubtful": len({doubt.household_id for doubt in self.doubts}),
            "doubts": {code: several[code] for code in TITLES if code in several},
        }  # fmt: skip


def ask_for_filling(session: Session, vault: Vault, file: bytes, by: Actor, now: datetime) -> str:
    """Keep a filled-in sheet sealed and put its reading on the table; the job's id. NotAllowed without the right."""
    if not by.may(Right.FILL_SHEETS, by.region):
        raise NotAllowed
    key = str(uuid7())
    vault.put(key, file, FILLING)
    asked = {"file": key, "signed": by.username}
    return enqueue(session, JobKind.FILLING, asked, now, staff_id=by.staff_id, region=by.region)


def work(task: Assignment, vault: Vault, folder: Path, address: str) -> dict[str, Any]:
    """What the worker does; the file lies unsealed in `folder` only meanwhile. GiveUp tells why it cannot be used."""
    with task.begin() as session:
        by = as_signed(session, task.staff_id or "", task.payload.get("signed"), task.clock())
    if by is None or not by.may(Right.FILL_SHEETS, by.region):
        raise GiveUp("这个账号现在的岗位不能交填报表，没有登记任何内容")
    key, path = task.payload["file"], folder / f"{task.id}-{task.worker}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(vault.get(key, FILLING))
    try:
        found = _take_in(task, path, by)
    except Refused as refused:
        raise GiveUp(str(refused)) from refused
    finally:
        path.unlink()
    if found.matched.faults or found.doubts:
        vault.delete(key, FAULTS)
        vault.put(key, _faults_file(found, address), FAULTS)
    vault.delete(key, FILLING)
    return found.told


def _take_in(task: Assignment, path: Path, by: Actor) -> Filled:
    rows = read_filling(path)
    with task.begin() as session:
        found = Filled(match(session, rows, by))
    total, done = len(found.matched.homes), 0
    task.advance(0, total)
    for several in _batches(found.matched.homes):
        with task.begin() as session:
            one = transact(lambda session: enter(session, several, by, task.clock(), task.id), session)  # noqa: B023
        with task.begin() as session:
            found.doubts += doubts(session, _numbers(session, one.changed), task.clock(), by.region)
        _add(found.outcome, one)
        done += len(several)
        task.advance(done)
    return found


def _batches(homes: dict[str, list[Written]]) -> Iterator[dict[str, list[Written]]]:
    ids = sorted(homes)
    for start in range(0, len(ids), BATCH):
        yield {household_id: homes[household_id] for household_id in ids[start : start + BATCH]}


def _numbers(session: Session, ids: Sequence[str]) -> Sequence[str]:
    return session.scalars(select(Household.number).where(Household.id.in_(ids))).all()


def _add(found: Outcome, one: Outcome) -> None:
    found.changed += one.changed
    found.already += one.already
    found.cells += one.cells
    found.conflicts += one.conflicts


def _faults_file(found: Filled, address: str) -> bytes:
    file = io.BytesIO()
    write_faults(file, found.matched.faults, (mended(doubt, address) for doubt in found.doubts))
    return file.getvalue()
