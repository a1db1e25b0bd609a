"""重新判断: every household judged again as of the day on which it was judged last, as a rebuild needs it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.monitoring.duties.tasks import stand_again_where
from field.monitoring.policy.shelf import pack_judged_by
from field.monitoring.risk.judgement import SEVERAL, Basis, Judgement, judge_scope
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


def judged_by(session: Session) -> dict[str, tuple[date, str]]:
    """On which day, and by which pack, each household was judged last."""
    rows = session.execute(select(Judgement.household_id, Judgement.as_of, Judgement.pack))
    return {household_id: (day, pack) for household_id, day, pack in rows}


def judge_again(session: Session, before: Mapping[str, tuple[date, str]]) -> None:
    """Judge all households, each as of the newest entry or sweep by which it was judged.

    By the pack of `before`, if judged that day: one that has come since waits for the sweep and is no difference.
    """
    together: dict[tuple[date, str], list[str]] = defaultdict(list)
    for household_id, moment in _judged_at(session).items():
        day = china_day(moment)
        judged_on, pack = before.get(household_id, (None, ""))
        together[day, pack if judged_on == day else ""].append(household_id)
    for (day, pack), ids in sorted(together.items()):
        by = Basis(pack_judged_by(pack, day), day)
        for start in range(0, len(ids), BATCH):
            judge_scope(session, by, SEVERAL, {"ids": ids[start : start + BATCH]})
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
