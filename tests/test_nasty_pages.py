"""刁难页面: every page and form of the office under what no browser would send; answered, never broken, nothing kept."""

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

from field.case_codes import CaseAction
from field.db import db, transact
from field.help_codes import HelpAction, TieAction
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.help.fund_codes import FundAction
from field.monitoring.rebuild import rebuild
from field.worker import signer
from tests.county import County
from tests.running import settings_of
from tests.test_gate import Ground
from tests.test_nasty import sound

HOME = "420626107204"
LONG = "长" * 350_000
VALUES = [
    "", "\0", "a\0b", "%", "'", "-1", "0", "1e9", "9" * 30, "１２", "NaN", "2026-02-30", "0001-01-01", "9999-12-31",
    "region:420626107204", HOME, "42062610720４", "019aaaaa-0000-7000-8000-00000000dead", "=1+1", "<b>x</b>", "0.001",
    "99999999999999.99", "1" * 4500, "\U0001f600", "\ud800", LONG,
]  # fmt: skip
FIELDS = (
    "note", "key", "reason", "do", "act", "verdict", "region", "person", "expected", "q", "photo", "photos", "number",
    "amount", "whose", "when", "what", "title", "sure", "seen", "order", "month", "grade", "consents", "year", "who",
    "way", "void", "village", "taker", "giver", "size", "since", "risks", "risk", "person_id", "on", "of", "name",
    "month_cost", "month_compliant", "lead", "known_as", "kind", "issued_on", "household", "format", "decision", "day",
    "compliant_amount", "column", "check", "channel", "actor", "state", "page", "late", "layout", "view", "as",
    "measure.illness", "large_expense", "from", "to", "place", "held_on", "eligible", "present", "in_favour", "against",
    "risk_factors", "departments", "phone", "unit", "role", "owner", "code", "risk_factor", "due_on", "paid_on",
    "promised", "partner", "receiver", "applicant", "donor", "unmark", "cell_0",
    "layout_name", "layout_for",
)  # fmt: skip
ACTIONS = {
    "/cases/<id:case_id>": ("action", [one.value for one in CaseAction]),
    "/households/<id:household_id>/plan": ("action", [one.value for one in HelpAction]),
    "/fund/applications/<id:application_id>": ("action", [one.value for one in FundAction]),
    "/partners/ties/<id:tie_id>": ("action", [one.value for one in TieAction]),
}
ROOMS = (
    "bulletin", "cases", "concerned", "deputies", "doubtful", "exports", "filling", "fund", "handover", "households", "long-term", "measures",
    "partners", "quality", "relief", "screening", "tasks", "people",
)  # fmt: skip


def rules(county: County, method: str) -> list[Rule]:
    """The addresses of the rooms that take such a request."""
    every = county.app.url_map.iter_rules()
    ours = [rule for rule in every if rule.rule.split("/")[1] in ROOMS and method in (rule.methods or ())]
    return sorted(ours, key=lambda rule: rule.rule)


def address(county: County, rule: Rule, real: dict[str, Any], role: str) -> str:
    """The address of what is there."""
    chain, seq = str(real["lead"]).split("/")
    there = {
        "household_id": real["household"], "case_id": real["case"], "application_id": real["wish"], "village": HOME,
        "list_id": real["listed"], "partner_id": real["partner"], "tie_id": real["tie"], "chain_id": chain,
        "seq": int(str(real["gift"]).rsplit("/", 1)[1]) if "donations" in rule.rule else int(seq), "row": 1,
        "person_id": real["person"], "digest": real["digest"], "deputy_id": real["household"],
        "layout_id": real["household"], "job_id": Ground.owned_by(real["ground"], role)["export"],
    }  # fmt: skip
    with county.app.test_request_context():
        adapter = county.app.url_map.bind("localhost")
        built: str = adapter.build(rule.endpoint, {name: there[name] for name in rule.arguments})
        return built


@pytest.fixture
def real(small_county: County) -> dict[str, Any]:
    ground = Ground(small_county)
    return dict(ground.of(HOME)) | {"ground": ground}


def sent(value: str) -> dict[str, str]:
    """Every field filled with it; with a megabyte of it only one."""
    words = value.encode("utf-8", "replace").decode()
    return dict.fromkeys(FIELDS, words) if len(words) < 10_000 else {"note": words}


@pytest.mark.parametrize("role", ["county", None])
def test_a_page_that_is_asked_for_nonsense_answers(
    small_county: County, real: dict[str, Any], role: str | None
) -> None:
    client = small_county.client(role)
    for rule in rules(small_county, "GET"):
        path = address(small_county, rule, real, role or "county")
        for value in VALUES if role == "county" else VALUES[:4]:
            query = sent(value[:300])
            sound(client.get(path, query_string=query), (rule.rule, value[:40]))


@pytest.mark.parametrize("role", ["county", "cadre"])
def test_a_form_that_is_filled_with_nonsense_is_refused(small_county: County, real: dict[str, Any], role: str) -> None:
    client = small_county.client(role)
    for rule in rules(small_county, "POST"):
        path = address(small_county, rule, real, role)
        name, actions = ACTIONS.get(rule.rule, ("action", [""]))
        for action in actions:
            for value in VALUES if role == "county" and not action else VALUES[8:14]:
                answer = client.post(path, data=sent(value) | {name: action})
                sound(answer, (rule.rule, action, value[:40]))
    with small_county.app.app_context():
        assert transact(rebuild).differing == ()
        assert verify(db.session(), signer(settings_of(small_county)).verifier).sound


def test_a_form_without_its_token_changes_nothing(small_county: County, real: dict[str, Any]) -> None:
    client = small_county.client("county")
    client.token = None
    client.set_cookie("field_session", small_county.tokens["county"])
    before = entries(small_county)
    for rule in rules(small_county, "POST"):
        answer = client.post(address(small_county, rule, real, "county"), data=sent("2026-01-01"))
        assert answer.status_code == 403, rule.rule
    assert entries(small_county) == before


def entries(county: County) -> int:
    with county.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Entry)) or 0
