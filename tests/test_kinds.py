"""监测类别的故事: identified under the pack of 2026, counted in the three kinds and in the new one, and opened by each."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from field import clock, worker
from field.codes import Kind
from field.db import db, transact
from field.monitoring.board.standings import statistics_on
from field.monitoring.board.statistics import told_kind
from field.monitoring.board.until import Until
from field.monitoring.policy.shelf import OURS, shelf, use_shelf
from field.monitoring.rebuild import rebuild
from field.monitoring.refusals import Refused
from field.monitoring.roster.enrol import enrol
from field.monitoring.workdays import china_day
from field.registry.households import Household
from tests.county import County, household
from tests.monitoring.casework import HOME, NOTE, do, home_of, opened, the_case, to_monitored, visited
from tests.web.office import Browser, browser, links, words

COUNTY, AGO = "420626", timedelta(days=20)
CALLED = "防止返贫致贫对象"


def identified(county: County, then: datetime) -> None:
    """By a case from a declaration, seven days later."""
    case = opened(county, HOME, "cadre", then)
    visited(county, HOME, "cadre", then)
    to_monitored(county, case, then)


def listed(office: Browser, **asked: Any) -> int:
    """How many households the list shows under an address."""
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    page = words(office.page(f"/households?region={COUNTY}&{query}"))
    return int(page.partition("共 ")[2].partition(" 户")[0])


@pytest.mark.parametrize(
    ("kind", "formerly_poor", "told"),
    [
        ("unstable", True, "unstable"), ("unstable", False, "unstable"), ("marginal", True, "marginal"),
        ("sudden", True, "sudden"), ("sudden", False, "sudden"), ("at_risk", True, "unstable"),
        ("at_risk", False, "marginal"), (None, True, None), (None, False, None),
    ],
)  # fmt: skip
def test_each_kind_is_told_as_one_of_the_three(
    small_county: County, kind: str | None, formerly_poor: bool, told: str | None
) -> None:
    with small_county.app.app_context():
        db.session.execute(update(Household).values(kind=kind, formerly_poor=formerly_poor))
        assert set(db.session.scalars(select(told_kind))) == {told}


@pytest.mark.unlisted(HOME)
def test_a_household_at_risk_is_shown_as_recorded_and_each_number_opens_what_it_counts(county: County) -> None:
    identified(county, clock.now() - AGO)
    office = browser(county, "county")
    figures = county.client("county").get("/api/statistics").get_json()
    assert {kind: share["households"] for kind, share in figures["by_kind"].items()} == {
        "unstable": 4, "marginal": 0, "sudden": 0,
    }  # fmt: skip
    assert (figures["households"], figures["persons"], figures["at_risk"]) == (4, 8, 1)
    board = office.page("/")
    assert f"2026 年起统称{CALLED}，合计就是它的户数；已这样记下的有 1 户" in words(board)
    assert f"/households?region={COUNTY}&kind=at_risk" in links(board)
    for kind, number in (("unstable", 4), ("marginal", 0), ("sudden", 0), ("at_risk", 1), ("any", 4), ("none", 0)):
        assert listed(office, kind=kind) == number, kind
        assert county.client("county").get(f"/api/households?kind={kind}").get_json()["total"] == number, kind
    home = home_of(county, HOME)
    assert county.client("cadre").get(f"/api/households/{home.id}/form").get_json()["kind"] == "at_risk"
    month = f"{china_day(clock.now() - AGO + timedelta(days=7)):%Y-%m}"
    for path in (f"/households/{home.id}", f"/approvals?month={month}", "/households?kind=at_risk"):
        assert CALLED in words(office.page(path)), path
    assert exported(county, office) == [["H0000", CALLED], *([f"H000{n}", "脱贫不稳定户"] for n in (1, 2, 3))]


@pytest.mark.unlisted(HOME)
def test_the_bulletin_tells_the_one_kind_of_2026_from_then_on_as_the_ledger_stood(county: County) -> None:
    identified(county, clock.now() - AGO)
    office, this = browser(county, "county"), china_day(clock.now())
    with county.app.app_context():
        figures = statistics_on(db.session(), COUNTY, 6, clock.now())[COUNTY]
    assert (figures["at_risk"], figures["households"]) == (1, 4)
    told = f"2026 年起统称{CALLED}，已这样记下的有 1 户，占 25.0%"
    assert told in words(office.page(f"/bulletin?month={this:%Y-%m}"))
    assert f"统称{CALLED}，已这样记下的有 0 户" in words(office.page("/bulletin?month=2026-01"))
    assert CALLED not in words(office.page("/bulletin?month=2025-12")).partition("三类户")[0]


def exported(county: County, office: Browser) -> list[list[str]]:
    """All that are told as 脱贫不稳定户."""
    assert office.send("/exports", column=["number", "kind"], format="csv", kind="unstable").status_code == 303
    while worker.worker(county.app).step():
        pass
    [path] = [link for link in links(office.page("/exports")) if link.endswith("/file")]
    return list(csv.reader(io.StringIO(office.get(path).data.decode("utf-8-sig"))))[2:]


@pytest.mark.unlisted(HOME)
def test_a_past_day_keeps_as_what_a_household_was_told_then(county: County) -> None:
    identified(county, clock.now() - AGO)
    corrected: Any = household(HOME, 0) | {"formerly_poor": False, "kind": "at_risk"}
    with county.app.app_context():
        transact(lambda session: enrol(session, [corrected], "county", clock.now()))
    assert home_of(county, HOME).kind == "at_risk"
    office, today = browser(county, "county"), china_day(clock.now())
    for on, told, others in ((today - timedelta(days=1), "unstable", 0), (None, "marginal", 3)):
        with county.app.app_context():
            figures = statistics_on(db.session(), COUNTY, 6, Until(on or today).ends)[COUNTY]
        assert figures["at_risk"] == listed(office, kind="at_risk", on=on) == 1
        for kind, share in figures["by_kind"].items():
            assert listed(office, kind=kind, on=on) == share["households"]
            assert share["households"] == (kind == told) + others * (kind == "unstable")
        page = office.page(f"/?on={on}" if on else "/")
        assert "已这样记下的有 1 户" in words(page)
    with county.app.app_context():
        assert transact(rebuild).differing == ()


@pytest.mark.unlisted(HOME)
@pytest.mark.parametrize(
    ("then", "kinds"),
    [(datetime(2025, 12, 8, 2, tzinfo=UTC), ["unstable", "marginal", "sudden"]), (clock.now() - AGO, ["at_risk"])],
    ids=["2022", "2026"],
)
def test_the_county_is_offered_the_kinds_of_the_cases_own_pack(
    small_county: County, then: datetime, kinds: list[str]
) -> None:
    case = waiting(small_county, then)
    told = small_county.client("county").get(f"/api/cases/{case}").get_json()
    [approval] = [one["content"] for one in told["offered"] if one["action"] == "advance"]
    assert approval["$defs"]["Kind"]["enum"] == kinds
    page = browser(small_county, "county").page(f"/cases/{case}")
    chosen = page.partition('<select name="kind">')[2].partition("</select>")[0]
    assert [one for one in Kind if f'value="{one}"' in chosen] == kinds
    assert ("selected" in chosen) is (len(kinds) == 1), "one alone is chosen already"
    other = NOTE | {"kind": "marginal", "risk_factors": ["illness"]}
    with pytest.raises(Refused, match=f"可以定的类别是：{Kind(kinds[0]).label}"):
        do(small_county, case, "advance", "county", clock.now(), other)


def waiting(county: County, then: datetime) -> str:
    """A case that waits for the county."""
    case = opened(county, HOME, "cadre", then)
    visited(county, HOME, "cadre", then)
    for place, by in enumerate(("cadre", "town", "cadre", "cadre", "cadre", "town")):
        later = then + timedelta(days=7 * (place > 3))
        do(county, case, "post_notice" if place == 3 else "advance", by, later)
    return case


@pytest.mark.unlisted(HOME)
def test_a_kind_is_called_as_the_pack_calls_it_by_which_the_case_is_judged(
    small_county: County, tmp_path: Path
) -> None:
    former, then = shelf().own, clock.now() - AGO
    text = (OURS / "2026.toml").read_text(encoding="utf-8").replace("version = 4", "version = 5", 1)
    (tmp_path / "2026.toml").write_text(text.replace(f'name = "{CALLED}"', 'name = "县里的重点户"'), encoding="utf-8")
    use_shelf(tmp_path)
    try:
        case = opened(small_county, HOME, "cadre", then)
        visited(small_county, HOME, "cadre", then)
        for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre")):
            do(small_county, case, action, by, then)
        for by in ("cadre", "town"):
            do(small_county, case, "advance", by, then + timedelta(days=7))
        office, county = browser(small_county, "county"), "county"
        page = office.page(f"/cases/{case}")
        assert ("县里的重点户" in page, CALLED in page) == (True, False)
        wrong = NOTE | {"kind": "unstable", "risk_factors": ["illness"]}
        with pytest.raises(Refused, match="可以定的类别是：县里的重点户"):
            do(small_county, case, "advance", county, then + timedelta(days=7), wrong)
        do(small_county, case, "advance", county, then + timedelta(days=7))
        month = f"{china_day(then + timedelta(days=7)):%Y-%m}"
        for path in (f"/cases/{case}", f"/households/{small_county.households[HOME]}", f"/approvals?month={month}"):
            assert "县里的重点户" in words(office.page(path)), path
    finally:
        use_shelf(former)
    assert the_case(small_county, HOME).kind == Kind.AT_RISK
