"""板上的新数: on any past day they are what the ledger would say had it ended on that day; and money is SQL's as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, create_engine, delete, func, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from uuid6 import uuid7

from field import clock
from field.codes import Channel
from field.db import db
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.monitoring.board.counted import AMONG, among, counts, flow_by_month
from field.monitoring.board.flow import Flow
from field.monitoring.board.standings import statistics_on
from field.monitoring.board.statistics import figures_of, statistics
from field.monitoring.board.until import AGEING, Until
from field.monitoring.cases.case_rules import MAY_LEAVE
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.deadlines import MEASURE, Deadline, late_cases, late_revisits, late_steps
from field.monitoring.cases.revisit_schedule import RevisitDue, still_open
from field.monitoring.derive import derive
from field.monitoring.help.measure_rules import OPEN
from field.monitoring.help.plan import Measure
from field.monitoring.policy.shapes import ReliefRule
from field.monitoring.policy.shelf import pack_on
from field.monitoring.rebuild import DERIVED
from field.monitoring.relief.bill_corrections import correct
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.relief import relief
from field.monitoring.relief.relief_sheet import sheets
from field.monitoring.relief.relief_sums import Sums, paid, relief_by
from field.monitoring.workdays import DAY, china_day
from field.monitoring.workers.checkins import CheckedIn, record_checkin
from field.monitoring.workers.due_checkins import away
from field.registry.households import Household, Person
from tests.any_history import History
from tests.county import County
from tests.test_any_history import crowd

COUNTY = "420626"
NEW = [name for name in AMONG if name.startswith(("late_", *AGEING)) or name in ("workers", "paid", "borne", "lost")]
Found = dict[str, set[str]]


@pytest.fixture
def crowded(county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """A county in which chance finds everybody whom it needs, on both databases."""
    return crowd(county, monkeypatch)


@contextmanager
def ended(session: Session, until: Until, *, people: bool = False) -> Iterator[None]:
    """The county as if the ledger had ended with a day; `people`: but for who is one person, as known now. Taken back."""
    merged = dict(session.execute(select(Person.id, Person.merged_into)).all()) if people else {}
    for table in DERIVED:
        session.execute(delete(table))
    then = select(Entry).where(Entry.recorded_at < until.ends).order_by(Entry.chain_id, Entry.seq)
    entries = list(session.scalars(then))
    for entry, payload in zip(entries, opened(session, entries), strict=True):
        derive(session, entry, payload)
    session.flush()
    for person, into in merged.items():
        session.execute(update(Person).where(Person.id == person).values(merged_into=into))
    session.expire_all()
    yield
    session.rollback()


def late(session: Session, on: date) -> Found:
    """What is open and past its last day."""
    found: Found = {}
    of_cases = select(MonitoringCase).where(MonitoringCase.due_on < on)
    for case in session.scalars(of_cases.where(MonitoringCase.state.in_([state.value for state in MAY_LEAVE]))):
        found.setdefault("late_case", set()).add(case.household_id)
        found.setdefault(f"late_{case.state}", set()).add(case.household_id)
    of_measures = select(Measure.household_id).where(Measure.due_on < on)
    found["late_measure"] = set(session.scalars(of_measures.where(Measure.state.in_([one.value for one in OPEN]))))
    found["late_revisit"] = set(
        session.scalars(select(RevisitDue.household_id).where(still_open, RevisitDue.due_on < on))
    )
    return found


def known(session: Session, until: Until) -> Found:
    """How old what is known of the workers of each monitored household is."""
    half_lives, found = pack_on(until.on).half_life_days, dict[str, set[str]]()
    rows = select(Person).join(Household, Household.id == Person.household_id).where(
        Household.kind.is_not(None), Person.left.is_(None), Person.merged_into.is_(None), away()
    )  # fmt: skip
    worst: dict[tuple[str, str], float] = {}
    for one in session.scalars(rows):
        found.setdefault("workers", set()).add(one.household_id)
        for name in AGEING:
            told = select(func.max(Fact.observed_at)).where(Fact.subject == one.id, Fact.attribute == name)
            seen = [session.scalar(told), one.last_heard_at if name == "phone" else None]
            last = max(filter(None, seen), default=None)
            age = (until.ends - last) / timedelta(days=getattr(half_lives, name)) if last else 99.0
            worst[one.household_id, name] = max(worst.get((one.household_id, name), 0.0), age)
    for (home, name), age in worst.items():
        state = "fresh" if age <= 1 else "ageing" if age <= 2 else "stale"
        found.setdefault(f"{name}_{state}", set()).add(home)
    return found


def relieved(county: County, session: Session, on: date) -> tuple[Found, Sums]:
    """What relief comes to, household by household, as the sheets of people tell it."""
    found: Found = {"paid": set(), "borne": set(), "lost": set()}
    whole = Sums()
    for one in sheets(session, county.actor("county"), COUNTY, on.year, on):
        money = [one.sum_of(name) for name in found]
        whole += Sums(*money, *(int(fen > 0) for fen in money))
        for name, fen in zip(found, money, strict=True):
            found[name] |= {one.household.id} if fen else set()
    return found, whole


def busy(history: History) -> list[date]:
    """Three weeks of visits, bills and check-ins, then whatever chance brings for some months; days to look at."""

    def tell_again(session: Session) -> None:
        bill = history._one(session, ToldBill)
        said = {"person_id": bill.person_id, "issued_on": str(china_day(history.now)), "amount": 900_000,
                "compliant_amount": 800_000, "note": "看错了日期"}  # fmt: skip
        by = history.county.actor("county")
        correct(session, bill.chain_id, bill.known_as, said, str(uuid7()), by, history.now)

    def away(session: Session) -> None:
        one = history._one(session, Person, Person.left.is_(None), Person.merged_into.is_(None))
        said = {"work_place": "440309", **history.chance.choice(({}, {"monthly_income": 520_000}))}
        heard = CheckedIn(str(uuid7()), Channel.SMS, one.id, one.household_id, said)
        record_checkin(session, heard, history.now, history.now)

    acts = (history.do_visit, away, history.do_visit, tell_again, history.do_roster, history.do_hand_in)
    for act in (*acts, history.do_decide_held, history.do_check_in, away, tell_again) * 3:
        history.now += timedelta(hours=18)
        history._try(act)
    first = china_day(history.now)
    history.go_on(160)
    last = china_day(history.now)
    return [first - timedelta(days=5), first, last - timedelta(days=120), last]


@pytest.mark.parametrize("seed", [3, 6])
def test_on_any_past_day_deadlines_workers_and_relief_are_those_of_a_ledger_that_ends_there(
    crowded: County, seed: int
) -> None:
    days = busy(History(crowded, crowded.app.extensions["field_vault"], seed, clock.now() + timedelta(minutes=1)))
    with crowded.app.app_context():
        session, seen = db.session(), set[str]()
        for on in days:
            until = Until(on)
            told = {name: set(session.scalars(select(Household.id).where(among(name, until)))) for name in NEW}
            present = on == days[-1]
            numbers = counts(session, COUNTY, 6, until, present)
            money = relief_by(session, COUNTY, 6, until).get(COUNTY, Sums())
            figures = statistics_on(session, COUNTY, 6, until.ends).get(COUNTY) or figures_of(COUNTY)
            with ended(session, until):
                plain = late(session, on) | known(session, until)
                again = statistics(session, COUNTY)
            seen |= {"at_risk"} if figures["at_risk"] else set()
            assert figures == again | {"by_grade": figures["by_grade"]}, on
            with ended(session, until, people=True):
                of_relief, whole = relieved(crowded, session, on)
            plain |= of_relief
            for name in NEW:
                if not name.startswith("late_task"):
                    assert told[name] == plain.get(name, set()), (name, on)
                if name not in of_relief and (present or not name.startswith("late_task")):
                    assert numbers.get((name, COUNTY), 0) == len(told[name]), (name, on)
            assert money == whole, on
            seen |= {name for name, homes in plain.items() if homes}
    assert {"borne", "workers", "late_measure", "at_risk"} < seen, (
        f"a history in which nothing was late or old proves nothing: {seen}"
    )


PACKS = [pack_on(date(year, 6, 1)).relief for year in (2022, 2026)]


@given(st.integers(0, 10**9), st.sampled_from(PACKS), st.sampled_from(["remainder", "whole"]))
def test_sql_pays_what_the_rule_pays(cost: int, rule: ReliefRule, on: str) -> None:
    by = rule.model_copy(update={"second_on": on})
    with create_engine("sqlite://", poolclass=NullPool).connect() as connection:
        assert connection.scalar(select(paid(literal(cost, BigInteger), by))) == relief(cost, by).paid


def test_the_months_are_counted_as_each_of_them_alone(crowded: County) -> None:
    history = History(crowded, crowded.app.extensions["field_vault"], 4, clock.now() - timedelta(days=90))
    history.go_on(120)
    with crowded.app.app_context():
        until = Until(china_day(history.now))
        found = flow_by_month(db.session(), COUNTY, until)
        ends = [*(after - DAY for after in until.months[1:]), until.on]
        for nth, end in enumerate(ends):
            alone = counts(db.session(), COUNTY, 6, Until(end), present=False)
            for turn in ("identified", "eliminated", "rolled_back", "re_marked"):
                assert found.get((nth, turn), 0) == alone.get((turn, COUNTY), 0), (end, turn)
    assert found


def test_twelve_months_end_with_the_days_own() -> None:
    assert Until(date(2026, 2, 28)).months[0] == date(2025, 3, 1)
    assert [Until(date(2026, 2, 28)).months[at] for at in (9, 10, 11)] == [
        date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)
    ]  # fmt: skip
    assert isinstance(Until(date(2026, 2, 28)).ends, datetime)


def test_a_step_a_measure_and_a_revisit_are_late_once_their_day_is_over(county: County) -> None:
    now, home = clock.now(), next(iter(county.households.values()))
    today = china_day(now)
    with county.app.app_context():
        session = db.session()
        session.add(RevisitDue(household_id=home, seq=1, nth=1, due_on=today, from_on=today))
        for seq, step in enumerate(("town_review", MEASURE), 1):
            about = {"household_id": home, "about": step, "seq": seq}
            session.add(Deadline(**about, step=step, recorded_at=now, due_on=today))
        session.flush()
        late = [
            sorted(row.name for several in (late_steps, late_cases, late_revisits)
                   for row in session.execute(several(Until(on))))
            for on in (today, today + DAY)
        ]  # fmt: skip
    assert late == [[], ["late_case", "late_measure", "late_revisit", "late_town_review"]]


@pytest.mark.parametrize(
    ("days", "median", "tenth"),
    [((), None, None), ((7,), 7, 7), ((1, 2), 1, 2), ((1, 2, 9), 2, 9), (tuple(range(1, 11)), 5, 9)],
)
def test_half_and_nine_of_ten_were_identified_within_so_many_days(
    days: tuple[int, ...], median: int | None, tenth: int | None
) -> None:
    assert (Flow(days=days).median, Flow(days=days).slowest_tenth) == (median, tenth)
