"""进度: how far a household's own matter is, in words that tell nothing to who is not surely of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.codes import EntryKind, LeadKind, Source
from field.ledger.entries import Entry
from field.messaging.scene import Scene
from field.monitoring.cases.cases import case_of
from field.monitoring.leads.leads import Lead, looked_into
from field.registry.households import Household

OWN = Source.DECLARATION.value, Source.CHECKIN.value  # what the platform or a department found is nobody's word
STEPS = (
    CaseState.DATA_CHECK, CaseState.ASSESSMENT, CaseState.PUBLIC_NOTICE, CaseState.TOWN_REVIEW,
    CaseState.COUNTY_APPROVAL,
)  # fmt: skip
WORDS = dict.fromkeys(STEPS, "progress_step") | {
    state: "progress_monitored"
    for state in CaseState
    if state is CaseState.MONITORED or state.value.startswith("elimination_")
} | {CaseState.ELIMINATED: "progress_over", CaseState.REJECTED: "progress_rejected"}  # fmt: skip


def progress(scene: Scene) -> tuple[str, str]:
    """Which words are said, and the step that they name: of what was said last, or else of the newest case."""
    households = {contact.household_id for contact in scene.holders}
    if len(households) != 1:
        return ("progress_none" if scene.holders else "progress_unbound"), ""
    [household_id] = households
    heard = _newest(scene.session, household_id)
    case = case_of(scene.session, household_id)
    if heard is None and case is None:
        return "progress_none", ""
    declared, looked = heard or (True, True)
    if not looked:
        return ("progress_open" if declared else "progress_told"), ""
    state = CaseState(case.state) if case else None
    seen = "progress_checked" if declared else "progress_seen"
    return WORDS.get(state, seen) if state else seen, state.label if state else ""


def _newest(session: Session, household_id: str) -> tuple[bool, bool] | None:
    """Of what the household itself said last, whether it was a declaration to the end, and whether somebody came."""
    declared = Entry.kind == EntryKind.DECLARATION.value
    rows = select(declared, looked_into()).select_from(Lead).join(Household, Household.id == Lead.household_id)
    rows = rows.join(Entry, (Entry.chain_id == Lead.chain_id) & (Entry.seq == Lead.seq))
    mine = Lead.household_id == household_id, Lead.source.in_(OWN)
    asked = Lead.kind.in_((LeadKind.HARDSHIP.value, LeadKind.DANGER.value))
    newest = rows.where(*mine, asked).order_by(Lead.opened_at.desc(), Lead.seq.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    return found and (bool(found[0]), bool(found[1]))
