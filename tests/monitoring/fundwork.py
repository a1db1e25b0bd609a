"""A village's fund for tests: donations and the steps of an application, by those whose step it is."""

from datetime import datetime
from typing import Any

from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.ledger.entries import Entry
from field.monitoring.help.fund import Asked, FundApplication, act, apply
from field.monitoring.help.fund_books import Balances, balances
from field.monitoring.help.fund_codes import FundAction
from field.monitoring.help.fund_donations import donate, give_back
from field.monitoring.workdays import china_day
from tests.county import County

HOME, NEXT, FAR = "420626107204", "420626107205", "420626102201"
NOTE = {"note": "孩子住院"}


def asked(action: str, content: Any = None, expected: int = 0, key: str = "") -> Asked:
    return Asked(FundAction(action), content or {}, key or str(uuid7()), expected)


def paper(now: datetime, **more: Any) -> dict[str, Any]:
    return {"on": china_day(now).isoformat(), "way": "bank"} | more


def given(county: County, amount: str, by: str = "cadre", village: str = HOME, key: str = "", **more: Any) -> Entry:
    """A donation."""
    actor, now = county.actor(by), more.pop("now", None) or clock.now()
    wanted = asked("donate", paper(now, amount=amount) | more, key=key)
    with county.app.app_context():
        return loaded(transact(lambda session: donate(session, village, wanted, actor, now)))


def loaded(entry: Entry) -> Entry:
    """An entry that can be read after its session; one that was found again was expired by the commit."""
    if entry in db.session:
        db.session.refresh(entry)
    return entry


def returned(county: County, donated: Entry, by: str, **more: Any) -> Entry:
    """A donation given back."""
    actor, now = county.actor(by), clock.now()
    village, wanted = donated.chain_id.removeprefix("region:"), asked("give_back", paper(now) | NOTE | more)
    with county.app.app_context():
        return loaded(transact(lambda session: give_back(session, village, donated.seq, wanted, actor, now)))


def applied(county: County, amount: str, by: str = "cadre", village: str = HOME, key: str = "", **more: Any) -> str:
    """An application of the village's household; its id."""
    actor, home, now = county.actor(by), county.households[village], more.pop("now", None) or clock.now()
    wanted = asked("apply", {"amount": amount, "applicant": {"name": "陈大一"}} | NOTE | more, key=key)
    with county.app.app_context():
        entry = transact(lambda session: apply(session, home, wanted, actor, now))
        return db.session.query(FundApplication).filter_by(household_id=home, seq=entry.seq).one().id


def done(county: County, one: str, action: str, by: str, content: Any = None, **more: Any) -> FundApplication:
    """The next act, from the page as it stands unless the test says otherwise."""
    now = more.get("now") or clock.now()
    actor, said = county.actor(by), content if content is not None else needed(action, now)
    wanted = asked(action, said, more.get("expected") or standing(county, one).seq, more.get("key", ""))
    with county.app.app_context():
        transact(lambda session: act(session, one, wanted, actor, now))
    return standing(county, one)


def needed(action: str, now: datetime) -> dict[str, Any]:
    """All that the act needs."""
    if action == "pay":
        return paper(now, receiver={"name": "陈大一"})
    return {} if action == "sign" else paper(now, amount="100") | NOTE if action == "refund" else dict(NOTE)


def standing(county: County, one: str) -> FundApplication:
    with county.app.app_context():
        return db.session.get_one(FundApplication, one, populate_existing=True)


def books(county: County, village: str = HOME) -> Balances:
    with county.app.app_context():
        return balances(db.session(), village)
