"""保留期限: what is kept how long beside the ledger; each night's deletions are counted in the night's job."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import InstrumentedAttribute, Session

from field.codes import JobKind
from field.db import transact
from field.login import LIFETIME, LoginFailure, LoginSession
from field.monitoring.traces import Trace
from field.orm import Base
from field.registry.contacts import BindingTry
from field.work import OVER, Assignment, Job

LASTING = (JobKind.LEFTOVERS.value, JobKind.ROSTER_IMPORT.value, JobKind.SCREENING.value, JobKind.EXPORT.value,
           JobKind.FILLING.value)  # fmt: skip


class Rule(NamedTuple):
    """规定: which rows, counted from which moment, kept for how many days and never for fewer."""

    table: type[Base]
    since: InstrumentedAttribute[Any]
    days: int
    least: int
    which: ColumnElement[bool] | None = None


RULES: Mapping[str, Rule] = {
    "login_failures": Rule(LoginFailure, LoginFailure.at, 1, 1),
    "login_sessions": Rule(LoginSession, LoginSession.created_at, 180, LIFETIME.days + 1),
    "binding_tries": Rule(BindingTry, BindingTry.at, 31, 31),
    "jobs": Rule(Job, Job.finished_at, 90, 7, Job.state.in_(OVER) & Job.kind.not_in(LASTING)),
    "traces": Rule(Trace, Trace.at, 3 * 366, 183),  # 网络安全法: logs for six months at least
}


# What may not be erased before (days, least): case files, and vouchers of relief paid out (会计档案管理办法: 30 years).
KEPT: Mapping[str, tuple[int, int]] = {"cases": (5 * 366, 366), "relief": (30 * 366, 30 * 365)}


class BadRetention(ValueError):
    """保留期限写错了."""


def rules(file: Path | None) -> dict[str, Rule]:
    """Ours, with the county's days from `retention.toml` in their place; BadRetention with each fault named."""
    said = _said(file)
    return {name: rule._replace(days=said.get(name, rule.days)) for name, rule in RULES.items()}


def kept(file: Path | None) -> dict[str, int]:
    """依法要保存的: for how many days nothing of it may be erased; BadRetention as above."""
    said = _said(file)
    return {name: said.get(name, days) for name, (days, _least) in KEPT.items()}


def _said(file: Path | None) -> dict[str, Any]:
    said = tomllib.loads(file.read_text(encoding="utf-8")) if file is not None and file.is_file() else {}
    least = {name: rule.least for name, rule in RULES.items()} | {name: days for name, (_, days) in KEPT.items()}
    faults = [f"没有 {name} 这一项" for name in said if name not in least]
    for name in said.keys() & least.keys():
        if type(said[name]) is not int or said[name] < least[name]:
            faults.append(f"{name} 至少 {least[name]} 天")
    if faults:
        raise BadRetention("; ".join(faults))
    return said


def apply(task: Assignment, several: Mapping[str, Rule]) -> dict[str, int]:
    """Delete what is over its time, rule by rule, each in a transaction of its own; how many rows of each went."""
    return {name: _forget(task, rule) for name, rule in several.items()}


def _forget(task: Assignment, rule: Rule) -> int:
    old = rule.since < task.clock() - timedelta(days=rule.days)
    gone = delete(rule.table).where(old if rule.which is None else old & rule.which)

    def work(session: Session) -> int:
        return len(session.execute(gone.returning(*rule.table.__mapper__.primary_key)).all())

    with task.begin() as session:
        return transact(work, session)
