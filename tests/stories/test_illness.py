"""白血病的故事: an old phone's four messages, help before the procedure, what late bills lose, and a case for years."""

import re
from typing import Any

import pytest

from field.db import db, transact
from field.ledger.verify import verify
from field.messaging.connected import Connected
from field.messaging.providers.twilio import Twilio
from field.monitoring.rebuild import rebuild
from field.worker import signer
from tests.county import County
from tests.messaging.test_story import DECLARED, Sms
from tests.monitoring.casework import HOME
from tests.stories.walking import NOTE, Walk
from tests.web.office import Browser, browser, words


@pytest.fixture
def walk(county: County, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """The household is on the roster and not monitored; its story is of one year, and does not begin at the turn of it."""
    county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", twilio=Twilio("token"))
    walk = Walk(county, monkeypatch)
    if walk.today.month in (12, 1):
        walk.days_later(62)
    return walk


def bill(person: str, day: str, digest: str) -> dict[str, Any]:
    amounts = {"amount": 4_500_000, "compliant_amount": 3_800_000}
    return {"sha256": digest * 64, "kind": "receipt", "issued_on": day, "person_id": person, **amounts}


def form(who: Browser, path: str, **fields: Any) -> str:
    """Send the form of a page as it stands; where it leads."""
    hidden = dict(re.findall(r'name="(key|expected)" value="([^"]+)"', who.page(path)))
    sent = who.send(path, **hidden, **fields)
    assert sent.status_code == 303, words(sent.text)
    return sent.headers["Location"]


@pytest.mark.unlisted(HOME)
def test_a_leukaemia_household_from_its_first_message_to_a_case_for_years(walk: Walk) -> None:
    sms = Sms(walk.county)
    sms.bind()
    assert "受理号" in sms.declare(*DECLARED)
    [lead] = walk.get("/api/leads", "cadre")["items"]
    patient = walk.get(f"/api/households/{walk.home}")["members"][0]["id"]
    early = f"{walk.today.year}-01-02"
    walk.visit(evidence=[bill(patient, early, "a")], risk_factors=["illness"])
    walk.open(lead)

    assert walk.step("county", "green_channel", **NOTE)["green"] is True
    walk.helped("illness", "medical_relief", amount=500_000)
    assert walk.ladder("at_risk", "illness")["state"] == "monitored"
    told = walk.get(f"/api/households/{walk.home}")
    assert (told["kind"], told["identified_on"]) == ("at_risk", f"{walk.today}")

    walk.visit(evidence=[bill(patient, f"{walk.today}", "b")])
    [year] = walk.get(f"/api/households/{walk.home}/relief", "town")["years"]
    assert (year["before_identification"], year["compliant"], year["amount"]) == (3_800_000, 7_600_000, 9_000_000)
    assert year["lost"] > 0, "the bill from before the identification gets neither layer"
    assert year["basic"] + year["tilted"] + year["borne"] == year["amount"]
    fund_and_long_term(walk)
    with walk.county.app.app_context():
        assert verify(db.session(), signer(walk.county.app.config["FIELD"]).verifier).sound
        assert transact(rebuild).differing == ()


def fund_and_long_term(walk: Walk) -> None:
    """The village fund steps in with two signatures, and the office sees a case that stays."""
    cadre, town = (browser(walk.county, name) for name in ("cadre", "town"))
    paper = {"on": f"{walk.today}", "way": "card"}
    form(cadre, f"/fund/{HOME}", amount="5000", donor="在外乡友", note="给病人", **paper)
    one = form(cadre, f"/fund/for/{walk.home}", amount="1800", note="靶向药不能报销", applicant="陈大一")
    form(town, one, action="sign")
    form(cadre, one, action="pay", receiver="陈大一", **paper)
    assert "已发放" in words(cadre.page(one))
    assert "3,200.00 元" in words(cadre.page(f"/fund/{HOME}")), "the books say what is left"
    form(town, f"/long-term/{walk.home}", note="靶向药一直要吃", month_cost="3800", month_compliant="1900")
    assert "陈大一户" in words(town.page("/long-term"))
    assert "3,800" in words(town.page(f"/long-term/{walk.home}"))
