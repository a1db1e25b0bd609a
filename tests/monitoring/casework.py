"""A county's cases for tests: what each step writes down, and the acts by those whose step it is."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from uuid6 import uuid7

from field.case_codes import CaseAction, CaseState
from field.codes import Channel
from field.db import db, transact
from field.help_codes import HelpAction
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.cases.case_around import pack_of
from field.monitoring.cases.cases import Asked, MonitoringCase, act, open_case, take_over
from field.monitoring.help.plan import Measure, newest_seq
from field.monitoring.help.planning import Asked as Help
from field.monitoring.help.planning import act as help_household
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.risk.judgement import window
from field.monitoring.visiting.evidence import note_sender
from field.monitoring.visiting.visits import record_visit
from field.monitoring.workdays import china_day, months_after
from field.registry.households import Household, Person
from field.worker import signer
from tests.county import County
from tests.monitoring.test_judgement import visit

HOME, NEXT = "420626107204", "420626107205"
PHOTO = "c" * 64
ENOUGH = 6_000_000
RICH = {"income": {"wages": ENOUGH}, "expenses": {"medical_self_paid": 0}}
NOTE = {"note": "情况属实"}
MOVE = {"division": "441900119", "informed": {"name": "长安镇民政办", "on": "2026-01-05"}}


def declared(county: County, village: str, now: datetime) -> Entry:
    """A declaration of the village's household."""
    home = county.households[village]
    said = Declared(str(uuid7()), Channel.SMS, ["illness"], "家里有人住院", "2026-1", village, home)
    with county.app.app_context():
        return transact(lambda session: record_declaration(session, said, now))


def visited(county: County, village: str, by: str, now: datetime, **changes: Any) -> None:
    """A visit with one photograph; of a household that earns enough again, after one that told of the year before."""
    income = changes.get("income") or {}
    if income.get("wages", 0) >= ENOUGH and "period" not in income:
        first, last = window("month", china_day(now))
        changes |= {"income": income | {"period": {"from": f"{first}", "to": f"{last}"}}}
        before = {"from": f"{months_after(first, -12)}", "to": f"{first - timedelta(days=1)}"}
        announced(county, village, by, now - timedelta(minutes=1), **changes | {"income": income | {"period": before}})
    announced(county, village, by, now, **changes)
    with county.app.app_context():
        transact(lambda session: note_sender(session, [PHOTO], by, now))


def announced(county: County, village: str, by: str, now: datetime, **changes: Any) -> None:
    """A visit whose photograph is still on its way."""
    one = visit(county, **changes) | {"household_id": county.households[village], "id": str(uuid7())}
    when = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    one |= {"visited_at": when, "evidence": [{"sha256": PHOTO, "kind": "other"}]}
    one["location"]["fix_at"] = when
    actor = county.actor(by)
    with county.app.app_context():
        transact(lambda session: record_visit(session, one, actor, now))


def asked(action: str, content: Any = None, expected: int = 0, key: str = "") -> Asked:
    return Asked(CaseAction(action), content or {}, key or str(uuid7()), expected)


def opened(county: County, village: str, by: str, now: datetime) -> str:
    """A case from a declaration; its id."""
    lead, actor = declared(county, village, now), county.actor(by)
    with county.app.app_context():
        transact(lambda session: open_case(session, lead.chain_id, lead.seq, asked("open"), actor, now))
    return the_case(county, village).id


def listed(county: County, village: str, by: str, now: datetime) -> str:
    """A case of a household that the roster lists; its id."""
    actor, home = county.actor(by), county.households[village]
    with county.app.app_context():
        transact(lambda session: take_over(session, home, asked("take_over", NOTE), actor, now))
    return the_case(county, village).id


def do(county: County, case_id: str, action: str, by: str, now: datetime, content: Any = None) -> MonitoringCase:
    """The next act, with all that the step needs unless the test says otherwise."""
    actor = county.actor(by)
    with county.app.app_context():
        case = db.session.get_one(MonitoringCase, case_id)
        said = content if content is not None else needed(case, action, now)
        wanted = asked(action, said, case.seq)
        transact(lambda session: act(session, case_id, wanted, actor, now))
        return db.session.get_one(MonitoringCase, case_id, populate_existing=True)


def left(county: County, case_id: str, action: str, now: datetime, content: Any = None) -> MonitoringCase:
    """A household that leaves: the town proposes it, the county confirms."""
    do(county, case_id, action, "town", now, content)
    return do(county, case_id, f"confirm_{action}", "county", now)


def needed(case: MonitoringCase, action: str, now: datetime) -> dict[str, Any]:
    """A content without a fault."""
    day, state = china_day(now), case.state
    if action == "post_notice":
        return {"from": day.isoformat(), "to": (day + timedelta(days=5)).isoformat(), "place": "村务公开栏"}
    if action != "advance":
        return NOTE | _more(case, action)
    if "notice" in state:
        return {}
    if "assessment" in state:
        votes = {"eligible": 30, "present": 24, "in_favour": 20, "against": 2}
        return {"held_on": day.isoformat(), "place": "村委会", **votes}
    adults = select(Person.id).where(Person.household_id == case.household_id)
    more: dict[str, dict[str, Any]] = {
        "on_site_check": {
            "consents": [{"person_id": one, "how": "signed"} for one in db.session.scalars(adults)], "photos": [PHOTO]
        },
        "data_check": {"departments": ["医保"]},
        "county_approval": {"kind": pack_of(case.pack, now).kind[0].code, "risk_factors": ["illness"]},
        "elimination_town_review": {
            "measures": [{"risk_factor": "illness", "note": "已报销"}], "large_expense": {"note": "已解决"}
        },
    }  # fmt: skip
    return NOTE | more.get(state, {})


def _more(case: MonitoringCase, action: str) -> dict[str, Any]:
    """What an act that is no step says beside the note."""
    others = select(Household.id).where(Household.id != case.household_id, Household.erased_at.is_(None))
    into: dict[str, Any] = (
        {"into": db.session.scalar(others.order_by(Household.id).limit(1))} if action == "merge" else {}
    )
    into |= MOVE if action == "move_away" else {}
    return into | ({"risk_factors": ["accident"]} if action == "re_mark" else {})


def to_monitored(county: County, case_id: str, now: datetime) -> MonitoringCase:
    """The whole ladder, for a household of the first village that was visited."""
    ways = (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre"))
    for action, by in ways:
        do(county, case_id, action, by, now)
    for by in ("cadre", "town", "county"):
        case = do(county, case_id, "advance", by, now + timedelta(days=7))
    return case


def helping(
    county: County, household_id: str, action: str, by: str, now: datetime, of: str = "", key: str = "", **content: Any
) -> Measure | None:
    """The next act on a household's plan from a page that is not stale; the measure that it was about."""
    actor = county.actor(by)
    with county.app.app_context():
        at = db.session.get(Measure, of) if of else None
        seq = at.seq if at else newest_seq(db.session(), household_id)
        wanted = Help(HelpAction(action), content, key or str(uuid7()), seq, of)
        entry = transact(lambda session: help_household(session, household_id, wanted, actor, now))
        mine = Measure.household_id == household_id, Measure.seq == entry.seq
        return db.session.scalar(select(Measure).where(*mine))


def planned(county: County, household_id: str, by: str, now: datetime, **changes: Any) -> Measure:
    """A measure for illness, due in thirty days."""
    day = china_day(now)
    said = {"risk_factor": "illness", "code": "social_security", "owner": "民政办", "from": day.isoformat()}
    said |= {"due_on": (day + timedelta(days=30)).isoformat()}
    measure = helping(county, household_id, "plan", by, now, **said | changes)
    assert measure is not None
    return measure


def helped(county: County, household_id: str, now: datetime) -> Measure:
    """A measure for illness, planned and carried out by the cadre; the one that is there already, if there is one."""
    with county.app.app_context():
        done = Measure.household_id == household_id, Measure.state == "carried_out"
        if there := db.session.scalar(select(Measure).where(*done)):
            return there
    measure = planned(county, household_id, "cadre", now)
    done_with = helping(county, household_id, "carry_out", "cadre", now, measure.id, note="低保已经发到卡上")
    assert done_with is not None
    return done_with


def to_eliminated(county: County, case_id: str, now: datetime) -> MonitoringCase:
    """The way out, once the household was helped."""
    with county.app.app_context():
        home = db.session.get_one(MonitoringCase, case_id).household_id
    helped(county, home, now)
    for action in ("propose_elimination", "advance", "advance", "post_notice"):
        do(county, case_id, action, "cadre", now)
    for by in ("cadre", "town", "county"):
        case = do(county, case_id, "advance", by, now + timedelta(days=7))
    return case


def the_case(county: County, village: str) -> MonitoringCase:
    with county.app.app_context():
        mine = MonitoringCase.household_id == county.households[village]
        return db.session.scalars(select(MonitoringCase).where(mine)).one()


def home_of(county: County, village: str) -> Household:
    with county.app.app_context():
        return db.session.get_one(Household, county.households[village], populate_existing=True)


def state_of(case: MonitoringCase) -> CaseState:
    return CaseState(case.state)


def rebuilt(county: County) -> tuple[str, ...]:
    """What a rebuild of the sound ledger gives differently: nothing, if all is well."""
    with county.app.app_context():
        assert verify(db.session(), signer(county.app.config["FIELD"]).verifier).sound
    return county.rebuilt()
