"""同时办: what many do at the same moment is done once, whatever key each of them has; on both databases."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import EntryKind, Role
from field.db import TRIES, db, transact
from field.help_codes import HelpAction, TieAction
from field.ledger.entries import Entry, Repeated, lock_heads
from field.monitoring.cases import cases
from field.monitoring.cases.cases import OtherContent, Stale, act
from field.monitoring.help import partners, planning
from field.monitoring.help.fund import FundApplication, apply
from field.monitoring.help.fund import act as fund_act
from field.monitoring.help.fund_donations import donate, give_back
from field.monitoring.help.partners import Partner
from field.monitoring.leads.leads import Lead
from field.monitoring.posts import caseload
from field.monitoring.refusals import OutOfOrder, Refused
from field.registry.households import Household
from field.registry.rights import NotAllowed
from field.registry.staff import Staff, take_post
from tests.county import HASHED, County
from tests.monitoring import casework, fundwork
from tests.monitoring.casework import HOME, MOVE, NOTE, RICH
from tests.monitoring.fundwork import applied, books, done, given, standing

CROWD = 8
Work = Callable[[Session], object]


def at_once(county: County, several: list[Work]) -> Counter[str]:
    """Do all of them at the same moment, each in a transaction of its own; how each came out."""
    gate = Barrier(len(several))

    def one(work: Work) -> str:
        with county.app.app_context():
            gate.wait(60)
            try:
                transact(work)
            except (Stale, Refused, OtherContent, OutOfOrder, caseload.NotPossible) as error:
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(len(several)) as pool:
        return Counter(pool.map(one, several))


def meanwhile(monkeypatch: pytest.MonkeyPatch, county: County, work: Work) -> None:
    """Let somebody else commit this after a case's act has begun and before it has its lock."""
    told: list[Sequence[str]] = []

    def other() -> None:
        with county.app.app_context():
            transact(work)

    def late(session: Session, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
        if not told:
            told.append(ids)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(other).result(60)
        return lock_heads(session, ids)

    monkeypatch.setattr("field.monitoring.cases.cases.lock_heads", late)


def count(county: County, kind: EntryKind) -> int:
    with county.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == kind.value)) or 0


@pytest.mark.parametrize("same_key", [True, False])
def test_an_application_sent_by_many_is_one_and_is_paid_once(county: County, same_key: bool) -> None:
    given(county, "20000")
    now, home, actors = clock.now(), county.households[HOME], [county.actor("cadre")] * CROWD
    said = {"amount": "300", "applicant": {"name": "陈大一"}} | fundwork.NOTE
    key = str(uuid7())

    def asking(actor: Any) -> Work:
        wanted = fundwork.asked("apply", said, key=key if same_key else "")
        return lambda session: apply(session, home, wanted, actor, now)

    told = at_once(county, [asking(actor) for actor in actors])
    assert told["done"] == (CROWD if same_key else 1), told
    assert count(county, EntryKind.FUND_APPLICATION) == 1
    with county.app.app_context():
        said_by = db.session.scalars(select(FundApplication.id)).one()
    for who in ("town", "county"):
        if standing(county, said_by).state == "applied":
            done(county, said_by, "sign", who)
    before, seq = books(county), standing(county, said_by).seq
    assert (before.cash, before.payable) == (2_000_000, 30_000)

    def paying(actor: Any) -> Work:
        wanted = fundwork.asked("pay", fundwork.needed("pay", now), seq, key if same_key else "")
        return lambda session: fund_act(session, said_by, wanted, actor, clock.now())

    key = str(uuid7())
    told = at_once(county, [paying(actor) for actor in actors])
    assert told["done"] == (CROWD if same_key else 1), told
    assert (books(county).cash, books(county).payable, books(county).relief_paid) == (1_970_000, 0, 30_000)
    assert county.rebuilt() == ()


def test_two_who_sign_at_the_same_moment_are_two_signatures_or_one_stale_page(county: County) -> None:
    given(county, "20000")
    one = applied(county, "2500", by="cadre")
    seq, now = standing(county, one).seq, clock.now()

    def signing(name: str) -> Work:
        actor, wanted = county.actor(name), fundwork.asked("sign", {}, seq)
        return lambda session: fund_act(session, one, wanted, actor, now)

    told = at_once(county, [signing(name) for name in ("town", "county", "town", "county")])
    assert told == {"done": 1, "Stale": 3}
    assert len(standing(county, one).signed) == 2, "who applied, and one"
    assert county.rebuilt() == ()


def test_a_gift_is_given_back_once_and_gifts_at_once_are_all_counted(county: County) -> None:
    now = clock.now()

    def giving(actor: Any) -> Work:
        wanted = fundwork.asked("donate", fundwork.paper(now, amount="100"))
        return lambda session: donate(session, HOME, wanted, actor, now)

    assert at_once(county, [giving(county.actor("cadre")) for _ in range(CROWD)]) == {"done": CROWD}
    assert books(county).cash == CROWD * 10_000
    gift = given(county, "50")

    def returning(name: str) -> Work:
        actor, wanted = county.actor(name), fundwork.asked("give_back", fundwork.paper(now) | fundwork.NOTE)
        return lambda session: give_back(session, HOME, gift.seq, wanted, actor, now)

    told = at_once(county, [returning(name) for name in ("town", "county") * 4])
    assert told["done"] in (1, 4), told
    assert (count(county, EntryKind.FUND_GIVEN_BACK), books(county).cash) == (1, CROWD * 10_000)
    assert county.rebuilt() == ()


def test_a_step_of_a_case_and_a_measure_are_done_once(county: County) -> None:
    now, home = clock.now(), county.households[HOME]
    case = casework.listed(county, HOME, "county", now)
    seq, cadre = casework.the_case(county, HOME).seq, county.actor("cadre")

    def moving(actor: Any) -> Work:
        return lambda session: act(session, case, casework.asked("move_away", NOTE | MOVE, seq), actor, now)

    measure = casework.planned(county, home, "cadre", now)

    def carrying() -> Work:
        content = {"note": "已经办好", "amount": 100}
        wanted = planning.Asked(HelpAction.CARRY_OUT, content, str(uuid7()), measure.seq, measure.id)
        return lambda session: planning.act(session, home, wanted, cadre, now)

    assert at_once(county, [carrying() for _ in range(CROWD)]) == {"done": 1, "Stale": CROWD - 1}
    told = at_once(county, [moving(county.actor(name)) for name in ("town", "county") * 4])
    assert told == {"done": 1, "Stale": CROWD - 1}
    assert county.rebuilt() == ()


def test_an_enterprise_and_a_hand_over_are_recorded_once_though_their_chain_is_new(county: County) -> None:
    now, town = clock.now(), county.actor("town")
    said = {"kind": "cooperative", "title": "高山茶叶合作社", "region": "420626107"}

    def adding() -> Work:
        wanted = partners.Asked(TieAction.ADD, said, str(uuid7()))
        return lambda session: partners.act(session, wanted, town, now)

    assert at_once(county, [adding() for _ in range(CROWD)]) == {"done": 1, "OutOfOrder": CROWD - 1}
    with county.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Partner)) == 1
        transact(_deputy)

    def offering() -> Work:
        key, later = str(uuid7()), clock.now()
        return lambda session: caseload.hand_over(session, "cadre", "deputy", "调走", key, town, later)

    assert at_once(county, [offering() for _ in range(CROWD)]) == {"done": 1, "NotPossible": CROWD - 1}
    assert county.rebuilt() == ()


def _deputy(session: Session) -> None:
    staff = Staff(id=str(uuid7()), username="deputy", name="副书记", password_hash=HASHED, posts=[])
    session.add(staff)
    session.flush()
    take_post(session, staff, Role.VILLAGE, HOME, clock.now(), str(uuid7()))


@pytest.mark.postgres
def test_a_risk_that_came_a_moment_before_the_approval_stands_against_elimination(
    postgres_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, now = postgres_county, clock.now()
    case_id = casework.listed(county, HOME, "county", now)
    casework.visited(county, HOME, "cadre", now + timedelta(minutes=1), **RICH)
    casework.helped(county, county.households[HOME], now)
    for action in ("propose_elimination", "advance", "advance", "post_notice"):
        casework.do(county, case_id, action, "cadre", now + timedelta(minutes=2))
    later = now + timedelta(days=8)
    for by in ("cadre", "town"):
        casework.do(county, case_id, "advance", by, later)
    risks = {"risk_factors": ["illness", "disaster"]}
    mine = Household.id == county.households[HOME]
    meanwhile(monkeypatch, county, lambda session: session.execute(update(Household).where(mine).values(risks)))
    with pytest.raises(Refused, match="灾"):
        casework.do(county, case_id, "advance", "county", later)
    assert casework.the_case(county, HOME).state == "elimination_county_approval"


@pytest.mark.postgres
@pytest.mark.unlisted(HOME)
def test_no_case_is_opened_on_a_lead_that_was_taken_back_a_moment_ago(
    postgres_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, by = postgres_county, postgres_county.actor("cadre")
    lead = casework.declared(county, HOME, clock.now())
    here = Lead.chain_id == lead.chain_id, Lead.seq == lead.seq
    meanwhile(monkeypatch, county, lambda session: session.execute(delete(Lead).where(*here)))
    opening = casework.asked("open")
    with county.app.app_context(), pytest.raises(NotAllowed):
        transact(lambda session: cases.open_case(session, lead.chain_id, lead.seq, opening, by, clock.now()))
    assert count(county, EntryKind.CASE_OPENED) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("turn", range(3))
def test_of_two_households_each_to_be_merged_into_the_other_at_the_same_moment_one_stays(
    postgres_county: County, turn: int
) -> None:
    county, now = postgres_county, clock.now()
    homes = {HOME: fundwork.NEXT, fundwork.NEXT: HOME}
    for place, other in homes.items():
        case_id = casework.listed(county, place, "county", now)
        said = NOTE | {"into": county.households[other]}
        casework.do(county, case_id, "merge", "town", now, said)

    def confirming(place: str) -> Work:
        case, actor = casework.the_case(county, place), county.actor("county")
        wanted = casework.asked("confirm_merge", {}, case.seq)
        return lambda session: act(session, case.id, wanted, actor, now)

    assert at_once(county, [confirming(place) for place in homes]) == {"done": 1, "Refused": 1}, turn
    assert sorted(casework.the_case(county, place).state for place in homes) == ["merged", "monitored"]
    assert county.rebuilt() == ()


@pytest.mark.parametrize(("conflicts", "tries"), [(0, 1), (1, 2), (TRIES - 1, TRIES)])
def test_work_that_another_did_meanwhile_is_done_anew(small_county: County, conflicts: int, tries: int) -> None:
    tried: list[Session] = []

    def work(session: Session) -> int:
        tried.append(session)
        if len(tried) <= conflicts:
            raise Repeated
        return len(tried)

    with small_county.app.app_context():
        assert transact(work) == tries


def test_work_that_is_always_in_conflict_is_given_up(small_county: County) -> None:
    tried: list[Session] = []

    def work(session: Session) -> None:
        tried.append(session)
        raise Repeated

    with small_county.app.app_context(), pytest.raises(Repeated):
        transact(work)
    assert len(tried) == TRIES
