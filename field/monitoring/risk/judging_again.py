"""重新判断: every household judged again as of the day on which it was judged last, as a rebuild needs it."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.monitoring.duties.tasks import stand_again_where
from field.monitoring.policy.shelf import pack_on
from field.monitoring.risk.judgement import SEVERAL, Basis, judge_scope
from field.monitoring.workdays import china_day
from field.registry.households import Household

JUDGED = (
    EntryKind.ROSTER, EntryKind.VISIT, EntryKind.HELD_DECISION, EntryKind.DECLARATION, EntryKind.CHECKIN,
    EntryKind.SILENCE, EntryKind.HELP_WANTED, EntryKind.PEOPLE_MERGED, EntryKind.PEOPLE_PARTED,
    EntryKind.CASE_OPENED, EntryKind.CASE_STEP, EntryKind.REVISIT, EntryKind.SCREENING, EntryKind.SCREENING_UNDONE,
    EntryKind.ERASED, EntryKind.FILLED_IN, EntryKind.FILLED_HELD, EntryKind.FILLED_DECIDED,
)  # fmt: skip
MOVED = (EntryKind.LEAD_ATTACHED.value, EntryKind.LEAD_DETACHED.value)
BATCH = 2000


def judge_again(session: Session) -> None:
    """Judge all households, each as of the newest entry or sweep by which it was judged."""
    by_day: dict[date, list[str]] = defaultdict(list)
    for household_id, moment in _judged_at(session).items():
        by_day[china_day(moment)].append(household_id)
    for day, ids in sorted(by_day.items()):
        for start in range(0, len(ids), BATCH):
            judge_scope(session, Basis(pack_on(day), day), SEVERAL, {"ids": ids[start : start + BATCH]})
    stand_again_where(session)


def _judged_at(session: Session) -> dict[str, datetime]:
    newest = func.max(Entry.recorded_at)
    own = select(Entry.chain_id, newest).join(Household, Household.id == Entry.chain_id)
    kinds = [kind.value for kind in JUDGED]
    found = dict(session.execute(own.where(Entry.kind.in_(kinds)).group_by(Entry.chain_id)).all())
    attached = list(session.scalars(select(Entry).where(Entry.kind.in_(MOVED))))
    for entry, said in zip(attached, opened(session, attached), strict=True):
        found[said["household_id"]] = max(found[said["household_id"]], entry.recorded_at)
    swept = session.scalar(select(newest).where(Entry.kind == EntryKind.SWEEP.value))
    return {household_id: max(at, swept or at) for household_id, at in found.items()}
