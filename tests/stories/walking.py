"""One household's way through the county for stories: each act by JSON, by those whose act it is, on its day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from field import clock
from field.monitoring.workdays import china_day
from tests.county import County, moment
from tests.monitoring.casework import HOME
from tests.test_consents import signed

NOTE: dict[str, Any] = {"note": "情况属实"}
VOTES: dict[str, Any] = {"eligible": 30, "present": 24, "in_favour": 20, "against": 2}
WELL_OFF = {"wages": 6_000_000, "business": 0, "property": 0, "transfers": 0, "production_cost": 0}
NO_COST = {"medical_self_paid": 0, "schooling": 0, "housing": 0, "other": 0}


@dataclass
class Walk:
    """一户的路: the clock, and the household that the story is about."""

    county: County
    clock: pytest.MonkeyPatch
    case_id: str = ""
    signatures: int = field(default=0)

    @property
    def home(self) -> str:
        return self.county.households[HOME]

    @property
    def today(self) -> date:
        return china_day(clock.now())

    @property
    def people(self) -> list[str]:
        """Grown-ups of the household."""
        case = self.get(f"/api/cases/{self.case_id}")
        return [one["person_id"] for one in case["adults"]]

    def days_later(self, days: int) -> None:
        """Some days later everybody signs in anew."""
        later = clock.now() + timedelta(days=days)
        self.clock.setattr(clock, "now", lambda: later)
        self.county.tokens.clear()

    def get(self, path: str, who: str = "county") -> Any:
        answer = self.county.client(who).get(path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def post(self, path: str, body: dict[str, Any], who: str, expected: int = 201) -> Any:
        answer = self.county.client(who).post(path, json=body)
        assert answer.status_code == expected, answer.text
        return answer.get_json()

    def visit(self, **changes: Any) -> None:
        """The cadre at the door, now."""
        when = moment(clock.now())
        one = self.county.visit(HOME) | {"visited_at": when} | changes
        one["location"]["fix_at"] = when
        self.post("/api/visits", one, "cadre")

    def visit_well_off(self) -> None:
        """The cadre sees a household that earns enough and lacks nothing."""
        usual = self.county.visit(HOME)
        well = {name: {"status": "ok"} for name in usual["guarantees"]}
        last_year = usual["income"] | WELL_OFF | {"period": {"from": "2024-10-01", "to": "2025-09-30"}}
        for income in (last_year, usual["income"] | WELL_OFF):
            self.visit(income=income, expenses=NO_COST, guarantees=well)

    def open(self, lead: dict[str, Any]) -> None:
        """立案."""
        body = {"key": str(uuid7()), "lead": {"chain_id": lead["chain_id"], "seq": lead["seq"]}}
        self.case_id = self.post("/api/cases", body, "cadre")["case_id"]

    def take_over(self) -> None:
        """补立案."""
        body = {"key": str(uuid7()), "household_id": self.home, "content": NOTE}
        self.case_id = self.post("/api/cases", body, "county")["case_id"]

    def step(self, who: str, action: str, expected: int = 201, **content: Any) -> Any:
        """The next step of the case, from a page just read; the case afterwards."""
        seq = self.get(f"/api/cases/{self.case_id}")["seq"]
        body = {"key": str(uuid7()), "expected": seq, "action": action, "content": content}
        self.post(f"/api/cases/{self.case_id}/steps", body, who, expected)
        return self.get(f"/api/cases/{self.case_id}")

    def sign(self) -> None:
        """Every grown-up signs on the phone."""
        for person in self.people:
            self.signatures += 1
            signed(self.county, self.case_id, person, self.signatures)

    def assess_and_post(self) -> None:
        """评议、张贴公示; the notice is over a week later."""
        self.step("cadre", "advance", held_on=f"{self.today}", place="村委会", **VOTES)
        ends = self.today + timedelta(days=5)
        days: dict[str, Any] = {"from": f"{self.today}", "to": f"{ends}"}
        self.step("cadre", "post_notice", **days, place="公开栏")
        self.days_later(7)
        self.step("cadre", "advance")

    def ladder(self, kind: str, risk: str) -> dict[str, Any]:
        """From the check at the door to being monitored."""
        self.sign()
        self.step("cadre", "advance", **NOTE)
        self.step("town", "advance", departments=["医保"], **NOTE)
        self.assess_and_post()
        self.step("town", "advance", **NOTE)
        told: dict[str, Any] = self.step("county", "advance", kind=kind, risk_factors=[risk], **NOTE)
        return told

    def way_out(self, risk: str) -> dict[str, Any]:
        """From being monitored to the risk gone."""
        self.step("cadre", "propose_elimination", **NOTE)
        self.visit_well_off()
        self.step("cadre", "advance", **NOTE)
        self.assess_and_post()
        done: dict[str, Any] = {
            "measures": [{"risk_factor": risk, "note": "看过凭证"}],
            "large_expense": {"note": "已经报销"},
        }
        self.step("town", "advance", **done, **NOTE)
        told: dict[str, Any] = self.step("county", "advance", **NOTE)
        return told

    def help(self, action: str, of: dict[str, Any] | None = None, **content: Any) -> dict[str, Any]:
        """The next act on the plan; the measure that it was about."""
        path = f"/api/households/{self.home}/measures"
        seq = of["seq"] if of else self.get(path)["seq"]
        body = {
            "key": str(uuid7()),
            "action": action,
            "expected": seq,
            "of": of["id"] if of else "",
            "content": content,
        }
        measures = self.post(path, body, "cadre")["measures"]
        return next(one for one in measures if not of or one["id"] == of["id"])

    def helped(self, risk: str, code: str, **proof: Any) -> None:
        """A measure planned and carried out."""
        days: dict[str, Any] = {"from": f"{self.today}", "due_on": f"{self.today + timedelta(days=30)}"}
        measure = self.help("plan", risk_factor=risk, code=code, owner="医保局", **days)
        assert self.help("carry_out", measure, note="已经办好", **proof)["state"] == "carried_out"
