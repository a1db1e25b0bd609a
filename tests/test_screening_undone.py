"""撤销认定: a decision on a doubtful row is taken back with all that it brought, and the row is decided otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from field import clock
from field.db import db, transact
from field.ledger.entries import Entry
from field.ledger.facts import Fact
from field.monitoring.cases.cases import MonitoringCase, open_case
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead
from field.monitoring.rebuild import DERIVED, fingerprint, rebuild
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.relief_standings import ReliefStanding
from field.monitoring.roster.enrol import enrol
from field.registry.households import Household, Person
from field.registry.roster import RosterHousehold
from tests.county import County
from tests.monitoring.casework import asked, do
from tests.screenings import a_list, answered, free, freeman, settle
from tests.web.office import browser, words

TWIN = {"name": "刘安甲", "birth_date": "1975-03-09", "village": "堰垭村"}
ILL = TWIN | {"reason": "serious_illness", "issued_on": "2026-07-01"}
BILL = TWIN | {"reason": "medical_cost", "issued_on": "2026-07-02", "amount": 6_000_000, "compliant_amount": 5_000_000,
               "self_paid": 3_800_000}  # fmt: skip
WHY = {"note": "认错了人"}
BROUGHT = (Lead, Task, Fact, ToldBill, ReliefStanding, Person, Household)


def twin(number: int, **said: Any) -> RosterHousehold:
    """A household whose head has the same name and birth date as another's."""
    person = {"name": "刘安甲", "relation": "户主", "sex": "male", "birth_date": "1975-03-09", **said}
    return free(number, members=[person | {"id_number": freeman(number)["id_number"]}])


@pytest.fixture
def roster(county: County) -> County:
    """The county with two heads who look alike on paper, neither of them monitored."""
    settle(county, twin(10), twin(11))
    return county


def people(county: County) -> list[str]:
    with county.app.app_context():
        rows = select(Person.id).join(Household).where(Person.name == "刘安甲").order_by(Household.number)
        return list(db.session.scalars(rows))


def send(county: County, *rows: dict[str, Any]) -> str:
    told = county.client("medical").post("/api/screening", json=a_list(*rows)).get_json()
    return str(told["id"])


def decide(county: County, listed: str, person: str, row: int = 1) -> int:
    said = {"person": person, "note": "电话问过村里"}
    return county.client("town").post(f"/doubtful/{listed}/{row}", data=said).status_code


def undo(county: County, listed: str, nth: int = 0, row: int = 1, by: str = "town") -> Any:
    return county.client(by).post(f"/doubtful/{listed}/{row}/undo", data=WHY | {"round": str(nth)})


def prints(county: County) -> dict[str, str]:
    with county.app.app_context():
        return {table.__tablename__: fingerprint(db.session(), table) for table in BROUGHT}


def sound(county: County) -> None:
    with county.app.app_context():
        before = {table.__tablename__: fingerprint(db.session(), table) for table in DERIVED}
        assert transact(rebuild).differing == ()
        assert {table.__tablename__: fingerprint(db.session(), table) for table in DERIVED} == before


def healths(county: County) -> list[str | None]:
    with county.app.app_context():
        rows = select(Person.health).join(Household).where(Person.name == "刘安甲").order_by(Household.number)
        return list(db.session.scalars(rows))


@pytest.mark.parametrize("said", [ILL, BILL], ids=["an illness", "a bill"])
def test_what_a_decision_brought_goes_with_it_and_the_row_means_the_other_one_then(
    roster: County, said: dict[str, Any]
) -> None:
    first, second = people(roster)
    listed, before = send(roster, said), prints(roster)
    assert decide(roster, listed, first) == 303
    assert prints(roster) != before
    assert undo(roster, listed).status_code == 303
    assert prints(roster) == before, "as if nobody had ever decided"
    assert answered(roster) == {1: "waiting"}
    sound(roster)
    assert decide(roster, listed, second) == 303
    assert answered(roster) == {1: "new_lead"}
    with roster.app.app_context():
        assert db.session.scalars(select(Lead.person_id)).all() == [second]
    sound(roster)
    assert undo(roster, listed).status_code == 409, "the first decision is undone already"
    assert undo(roster, listed, 1).status_code == 303
    assert decide(roster, listed, "nobody") == 303
    assert undo(roster, listed, 2).status_code == 303
    assert decide(roster, listed, first) == 303
    assert answered(roster) == {1: "new_lead"}
    sound(roster)
    with roster.app.app_context():
        kinds = db.session.scalars(select(Entry.kind).where(Entry.kind.startswith("screening"))).all()
    assert (
        sorted(kinds)
        == ["screening"] * 3 + ["screening_decided", "screening_list", "screening_rows"] + ["screening_undone"] * 3
    ), "nothing was taken out of the ledger"


def test_a_state_of_health_is_again_what_others_said_of_it(roster: County) -> None:
    first, _ = people(roster)
    settle(roster, twin(10, health="长期慢性病"))
    listed = send(roster, ILL, ILL | {"reason": "disability", "issued_on": "2026-07-03"})
    decide(roster, listed, first)
    decide(roster, listed, first, 2)
    assert healths(roster)[0] == "患有大病"
    assert undo(roster, listed).status_code == 303
    assert healths(roster)[0] == "长期慢性病", "and a disability card still makes no illness forgotten"
    sound(roster)
    settle(roster, twin(10, health="健康"))
    assert undo(roster, listed, row=2).status_code == 303
    assert healths(roster)[0] == "健康", "what was said since stays"
    sound(roster)


def test_a_lead_that_others_told_of_too_stays_for_them_without_the_words_of_the_row(roster: County) -> None:
    first, _ = people(roster)
    listed = send(roster, ILL, BILL)
    assert (decide(roster, listed, first), decide(roster, listed, first, 2)) == (303, 303)
    assert answered(roster) == {1: "new_lead", 2: "same"}
    assert undo(roster, listed).status_code == 303
    with roster.app.app_context():
        lead = db.session.scalars(select(Lead)).one()
        assert (lead.person_id, lead.risk_factors, "撤销" in str(lead.why)) == (None, ["illness"], True)
    sound(roster)
    assert undo(roster, listed, row=2).status_code == 303
    with roster.app.app_context():
        assert db.session.scalars(select(Lead)).all() == [], "now nobody tells of it"
    sound(roster)


def test_a_trace_that_hurried_a_lead_lets_it_wait_again(roster: County) -> None:
    first, _ = people(roster)
    listed = send(roster, ILL, BILL)
    decide(roster, listed, first)
    with roster.app.app_context():
        db.session.execute(update(Task).values(due_at=(later := clock.now() + timedelta(days=60))))
        db.session.commit()
    decide(roster, listed, first, 2)
    assert undo(roster, listed, row=2).status_code == 303
    with roster.app.app_context():
        assert abs(db.session.scalars(select(Task.due_at)).one() - later) < timedelta(seconds=1)
        assert db.session.scalars(select(Lead.raised)).all() == [None]


def test_while_a_case_stands_on_the_lead_it_says_what_must_be_done_first(roster: County) -> None:
    first, _ = people(roster)
    listed = send(roster, ILL)
    decide(roster, listed, first)
    actor = roster.actor("cadre")
    with roster.app.app_context():
        lead = db.session.scalars(select(Lead)).one()
        transact(lambda session: open_case(session, lead.chain_id, lead.seq, asked("open"), actor, clock.now()))
        case = db.session.scalars(select(MonitoringCase.id)).one()
    refused = undo(roster, listed)
    assert refused.status_code == 409
    assert "不予通过" in words(refused.text)
    assert answered(roster) == {1: "new_lead"}, "nothing half done"
    do(roster, case, "reject", "cadre", clock.now())
    assert undo(roster, listed).status_code == 303
    assert answered(roster) == {1: "waiting"}
    assert roster.client("cadre").get(f"/cases/{case}").status_code == 200
    sound(roster)


def test_who_may_not_decide_may_not_undo_and_it_needs_a_reason(roster: County) -> None:
    first, _ = people(roster)
    listed = send(roster, ILL, freeman(10) | {"name": "刘安甲", "reason": "disaster", "issued_on": "2026-07-01"})
    assert undo(roster, listed).status_code == 409, "nobody has decided yet"
    decide(roster, listed, first)
    assert [undo(roster, listed, by=who).status_code for who in ("cadre", "town2", "medical")] == [403] * 3
    unreasoned = roster.client("town").post(f"/doubtful/{listed}/1/undo", data={"round": "0"})
    assert unreasoned.status_code == 422
    assert undo(roster, listed, row=2, by="county").status_code == 409, "whom the number names nobody decided"
    assert undo(roster, listed, row=99).status_code == 403
    assert undo(roster, listed, by="county").status_code == 303
    assert undo(roster, listed, by="county").status_code == 409, "the same again"


def test_the_page_shows_the_last_decisions_and_their_undoing(roster: County) -> None:
    first, _ = people(roster)
    listed = send(roster, ILL, BILL)
    decide(roster, listed, first)
    decide(roster, listed, "nobody", 2)
    town = browser(roster, "town")
    page = words(town.page("/doubtful?state=decided"))
    assert page.index("都不是") < page.index("认定为 刘安甲 刘安甲户 F0010 · 已转新线索"), "the newest first"
    assert "王镇长" in page
    assert "电话问过村里" in page
    assert "还没有认定过" in words(browser(roster, "town2").page("/doubtful?state=decided"))
    for row in (1, 2):
        assert town.send(f"/doubtful/{listed}/{row}/undo", round="0", note="认错了人").status_code == 303
    assert "还没有认定过" in words(town.page("/doubtful?state=decided"))
    assert "共 2 行" in words(town.page("/doubtful"))
    file = words(town.page(f"/households/{home_of(roster, first)}"))
    assert "撤销名单认定" in file
    assert "认错了人" in file


def home_of(county: County, person_id: str) -> str:
    with county.app.app_context():
        return db.session.get_one(Person, person_id).household_id


def test_a_household_monitored_since_keeps_its_monitoring(roster: County) -> None:
    first, _ = people(roster)
    listed = send(roster, ILL)
    decide(roster, listed, first)
    watched: Any = twin(10) | {"kind": "unstable", "identified_on": "2026-01-01", "risk_factors": ["illness"]}
    with roster.app.app_context():
        transact(lambda session: enrol(session, [watched], "county", clock.now()))
    assert undo(roster, listed).status_code == 303
    with roster.app.app_context():
        assert db.session.get_one(Household, home_of(roster, first)).kind == "unstable"
    sound(roster)
