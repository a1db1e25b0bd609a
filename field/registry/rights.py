"""权限: who may do what over which region, decided here and nowhere else; what is not named is refused."""

from dataclasses import dataclass
from enum import StrEnum

from field.codes import Role
from field.registry.regions import within

V, T, C, D = Role.VILLAGE, Role.TOWN, Role.COUNTY, Role.DEPARTMENT


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
    RECORD_CALLS = "record_calls"
    READ_MESSAGES = "read_messages"
    READ_UNMATCHED = "read_unmatched"
    ATTACH_MESSAGES = "attach_messages"
    DECIDE_BINDINGS = "decide_bindings"
    DECIDE_CONTESTED = "decide_contested"
    MERGE_PEOPLE = "merge_people"
    RUN_CHECKINS = "run_checkins"
    RUN_SWEEPS = "run_sweeps"


HOLDERS: dict[Right, frozenset[Role]] = {
    Right.SIGNED_IN: frozenset((V, T, C, D)),
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
    Right.RECORD_CALLS: frozenset((V, T, C)),
    Right.READ_MESSAGES: frozenset((V, T, C)),
    Right.READ_UNMATCHED: frozenset((T, C)),
    Right.ATTACH_MESSAGES: frozenset((T, C)),
    Right.DECIDE_BINDINGS: frozenset((V, T, C)),
    Right.DECIDE_CONTESTED: frozenset((T, C)),
    Right.MERGE_PEOPLE: frozenset((C,)),
    Right.RUN_CHECKINS: frozenset((C,)),
    Right.RUN_SWEEPS: frozenset((C,)),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """操作人: a signed-in member of staff with the post held now."""

    staff_id: str
    username: str
    name: str
    role: Role
    region: str

    def has(self, right: Right) -> bool:
        """Whether the post gives the right at all."""
        return right is Right.PUBLIC or self.role in HOLDERS.get(right, frozenset())

    def may(self, right: Right, region: str) -> bool:
        """Whether the post gives the right over a region: its own subtree and nothing beside it."""
        return self.has(right) and within(region, self.region)


class NotAllowed(Exception):
    """无权: outside one's region, or not there at all; both are told alike."""
