"""村级救助基金: from a gift to help paid out, each act one entry; twice is once, and a rebuild finds the same."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from field import clock
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.ledger.verify import verify
from field.monitoring.cases.cases import OtherContent, Stale
from field.monitoring.help.fund_books import Balances, FundPosting
from field.monitoring.rebuild import rebuild
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.registry.households import Household
from field.registry.rights import NotAllowed
from field.worker import signer
from tests.county import County
from tests.monitoring.casework import do, to_monitored, visited
from tests.monitoring.casework import opened as opened_case
from tests.monitoring.fundwork import FAR, HOME, NEXT, applied, books, done, given, returned, standing


def test_a_gift_becomes_help_with_two_signatures_and_all_of_it_is_in_the_ledger(county: County) -> None:
    gift = given(county, "3,000.50", donor={"name": "王大方"})
    one = applied(county, "1200")
    assert standing(county, one).signed == [["village", "cadre"]]
    assert done(county, one, "sign", "town").state == "approved"
    assert books(county) == Balances(300_050, 120_000, 300_050, 120_000)
    assert done(county, one, "pay", "cadre").state == "paid"
    with pytest.raises(WrongHands, match="这笔钱是您发的"):
        done(county, one, "refund", "cadre")
    assert done(county, one, "refund", "town").refunded == 10_000
    assert books(county) == Balances(190_050, 0, 300_050, 110_000)
    with county.app.app_context():
        session = db.session()
        assert gift.chain_id == f"region:{HOME}"
        assert "王大方" not in gift.payload, "a name is sealed"
        assert opened(session, [gift])[0]["content"]["donor"]["name"] == "王大方"
        own = select(Entry.kind).where(Entry.chain_id == county.households[HOME]).order_by(Entry.seq)
        assert [kind for kind in session.scalars(own) if "fund" in kind] == [
            "fund_application", "fund_step", "fund_payment", "fund_refund"
        ]  # fmt: skip
        assert sum(session.scalars(select(FundPosting.amount))) == 0
        assert transact(rebuild).differing == ()
        assert verify(db.session(), signer(county.app.config["FIELD"]).verifier).sound
    assert books(county) == Balances(190_050, 0, 300_050, 110_000)


def test_a_rebuild_finds_a_posting_that_was_changed_by_hand(small_county: County) -> None:
    given(small_county, "100")
    with small_county.app.app_context():
        db.session.execute(update(FundPosting).values(amount=FundPosting.amount * 2))
        db.session.commit()
        assert transact(rebuild).differing == ("fund_posting",)


def test_the_same_sending_twice_is_once_and_other_content_is_refused(county: County) -> None:
    key = "01990000-0000-7000-8000-000000000001"
    first = given(county, "500", key=key)
    assert given(county, "500.00", key=key).hash == first.hash
    with pytest.raises(OtherContent):
        given(county, "501", key=key)
    with pytest.raises(OtherContent):
        given(county, "500", "town", key=key)
    wish = "01990000-0000-7000-8000-000000000002"
    one = applied(county, "100", key=wish)
    assert applied(county, "100", key=wish) == one
    seq, sign = standing(county, one).seq, "01990000-0000-7000-8000-000000000003"
    for _twice in range(2):
        assert done(county, one, "sign", "town", expected=seq, key=sign).state == "approved"
    assert books(county) == Balances(50_000, 10_000, 50_000, 10_000)


def test_a_stale_page_and_another_region_are_refused(county: County) -> None:
    given(county, "500")
    one = applied(county, "100")
    seq = standing(county, one).seq
    done(county, one, "sign", "town")
    with pytest.raises(Stale):
        done(county, one, "cancel", "cadre", expected=seq)
    for stranger in ("cadre2", "town2"):
        with pytest.raises(NotAllowed):
            done(county, one, "cancel", stranger)
        with pytest.raises(NotAllowed):
            given(county, "1", stranger)
        with pytest.raises(NotAllowed):
            applied(county, "1", stranger)
    with pytest.raises(NotAllowed):
        given(county, "1", "county", "420626999999")
    assert books(county, FAR) == Balances()


def test_large_help_needs_the_county_too_and_what_is_promised_is_not_there_twice(county: County) -> None:
    given(county, "3500")
    one = applied(county, "3000")
    assert done(county, one, "sign", "town").state == "applied"
    assert done(county, one, "sign", "county").state == "approved"
    with county.app.app_context():
        moved = select(Household).where(Household.id == county.households[NEXT])
        db.session.scalars(moved).one().region = HOME
        db.session.commit()
    other = applied(county, "600", "cadre", NEXT)
    with pytest.raises(Refused, match=r"能用的只有 500\.00 元"):
        done(county, other, "sign", "town")
    assert done(county, one, "cancel", "cadre").state == "cancelled"
    assert done(county, other, "sign", "town").state == "approved"
    assert books(county) == Balances(350_000, 60_000, 350_000, 60_000)


def test_a_household_gets_no_more_in_a_year_than_the_pack_permits(county: County) -> None:
    given(county, "30000")
    one = applied(county, "9000")
    done(county, one, "sign", "town")
    done(county, one, "sign", "county")
    done(county, one, "pay", "town")
    with pytest.raises(Refused, match=r"今年还能救助 1,000\.00 元"):
        applied(county, "1000.01")
    assert applied(county, "1000")


def test_a_gift_is_given_back_once_by_another_person_and_only_while_it_is_there(county: County) -> None:
    gift = given(county, "500", "town")
    with pytest.raises(WrongHands, match="乡镇、县"):
        returned(county, gift, "cadre")
    with pytest.raises(WrongHands, match="另一个人"):
        returned(county, gift, "town")
    one = applied(county, "100")
    done(county, one, "sign", "town")
    with pytest.raises(Refused, match=r"能用的只有 400\.00 元"):
        returned(county, gift, "county")
    done(county, one, "cancel", "cadre")
    first = returned(county, gift, "county")
    assert returned(county, gift, "county").hash == first.hash
    with pytest.raises(OutOfOrder, match="已经退还"):
        returned(county, gift, "county", note="又一个原因")
    assert books(county) == Balances()


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"amount": "-1", "on": "2999-01-01", "way": "gold"}, {"amount", "on", "way"}),
        ({"amount": "1e30"}, {"amount", "on", "way"}),
        ({"amount": "0.001", "on": "昨天", "way": "cash"}, {"amount", "on"}),
        ({"amount": "0", "on": "1912-01-01", "way": "cash", "more": "x"}, {"amount", "on", "more"}),
    ],
)
def test_every_fault_of_a_gift_is_named_and_nothing_is_recorded(
    small_county: County, content: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Refused) as told:
        given(small_county, **({"on": "", "way": ""} | content))
    assert {one["field"] for one in told.value.faults} == fields
    assert books(small_county) == Balances()


def test_help_is_not_paid_in_the_future_nor_before_it_was_signed(small_county: County) -> None:
    given(small_county, "500")
    one = applied(small_county, "100")
    done(small_county, one, "sign", "town")
    said = {"way": "cash", "receiver": {"name": "陈大一"}, "photos": ["a" * 64]}
    for days, words in ((2, "不能是将来的日子"), (-2, "不能早于签批完的")):
        on = (clock.now() + timedelta(days=days)).date().isoformat()
        with pytest.raises(Refused, match=words) as told:
            done(small_county, one, "pay", "cadre", said | {"on": on})
        assert {fault["field"] for fault in told.value.faults} == {"on", "photos"}


@pytest.mark.postgres
def test_many_at_once_never_pay_more_than_is_there(county: County) -> None:
    given(county, "150")
    one = applied(county, "100")
    with county.app.app_context():
        db.session.execute(update(Household).where(Household.id == county.households[NEXT]).values(region=HOME))
        db.session.commit()
    other = applied(county, "100", "cadre", NEXT)
    told: list[str] = []

    def sign(wish: str) -> None:
        try:
            told.append(done(county, wish, "sign", "town").state)
        except Refused:
            told.append("refused")

    threads = [threading.Thread(target=sign, args=(wish,)) for wish in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(told) == ["approved", "refused"]
    assert books(county) == Balances(15_000, 10_000, 15_000, 10_000)


def test_the_needed_signatures_stand_in_the_entry_of_the_application(small_county: County) -> None:
    one = applied(small_county, "3000")
    with small_county.app.app_context():
        entry = db.session.get_one(Entry, (small_county.households[HOME], standing(small_county, one).seq))
        said = json.loads(entry.payload)
    assert said["needs"] == ["village", "town", "county"]
    assert said["pack"].startswith("2026.")


@pytest.mark.unlisted(HOME)
def test_a_household_that_has_left_gets_no_new_help_and_what_was_asked_before_goes_on(county: County) -> None:
    given(county, "1000")
    before = applied(county, "100")
    case, now = opened_case(county, HOME, "cadre", clock.now()), clock.now()
    visited(county, HOME, "cadre", now)
    to_monitored(county, case, now)
    for action, by in (("move_away", "town"), ("confirm_move_away", "county")):
        do(county, case, action, by, now + timedelta(days=8))
    assert done(county, before, "sign", "town").state == "approved"
    assert done(county, before, "pay", "cadre").state == "paid"
    with pytest.raises(Refused, match="迁出"):
        applied(county, "100")
