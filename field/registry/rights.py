"""权限: who may do what over which region, decided here and nowhere else; what is not named is refused."""

from dataclasses import dataclass
from enum import StrEnum

from field.codes import Role
from field.registry.regions import within

V, T, C, D, U = Role.VILLAGE, Role.TOWN, Role.COUNTY, Role.DEPARTMENT, Role.UNIT


class Right(StrEnum):
    """What can be done; each route of the house names one of these."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    READ_STATISTICS = "read_statistics"
    READ_HOUSEHOLDS = "read_households"
    READ_EVIDENCE = "read_evidence"
    READ_ORIGINALS = "read_originals"
    READ_PLACES = "read_places"
    READ_PHONES = "read_phones"
    REVEAL_NUMBERS = "reveal_numbers"
    RECORD_VISITS = "record_visits"
    DECIDE_HELD = "decide_held"
    IMPORT_ROSTER = "import_roster"
    READ_LEADS = "read_leads"
    ATTACH_LEADS = "attach_leads"
    READ_CASES = "read_cases"
    WORK_CASES = "work_cases"
    READ_FUND = "read_fund"
    WORK_FUND = "work_fund"
    READ_PLANS = "read_plans"
    WORK_PLANS = "work_plans"
    READ_PARTNERS = "read_partners"
    WORK_PARTNERS = "work_partners"
    RECORD_CALLS = "record_calls"
    READ_MESSAGES = "read_messages"
    READ_UNMATCHED = "read_unmatched"
    ATTACH_MESSAGES = "attach_messages"
    DECIDE_BINDINGS = "decide_bindings"
    DECIDE_CONTESTED = "decide_contested"
    MERGE_PEOPLE = "merge_people"
    RUN_CHECKINS = "run_checkins"
    RUN_SWEEPS = "run_sweeps"
    READ_RELIEF = "read_relief"
    CORRECT_BILLS = "correct_bills"
    CORRECT_PEOPLE = "correct_people"
    CORRECT_SCHOOLING = "correct_schooling"
    MARK_LONG_TERM = "mark_long_term"
    READ_QUALITY = "read_quality"
    SEND_SCREENING = "send_screening"
    READ_SCREENING = "read_screening"
    DECIDE_SCREENING = "decide_screening"
    HAND_OVER = "hand_over"
    CHOOSE_REMINDERS = "choose_reminders"
    EXPORT_HOUSEHOLDS = "export_households"
    EXPORT_NUMBERS = "export_numbers"
    FILL_SHEETS = "fill_sheets"
    READ_SHARED = "read_shared"
    READ_TRACES = "read_traces"
    ERASE = "erase"


HOLDERS: dict[Right, frozenset[Role]] = {
    Right.SIGNED_IN: frozenset((V, T, C, D, U)),
    Right.READ_STATISTICS: frozenset((V, T, C, D)),
    Right.READ_HOUSEHOLDS: frozenset((V, T, C)),
    Right.READ_EVIDENCE: frozenset((V, T, C)),
    Right.READ_ORIGINALS: frozenset((T, C)),
    Right.READ_PLACES: frozenset((T, C)),
    Right.READ_PHONES: frozenset((T, C)),
    Right.REVEAL_NUMBERS: frozenset((V, T, C)),
    Right.RECORD_VISITS: frozenset((V, T, C)),
    Right.DECIDE_HELD: frozenset((T, C)),
    Right.IMPORT_ROSTER: frozenset((C,)),
    Right.READ_LEADS: frozenset((V, T, C)),
    Right.ATTACH_LEADS: frozenset((T, C)),
    Right.READ_CASES: frozenset((V, T, C)),
    Right.WORK_CASES: frozenset((V, T, C)),
    Right.READ_FUND: frozenset((V, T, C)),
    Right.WORK_FUND: frozenset((V, T, C)),
    Right.READ_PLANS: frozenset((V, T, C)),
    Right.WORK_PLANS: frozenset((V, T, C)),
    Right.READ_PARTNERS: frozenset((T, C)),
    Right.WORK_PARTNERS: frozenset((T, C)),
    Right.RECORD_CALLS: frozenset((V, T, C)),
    Right.READ_MESSAGES: frozenset((V, T, C)),
    Right.READ_UNMATCHED: frozenset((T, C)),
    Right.ATTACH_MESSAGES: frozenset((T, C)),
    Right.DECIDE_BINDINGS: frozenset((V, T, C)),
    Right.DECIDE_CONTESTED: frozenset((T, C)),
    Right.MERGE_PEOPLE: frozenset((C,)),
    Right.RUN_CHECKINS: frozenset((C,)),
    Right.RUN_SWEEPS: frozenset((C,)),
    Right.READ_RELIEF: frozenset((V, T, C)),
    Right.CORRECT_BILLS: frozenset((T, C)),
    Right.CORRECT_PEOPLE: frozenset((T, C)),
    Right.CORRECT_SCHOOLING: frozenset((V, T, C)),
    Right.MARK_LONG_TERM: frozenset((T, C)),
    Right.READ_QUALITY: frozenset((V, T, C)),
    Right.SEND_SCREENING: frozenset((D,)),
    Right.READ_SCREENING: frozenset((C, D)),
    Right.DECIDE_SCREENING: frozenset((T, C)),
    Right.HAND_OVER: frozenset((V, T, C)),
    Right.CHOOSE_REMINDERS: frozenset((V, T, C)),
    Right.EXPORT_HOUSEHOLDS: frozenset((T, C)),
    Right.EXPORT_NUMBERS: frozenset((T, C)),
    Right.FILL_SHEETS: frozenset((T, C)),
    Right.READ_SHARED: frozenset((U,)),
    Right.READ_TRACES: frozenset((C,)),
    Right.ERASE: frozenset((C,)),
}


PARTED = frozenset((Right.SIGNED_IN, Right.RECORD_VISITS))


@dataclass(frozen=True, slots=True)
class Actor:
    """操作人: a signed-in member of staff with the post held now; `only` limits a system's token to a few rights.

    `unit` is what a town's unit is called, by which the policy pack says what it is shown. Who has `parted` holds no
    post any more: what was seen in the last one may still be handed in, and nothing may be done over any region.
    """

    staff_id: str
    username: str
    name: str
    role: Role
    region: str
    only: frozenset[Right] | None = None
    unit: str | None = None
    parted: bool = False

    def has(self, right: Right) -> bool:
        """Whether the post gives the right at all."""
        if right is Right.PUBLIC:
            return True
        return self.role in HOLDERS.get(right, frozenset()) and (self.only is None or right in self.only)

    def may(self, right: Right, region: str) -> bool:
        """Whether the post gives the right over a region: its own subtree and nothing beside it."""
        return self.has(right) and not self.parted and within(region, self.region)


class NotAllowed(Exception):
    """无权: outside one's region, or not there at all; both are told alike."""
