"""错误消除的故事: undone by the county, done rightly, and a new risk marked: two different acts; a relapse is a lead."""

import pytest
from uuid6 import uuid7

from field.db import db, transact
from field.ledger.verify import verify
from field.monitoring.rebuild import rebuild
from field.worker import signer
from tests.county import County
from tests.revisiting import revisit
from tests.stories.walking import NOTE, Walk


@pytest.fixture
def walk(county: County, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A listed household, taken over, well off by now, helped and eliminated."""
    walk = Walk(county, monkeypatch)
    walk.take_over()
    walk.visit_well_off()
    walk.helped("illness", "social_security")
    assert walk.way_out("illness")["state"] == "eliminated"
    return walk


def test_a_wrong_elimination_is_rolled_back_and_a_new_risk_later_goes_the_whole_ladder(walk: Walk) -> None:
    household = f"/api/households/{walk.home}"
    assert walk.get(household)["kind"] is None
    identified = walk.get(f"/api/cases/{walk.case_id}")["identified_on"]
    walk.step("town", "roll_back", 403, **NOTE)
    back = walk.step("county", "roll_back", **NOTE)
    assert (back["state"], back["round"], back["identified_on"]) == ("monitored", 1, identified)
    assert walk.get(household)["kind"] == "unstable"
    walk.step("county", "re_mark", 409, risk_factors=["accident"], **NOTE)

    assert walk.way_out("illness")["state"] == "eliminated", "reviewed once more, not by what was said before"
    walk.days_later(40)
    again = walk.step("cadre", "re_mark", risk_factors=["accident"], **NOTE)
    assert (again["state"], again["round"]) == ("on_site_check", 2)
    assert walk.get(household)["kind"] is None, "not monitored again before the ladder is climbed again"
    walk.step("county", "roll_back", 409, **NOTE)
    walk.visit(risk_factors=["accident"])
    marked = walk.ladder("at_risk", "accident")
    assert (marked["state"], marked["risk_factors"], marked["identified_on"]) == (
        "monitored", ["accident"], f"{walk.today}",
    )  # fmt: skip
    sound(walk)


def test_a_revisit_that_finds_a_relapse_opens_a_lead_and_the_case_is_marked_anew(walk: Walk) -> None:
    walk.days_later(31)
    body = revisit(walk.home, relapse=True, note="户主又住院了")
    assert walk.post("/api/revisits", body, "cadre")["nth"] == [1]
    lead = walk.get("/api/leads", "town")["items"][0]
    assert (lead["household_id"], lead["words"], lead["state"]) == (walk.home, "户主又住院了", "open")
    asked = {"key": str(uuid7()), "lead": {"chain_id": lead["chain_id"], "seq": lead["seq"]}}
    refused = walk.post("/api/cases", asked, "cadre", 409)
    assert "请在原案子里办“再标注”" in refused["errors"][0]["message"], "what to do next is told"
    again = walk.step("cadre", "re_mark", risk_factors=["illness"], **NOTE)
    assert (again["state"], again["round"]) == ("on_site_check", 2)
    walk.days_later(1)
    walk.visit()
    assert walk.ladder("at_risk", "illness")["state"] == "monitored"
    assert walk.get(f"/api/households/{walk.home}")["identified_on"] == f"{walk.today}"
    sound(walk)


def sound(walk: Walk) -> None:
    """The ledger says all of it."""
    with walk.county.app.app_context():
        assert verify(db.session(), signer(walk.county.app.config["FIELD"]).verifier).sound
        assert transact(rebuild).differing == ()
