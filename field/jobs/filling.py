"""读回填报表: a sheet that a town office filled in becomes entries batch by batch; sent in twice, it adds nothing."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import JobKind
from field.db import transact
from field.jobs.doubts import Doubt, doubts, in_numbers, mended
from field.jobs.filling_matching import Matched, match
from field.jobs.uploaded import Upload, unsealed
from field.media.vault import Vault
from field.monitoring.sheets.filling import Outcome, Written, enter
from field.registry.filling_reading import read_filling
from field.registry.households import Household
from field.registry.rights import Actor, Right
from field.registry.roster_excel import write_faults
from field.work import Assignment

FILLING, FAULTS = Upload(JobKind.FILLING, Right.FILL_SHEETS, "filling"), "filling-faults"
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
        one = self.outcome
        return {
            "rows": self.matched.rows, "same": self.matched.same, "changed": len(one.changed), "already": one.already,
            "cells": one.cells, "conflicts": one.conflicts, "held_back": len(self.matched.held_back),
            "faults": len(self.matched.faults), **in_numbers(self.doubts),
        }  # fmt: skip


def work(task: Assignment, vault: Vault, folder: Path, address: str) -> dict[str, Any]:
    """What the worker does; the file lies unsealed in `folder` only meanwhile. GiveUp tells why it cannot be used."""
    with unsealed(FILLING, task, vault, folder) as (by, path):
        found = _take_in(task, path, by)
        if found.matched.faults or found.doubts:
            vault.replace(task.payload["file"], _faults_file(found, address), FAULTS)
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
