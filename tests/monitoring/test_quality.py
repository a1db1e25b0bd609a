"""数据质量: each check finds what it is for and nothing else, of one household by the same SQL as of the county."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import JobKind, Left
from field.db import db, transact
from field.jobs import night
from field.ledger.entries import Entry
from field.ledger.facts import state
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.checks.quality import counts, found, of_household, of_households, terms
from field.monitoring.checks.quality_checks import CHECKS
from field.monitoring.help.plan import Measure
from field.monitoring.leads.leads import Lead
from field.monitoring.relief.bills import ToldBill
from field.monitoring.risk.judgement import Judgement
from field.monitoring.visiting.visits import record_visit
from field.monitoring.workdays import china_day, months_after
from field.registry.households import Household, Person
from field.registry.idnumber import make, mismatch
from field.work import Worker
from field.worker import sessions
from tests.county import County

HOME, NEXT = "420626107204", "420626107205"
NOW = clock.now()
TODAY = china_day(NOW)
ALWAYS = {"no_income": 4, "unvisited": 4, "no_measure": 4}  # a roster alone
INCOME = {"wages": 6_000_000, "business": 0, "property": 0, "transfers": 100, "production_cost": 0,
          "period": {"from": "2025-10-01", "to": "2026-09-30"}}  # fmt: skip
Change = Callable[[Session, str, list[str]], object]


def years_ago(years: int) -> date:
    return months_after(TODAY, -12 * years)


def household(**values: Any) -> Change:
    return lambda session, home, _people: session.execute(update(Household).where(Household.id == home).values(values))


def person(place: int, **values: Any) -> Change:
    return lambda session, _home, people: session.execute(
        update(Person).where(Person.id == people[place]).values(values)
    )


def both(**values: Any) -> Change:
    return several(person(0, **values), person(1, **values))


def several(*changes: Change) -> Change:
    return lambda session, home, people: [change(session, home, people) for change in changes]


def measure(**values: Any) -> Change:
    """A measure of the household."""
    row = {
        "id": str(uuid7()), "seq": 2, "pack": "2026.1", "code": "insurance", "title": "防贫保险", "money": False,
        "state": "planned", "risk_factor": "illness", "owner": "陈干部", "begins_on": TODAY, "due_on": TODAY,
    } | values  # fmt: skip
    return lambda session, home, _people: session.execute(insert(Measure).values(household_id=home, **row))


def income(**values: Any) -> Change:
    row = {"place": 90, "attribute": "income", "channel": "phone", "recorder": "cadre", "observed_at": NOW, "level": 3,
           "seq": 1, "informant": None, "sealed": None, "value": INCOME | values}  # fmt: skip
    return lambda session, home, _people: state(session, [{**row, "chain_id": home, "subject": home}])


def eliminated(since: date, identified_on: date) -> Change:
    row = {"seq": 1, "pack": "2026.1", "heard_at": NOW, "state": "eliminated", "since": since, "provisional": False,
           "round": 1, "hands": [], "green": False, "identified_on": identified_on, "risk_factors": [],
           "carried_out": {}}  # fmt: skip
    make_case: Change = lambda session, home, _people: session.execute(  # noqa: E731
        insert(MonitoringCase).values(id=home, household_id=home, **row)
    )
    return several(household(kind=None), make_case)


def claimed(kind: str) -> Change:
    row = {"place": 91, "attribute": "roster_kind", "channel": "roster", "recorder": "county", "observed_at": NOW,
           "level": 2, "seq": 1, "informant": None, "sealed": None, "value": {"kind": kind}}  # fmt: skip
    return lambda session, home, _people: state(session, [{**row, "chain_id": home, "subject": home}])


def bill(**values: Any) -> Change:
    row: dict[str, Any] = {"place": 0, "known_as": "a" * 64, "source": "visit", "issued_on": TODAY, "amount": 100,
                           "compliant_amount": 100, "told_on": TODAY, "void": False, "seq": 8}  # fmt: skip
    return lambda session, home, people: session.execute(
        insert(ToldBill).values({"chain_id": home, "person_id": people[0], **row, **values})
    )


def lead(session: Session, home: str, _people: Any) -> None:
    row = {"chain_id": home, "seq": 7, "kind": "warning", "source": "analysis", "channel": "system", "region": HOME}
    row |= {"household_id": home, "risk_factors": [], "opened_at": NOW, "hash": "0" * 64}
    session.execute(insert(Lead).values(row))


def grade(grade: str) -> Change:
    return lambda session, home, _people: session.execute(
        update(Judgement).where(Judgement.household_id == home).values(grade=grade)
    )


def pupil(years: int, school: str, **more: Any) -> Change:
    return person(1, birth_date=years_ago(years), relation="之子", details={"pupil": school}, **more)


TABLE: list[tuple[str, Change, set[str]]] = [
    ("a roster alone", several(), set()),
    ("no risk", household(main_risk=None), {"no_risk"}),
    ("an income was told", income(), {"-no_income"}),
    ("no day of identification", household(identified_on=None), {"no_identified_on", "-no_measure"}),
    ("identified yesterday", household(identified_on=TODAY - timedelta(days=1)), {"-unvisited", "-no_measure"}),
    ("a measure is planned", measure(), {"-no_measure"}),
    ("its only measure was dropped", measure(state="dropped"), set()),
    ("visited", household(last_visit_at=NOW), {"-unvisited"}),
    ("visited in spring", household(last_visit_at=NOW - timedelta(days=90)), set()),
    ("a child out of school", pupil(10, "非在校生"), {"dropout"}),
    ("a child who left", pupil(10, "小学", schooling="初中辍学"), {"dropout"}),
    ("a child at school", pupil(10, "小学"), set()),
    ("a grown child", pupil(17, "非在校生"), set()),
    ("six tomorrow", person(1, birth_date=years_ago(6) + timedelta(days=1), relation="之子",
                            details={"pupil": "非在校生"}), set()),
    ("six today", person(1, birth_date=years_ago(6), relation="之子", details={"pupil": "非在校生"}), {"dropout"}),
    ("eliminated, and a child out of school",
     several(eliminated(TODAY, years_ago(2)), pupil(10, "非在校生")), {"eliminated_dropout", "-no_income", "-unvisited", "-no_measure"}),
    ("eliminated too early", eliminated(date(2026, 5, 30), date(2026, 1, 3)),
     {"early_elimination", "-no_income", "-unvisited", "-no_measure"}),
    ("eliminated in time", eliminated(date(2026, 7, 3), date(2026, 1, 3)), {"-no_income", "-unvisited", "-no_measure"}),
    ("eliminated, and still on the roster",
     several(eliminated(date(2026, 7, 3), date(2026, 1, 3)), claimed("unstable")),
     {"roster_otherwise", "-no_income", "-unvisited", "-no_measure"}),
    ("eliminated, and off the roster",
     several(eliminated(date(2026, 7, 3), date(2026, 1, 3)), claimed("none")), {"-no_income", "-unvisited", "-no_measure"}),
    ("monitored without a case, and off the roster", claimed("none"), {"roster_otherwise"}),
    ("monitored without a case, and on the roster again", claimed("unstable"), set()),
    ("a wrong number", person(0, id_fault="number"), {"id_number"}),
    ("another birth date", person(0, id_fault="birth"), {"id_mismatch"}),
    ("one number twice", both(id_number_index="x"), {"same_id"}),
    ("one number twice, one has left",
     several(both(id_number_index="x"), person(1, left=Left.MOVED.value)), set()),
    ("one telephone in the family", both(phone_index="x"), set()),
    ("no number", person(1, id_number_index=None), {"no_id"}),
    ("no birth date", person(1, birth_date=None), {"no_birth"}),
    ("no telephone", person(0, phone_index=None), {"no_phone"}),
    ("the head has died", person(0, left="died"), {"no_head", "no_phone"}),
    ("not born yet", person(1, birth_date=TODAY + timedelta(days=1)), {"age"}),
    ("too old", person(1, birth_date=years_ago(112)), {"age"}),
    ("a head of fifteen", several(person(0, birth_date=years_ago(15)), person(1, relation="其他")), {"age"}),
    ("a child wife", person(1, birth_date=years_ago(17)), {"age"}),
    ("a son as old as his father", person(1, relation="之子"), {"generation"}),
    ("a mother younger than her son", person(1, relation="之母"), {"generation"}),
    ("a mother", person(1, relation="之母", birth_date=date(1940, 1, 1)), set()),
    ("a grandson of twenty years less", person(1, relation="之孙子", birth_date=date(1988, 1, 1)), {"generation"}),
    ("a pupil of thirty", pupil(30, "小学"), {"pupil_age"}),
    ("help without transfers", several(income(transfers=0), person(0, details={"minimum_living": True})),
     {"help_without_transfers", "-no_income"}),
    ("help with transfers", several(income(), person(0, details={"extreme_hardship": True})), {"-no_income"}),
    ("no help", several(income(transfers=0), person(0, details={"minimum_living": False})), {"-no_income"}),
    ("wages of a joke", income(wages=119_999), {"wages_household", "-no_income"}),
    ("wages small but possible", income(wages=120_000), {"-no_income"}),
    ("no wages", income(wages=0), {"-no_income"}),
    ("a month's pay of 99 yuan", person(0, monthly_income=9_999), {"wages_person"}),
    ("a month's pay of 100 yuan", person(0, monthly_income=10_000), set()),
    ("nobody can work", both(labour="无劳动力"), {"no_labour"}),
    ("nobody can work and it is flagged", several(both(labour="丧失劳动力"), household(no_labour=True)), set()),
    ("of one it is not known", person(0, labour="无劳动力"), set()),
    ("somebody can work after all", several(person(0, labour="普通劳动力"), household(no_labour=True)),
     {"labour_after_all"}),
    ("all are well", both(health="健康"), {"nobody_ill"}),
    ("one is ill", several(person(0, health="患有大病"), person(1, health="健康")), set()),
    ("an income of a year to come", income(period={"from": "2035-01-01", "to": "2035-12-31"}), {"income_period", "-no_income"}),
    ("an income whose days are turned round", income(period={"from": "2026-09-30", "to": "2025-10-01"}),
     {"income_period", "-no_income"}),
    ("red from today, the lead comes by night", several(household(kind=None), grade("red")),
     {"-no_income", "-unvisited", "-no_measure"}),
    ("red, looked into and no case", several(household(kind=None), grade("red"), lead),
     {"red_without_case", "-no_income", "-unvisited", "-no_measure"}),
    ("yellow and no case", several(household(kind=None), grade("yellow")), {"-no_income", "-unvisited", "-no_measure"}),
    ("red and monitored", grade("red"), set()),
    ("a bill of nobody", bill(person_id=None), {"bill_unclear"}),
    ("a bill completed later", several(bill(amount=None), bill(seq=9)), set()),
    ("a paper that is no bill", several(bill(amount=None), bill(seq=9, amount=None, void=True)), set()),
]  # fmt: skip


def test_each_check_finds_what_it_is_for_and_nothing_else(county: County) -> None:
    home, wrong = county.households[HOME], []
    with county.app.app_context():
        session, by = db.session(), terms(NOW)
        session.connection(execution_options={"field_writes": True})
        members = select(Person.id).where(Person.household_id == home).order_by(Person.position)
        people = list(session.scalars(members))
        session.execute(update(Person).where(Person.id.in_(people)).values(birth_date=date(1970, 5, 4)))
        for name, change, expected in TABLE:
            point = session.begin_nested()
            change(session, home, people)
            one = {item.check.code for item in of_household(session, home, by)}
            whole = {code for code, number in counts(session, by, HOME).items() if number}
            wanted = {code for code in {*ALWAYS, *expected} if code[0] != "-" and f"-{code}" not in expected}
            if not one == whole == wanted:
                wrong.append((name, one ^ wanted, whole ^ wanted))
            point.rollback()
    assert wrong == []
    tried = {code for _, _, expected in TABLE for code in expected} | {*ALWAYS}
    elsewhere = {"same_phone", "roster_against_correction"}
    assert {check.code for check in CHECKS} - tried == elsewhere, (
        "every check has its case here, below or with what it is of"
    )


def test_two_households_with_one_telephone_are_both_named_with_their_people(county: County) -> None:
    with county.app.app_context():
        session, by = db.session(), terms(NOW)
        heads = {
            village: session.scalars(
                select(Person.id).where(Person.household_id == county.households[village], Person.relation == "户主")
            ).one()
            for village in (HOME, NEXT)
        }
        session.execute(update(Person).where(Person.id.in_(list(heads.values()))).values(phone_index="x"))
        [check] = [check for check in CHECKS if check.code == "same_phone"]
        rows = found(session, check, by, "420626", 1, 10)
        assert [(one.region, people) for one, people in rows] == [(HOME, [heads[HOME]]), (NEXT, [heads[NEXT]])]
        assert counts(session, by, HOME, [check]) == {"same_phone": 1}
        assert found(session, check, by, "420626102", 1, 10) == []


def test_codes_are_there_once_and_all_are_looked_for() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("number", "birth", "sex", "fault"),
    [
        (make("420626", date(1968, 5, 4), 101), date(1968, 5, 4), "male", None),
        (make("420626", date(1968, 5, 4), 101), None, None, None),
        (make("420626", date(1968, 5, 4), 101), date(1968, 5, 5), "male", "birth"),
        (make("420626", date(1968, 5, 4), 102), date(1968, 5, 4), "male", "sex"),
        (make("420626", date(1968, 5, 4), 101)[:-1] + "Y", None, None, "number"),
        (None, date(1968, 5, 4), "male", None),
    ],
)
def test_a_number_is_held_against_the_person(
    number: str | None, birth: Any, sex: str | None, fault: str | None
) -> None:
    assert mismatch(number, birth, sex) == fault


def test_a_wrong_number_from_before_the_form_looked_at_it_is_found_on_the_household(small_county: County) -> None:
    wrong = make("420626", date(1968, 5, 4), 301)
    wrong = wrong[:17] + ("0" if wrong[17] != "0" else "1")
    visit = small_county.visit(members=[{"new": {"name": "陈小宝", "sex": "male", "id_number": wrong}}])
    by = small_county.actor("cadre")
    assert small_county.client("cadre").post("/api/visits", json=visit).status_code == 422
    with small_county.app.app_context():
        transact(lambda session: record_visit(session, visit, by, clock.now()))
        codes = {
            one.check.code for one in of_household(db.session(), small_county.households[HOME], terms(clock.now()))
        }
        assert "id_number" in codes


def test_the_data_is_looked_through_once_a_night_and_an_entry_tells_the_counts(county: County) -> None:
    with county.app.app_context():
        begin = sessions(county.app)
        with begin() as session:
            assert night.plan(session, JobKind.QUALITY, clock.now())
            assert night.plan(session, JobKind.QUALITY, clock.now()) is None, "once"
            session.commit()
        worker = Worker(begin, {JobKind.QUALITY: night.quality}, clock.now)
        while worker.step():
            pass
        entry = db.session.scalars(select(Entry).where(Entry.kind == "quality_counted")).one()
        said = json.loads(entry.payload)
        assert (entry.chain_id, said["counts"]["unvisited"]) == ("region:420626", 4)
        assert set(said["counts"]) == {check.code for check in CHECKS}
        later: datetime = clock.now() + timedelta(days=1)
        assert transact(lambda session: night.plan(session, JobKind.QUALITY, later))


def test_the_command_tells_the_counts(small_county: County) -> None:
    run = small_county.app.test_cli_runner().invoke
    answer = run(args=["quality", "--json"])
    assert answer.exception is None
    told = json.loads(answer.stdout)
    assert (told["counts"]["no_income"], set(told["counts"])) == (4, {check.code for check in CHECKS})
    assert "监测户没有收入" in run(args=["quality"]).output


def test_many_households_are_judged_at_once_as_each_of_them_is(county: County) -> None:
    by = terms(clock.now())
    with county.app.app_context():
        ids = sorted(county.households.values())
        each = {one: [found.check for found in of_household(db.session(), one, by)] for one in ids}
        assert of_households(db.session(), [*ids, "nobody"], by) == {one: each[one] for one in ids if each[one]}
