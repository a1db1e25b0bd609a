"""当时的等级: a past day shows the grades of then, whatever came after and however the ledger is derived again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Grade
from field.db import db, transact
from field.ledger.facts import DAY, HALF_LIFE, Fact, trusted, worth
from field.monitoring.board.standings import statistics_on
from field.monitoring.board.statistics import figures_of, statistics
from field.monitoring.board.until import Until
from field.monitoring.household_file import Sought, households
from field.monitoring.rebuild import rebuild
from field.monitoring.risk.grade_standings import grade_on, grades_on
from field.monitoring.risk.judgement import Judgement, basis
from field.monitoring.risk.sweep import sweep_slice
from field.monitoring.workdays import china_day
from field.registry.households import Household
from tests.any_history import History
from tests.county import County
from tests.test_any_history import crowd

COUNTY = "420626"
Grades = dict[str, str]


@pytest.fixture
def crowded(county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """A county in which chance finds everybody whom it needs, on both databases."""
    return crowd(county, monkeypatch)


def judged_now(session: Session) -> Grades:
    """The grade of every household as its judgement says it."""
    rows = session.execute(
        select(Household.id, Judgement.grade).outerjoin(Judgement, Judgement.household_id == Household.id)
    )
    return {one: grade or Grade.NONE.value for one, grade in rows}


def lived_and_seen(county: County, seed: int) -> tuple[History, dict[date, tuple[Grades, dict[str, int]]]]:
    """A history of months with a sweep now and then, and what each day's end showed: all grades, the board's."""
    history = History(county, county.app.extensions["field_vault"], seed, clock.now() + timedelta(minutes=1))
    seen: dict[date, tuple[Grades, dict[str, int]]] = {}
    for step in range(150):
        history.go_on(1)
        with county.app.app_context():
            if step % 10 == 0:
                transact(lambda session: sweep_slice(session, basis(history.now), "", history.now))
            board = statistics(db.session(), COUNTY)["by_grade"]
            seen[china_day(history.now)] = judged_now(db.session()), board
    return history, seen


@pytest.mark.parametrize("seed", [2, 5])
def test_each_past_day_shows_what_was_judged_by_its_end(crowded: County, seed: int) -> None:
    _, seen = lived_and_seen(crowded, seed)
    assert len({tuple(sorted(grades.items())) for grades, _ in seen.values()}) > 3, "nothing ever changed"
    with crowded.app.app_context():
        session = db.session()
        for day, (grades, board) in seen.items():
            assert grades_on(session, grades, day) == grades, day
            figures = statistics_on(session, COUNTY, 6, Until(day).ends).get(COUNTY) or figures_of(COUNTY)
            assert figures["by_grade"] == board, day
            for grade in (Grade.RED, Grade.ORANGE, Grade.YELLOW):
                sought = Sought(region=COUNTY, kind="any", grade=grade.value, on=day)
                _, total = households(session, crowded.actor("county"), sought)
                assert total == board[grade], (day, grade)


def test_deriving_the_ledger_again_leaves_past_days_as_they_were(crowded: County) -> None:
    _, seen = lived_and_seen(crowded, 3)
    with crowded.app.app_context():
        transact(rebuild)
        for day, (grades, _) in seen.items():
            assert grades_on(db.session(), grades, day) == grades, day


def test_before_anything_was_judged_there_was_no_grade(crowded: County) -> None:
    with crowded.app.app_context():
        rows = db.session().scalars(select(grade_on(Household.id, date(2021, 3, 3))))
        assert set(rows) == {Grade.NONE.value}


def test_how_sure_a_fact_is_is_kept_as_it_would_be_counted(crowded: County) -> None:
    history = History(crowded, crowded.app.extensions["field_vault"], 4, clock.now() - timedelta(days=90))
    history.go_on(60)
    usual, other = HALF_LIFE["others"], HALF_LIFE["others"] + 1
    with crowded.app.app_context():
        rows = (
            db.session()
            .execute(select(Fact.trusted, func.floor(trusted(Fact, other)), Fact.level).where(Fact.level.in_(range(6))))
            .all()
        )
    assert len({level for *_, level in rows}) > 1
    for kept, counted, level in rows:
        more = worth(other).get(level, 0) - worth(usual).get(level, 0)
        assert kept + more == int(counted)
        assert more <= 3 * DAY
