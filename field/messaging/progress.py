"""进度: how far a household's own matter is, in words that tell nothing to who is not surely of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.codes import LeadKind, Source
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
    heard = _looked_into(scene.session, household_id)
    case = case_of(scene.session, household_id)
    if heard is False or (case is None and heard is None):
        return ("progress_none" if heard is None else "progress_open"), ""
    state = CaseState(case.state) if case else None
    return WORDS.get(state, "progress_checked") if state else "progress_checked", state.label if state else ""


def _looked_into(session: Session, household_id: str) -> bool | None:
    """Whether somebody came for the newest of what the household itself said; None where it said nothing."""
    rows = select(looked_into()).select_from(Lead).join(Household, Household.id == Lead.household_id)
    mine = Lead.household_id == household_id, Lead.source.in_(OWN)
    asked = Lead.kind.in_((LeadKind.HARDSHIP.value, LeadKind.DANGER.value))
    return session.scalar(rows.where(*mine, asked).order_by(Lead.opened_at.desc(), Lead.seq.desc()).limit(1))
