"""利益联结: an enterprise, its ties to households, what it paid and what is late, every act an entry."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.help_codes import TieAction
from field.ledger.verify import verify
from field.monitoring.cases.cases import OtherContent, Stale
from field.monitoring.help.partners import Asked, Partner, Tie, act
from field.monitoring.help.tie_list import partners, payments, ties, ties_of
from field.monitoring.rebuild import rebuild
from field.monitoring.refusals import OutOfOrder, Refused
from field.registry.rights import NotAllowed
from field.worker import signer
from tests.county import County
from tests.monitoring.casework import HOME, NEXT

NOW = clock.now()
DAY = date(2026, 11, 20)
FARM: dict[str, Any] = {"kind": "family_farm", "title": "老陈家庭农场", "region": HOME}
TEA: dict[str, Any] = {"kind": "cooperative", "title": "高山茶叶合作社", "region": "420626107"}
ORDER: dict[str, Any] = {"kind": "order", "promised": 600_000, "from": "2024-06-01"}


def recorded(
    county: County, by: str, action: str, of: str = "", expected: int = 0, key: str = "", **said: Any
) -> tuple[str, int]:
    """The place of the entry."""
    actor, asked = county.actor(by), Asked(TieAction(action), said, key or str(uuid7()), expected, of)
    with county.app.app_context():
        entry = transact(lambda session: act(session, asked, actor, NOW))
        return entry.chain_id, entry.seq


def the_partner(county: County, title: str) -> str:
    with county.app.app_context():
        return db.session.scalars(select(Partner.id).where(Partner.title == title)).one()


def the_tie(county: County, household_id: str) -> Tie:
    with county.app.app_context():
        mine = select(Tie).where(Tie.household_id == household_id).execution_options(populate_existing=True)
        return db.session.scalars(mine).one()


def test_a_cooperative_that_pays_one_year_and_not_the_next_is_shown_as_late(county: County) -> None:
    home = county.households[HOME]
    recorded(county, "town", "add", **TEA)
    recorded(county, "town", "add", **FARM)
    recorded(county, "town", "tie", home, partner_id=the_partner(county, TEA["title"]), **ORDER)
    tie = the_tie(county, home)
    recorded(county, "town", "pay", tie.id, tie.seq, paid_on="2025-06-20", amount=250_000)
    tie = the_tie(county, home)
    recorded(county, "county", "pay", tie.id, tie.seq, paid_on="2025-07-20", amount=350_000, note="补齐")
    with county.app.app_context():
        [line] = ties_of(db.session(), home, DAY)
        assert (line.paid, line.owed, line.behind) == (600_000, 1_200_000, 600_000)
        assert (line.late_since, line.last_paid_on) == (date(2026, 6, 1), date(2025, 7, 20))
        assert [one.amount for one in payments(db.session(), [tie.id])[tie.id]] == [350_000, 250_000]
        found = partners(db.session(), county.actor("town"), DAY)
        assert [(one.partner.title, one.households, one.promised, one.late) for one in found] == [
            ("高山茶叶合作社", 1, 600_000, 1), ("老陈家庭农场", 0, 0, 0)
        ]  # fmt: skip
        assert [one.partner.title for one in partners(db.session(), county.actor("town2"), DAY)] == []
        assert ties(db.session(), county.actor("town2"), DAY) == []
    tie = the_tie(county, home)
    recorded(county, "town", "end", tie.id, tie.seq, to="2026-06-01", note="不再收购")
    with county.app.app_context():
        [line] = ties_of(db.session(), home, date(2030, 1, 1))
        assert (line.owed, line.tie.ends_on) == (1_200_000, date(2026, 6, 1))
        assert verify(db.session(), signer(county.app.config["FIELD"]).verifier).sound
        assert transact(rebuild).differing == ()


def test_a_county_enterprise_is_tied_in_every_town_and_a_villages_farm_not_in_another_town(
    small_county: County,
) -> None:
    recorded(small_county, "county", "add", kind="enterprise", title="县供销公司", region="420626")
    recorded(small_county, "town", "add", **FARM)
    big, farm = the_partner(small_county, "县供销公司"), the_partner(small_county, FARM["title"])
    there = small_county.households["420626102201"]
    recorded(small_county, "town2", "tie", there, partner_id=big, **ORDER)
    for by, of, partner in (
        ("town2", there, farm), ("town2", small_county.households[HOME], big), ("cadre", small_county.households[HOME], farm),
        ("medical", there, big), ("town", small_county.households[HOME], str(uuid7())),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            recorded(small_county, by, "tie", of, partner_id=partner, **ORDER)
    nowhere = ("county", "420626999"), ("town", "420626107999")
    for by, region in (("town", "420626"), ("town", "420626102"), ("cadre", HOME), ("medical", "420626"), *nowhere):
        with pytest.raises(NotAllowed):
            recorded(small_county, by, "add", kind="enterprise", title="别处的公司", region=region)


def test_nothing_is_recorded_twice_or_from_a_stale_page(small_county: County) -> None:
    home, key = small_county.households[HOME], str(uuid7())
    first = recorded(small_county, "town", "add", key=key, **TEA)
    assert recorded(small_county, "town", "add", key=key, **TEA) == first
    with pytest.raises(OtherContent):
        recorded(small_county, "town", "add", key=key, **TEA | {"title": "另一个合作社"})
    with pytest.raises(OutOfOrder, match="同名"):
        recorded(small_county, "county", "add", **TEA)
    partner = the_partner(small_county, TEA["title"])
    recorded(small_county, "town", "tie", home, partner_id=partner, **ORDER)
    with pytest.raises(OutOfOrder, match="同样的联结"):
        recorded(small_county, "county", "tie", home, partner_id=partner, **ORDER)
    tie, key = the_tie(small_county, home), str(uuid7())
    paid: dict[str, Any] = {"paid_on": "2025-06-20", "amount": 250_000}
    first = recorded(small_county, "town", "pay", tie.id, tie.seq, key, **paid)
    assert recorded(small_county, "town", "pay", tie.id, tie.seq, key, **paid) == first
    with pytest.raises(Stale):
        recorded(small_county, "county", "pay", tie.id, tie.seq, **paid)
    with small_county.app.app_context():
        assert [one.paid for one in ties_of(db.session(), home, DAY)] == [250_000]


@pytest.mark.parametrize(
    ("again", "twice"),
    [
        ({"from": "2025-12-31"}, True),
        ({"from": "2026-01-01"}, False),
        ({"from": "2024-01-01", "to": "2025-01-01"}, True),
        ({"from": "2024-01-01", "to": "2024-12-31"}, False),
    ],
)
def test_a_tie_for_one_year_is_not_promised_twice_and_follows_the_one_of_the_year_before(
    small_county: County, again: dict[str, str], twice: bool
) -> None:
    home, year = small_county.households[HOME], {"from": "2025-01-01", "to": "2025-12-31"}
    recorded(small_county, "town", "add", **TEA)
    partner = the_partner(small_county, TEA["title"])
    recorded(small_county, "town", "tie", home, partner_id=partner, **ORDER | year)
    with pytest.raises(OutOfOrder, match="同样的联结") if twice else nullcontext():
        recorded(small_county, "county", "tie", home, partner_id=partner, **ORDER | again)


@pytest.mark.parametrize(
    ("action", "change", "field"),
    [
        ("add", {"title": " "}, "title"), ("add", {"kind": "bank"}, "kind"), ("add", {"region": "42"}, "region"),
        ("tie", {"promised": 0}, "promised"), ("tie", {"promised": "许多"}, "promised"), ("tie", {"to": "2020-01-01"}, "to"),
        ("tie", {"from": "昨天"}, "from"), ("pay", {"paid_on": "2099-01-01"}, "paid_on"),
        ("pay", {"paid_on": "2024-01-01"}, "paid_on"), ("pay", {"amount": -5}, "amount"), ("end", {"note": ""}, "note"),
        ("end", {"to": "2020-01-01"}, "to"),
    ],
)  # fmt: skip
def test_every_fault_is_named(small_county: County, action: str, change: dict[str, Any], field: str) -> None:
    home = small_county.households[NEXT]
    recorded(small_county, "town", "add", **TEA)
    partner = the_partner(small_county, TEA["title"])
    recorded(small_county, "town", "tie", home, partner_id=partner, **ORDER)
    tie = the_tie(small_county, home)
    sound: dict[str, dict[str, Any]] = {
        "add": FARM, "tie": ORDER | {"partner_id": partner, "kind": "job"}, "end": {"to": "2026-01-01", "note": "不再收购"},
        "pay": {"paid_on": "2025-06-20", "amount": 100},
    }  # fmt: skip
    of = {"tie": home, "add": ""}.get(action, tie.id)
    with pytest.raises(Refused) as refused:
        recorded(small_county, "town", action, of, tie.seq, **sound[action] | change)
    assert [one["field"] for one in refused.value.faults] == [field]
