"""承诺授权: signed on the phone one by one, its signature before or after, and no data check without every adult's."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageDraw
from uuid6 import uuid7
from werkzeug.test import TestResponse

from field import clock
from field.db import db, transact
from field.ledger.verify import verify
from field.monitoring.rebuild import rebuild
from field.worker import signer
from tests.county import County
from tests.monitoring.casework import HOME, NOTE, do, opened, the_case, visited
from tests.revisiting import consents
from tests.web.office import browser, words


@pytest.fixture
def case_id(county: County) -> str:
    """A case at 入户核实, visited."""
    case_id = opened(county, HOME, "cadre", clock.now())
    visited(county, HOME, "cadre", clock.now())
    return case_id


def adults(county: County) -> list[str]:
    case = county.client("cadre").get(f"/api/cases/{the_case(county, HOME).id}").get_json()
    return [one["person_id"] for one in case["adults"]]


def signature(number: int) -> tuple[str, bytes]:
    """A signature as a phone draws it, and its digest."""
    picture = Image.new("RGB", (600, 240), "white")
    ImageDraw.Draw(picture).line([(20, 40), (300 + number, 200), (560, 60 + number)], "black", 6)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return hashlib.sha256(file.getvalue()).hexdigest(), file.getvalue()


def give(county: County, case_id: str, body: dict[str, Any], who: str = "cadre") -> TestResponse:
    return county.client(who).post(f"/api/cases/{case_id}/consents", json=body)


def advance(county: County, case_id: str, **said: Any) -> TestResponse:
    body = {"key": str(uuid7()), "expected": the_case(county, HOME).seq, "action": "advance", "content": NOTE | said}
    return county.client("cadre").post(f"/api/cases/{case_id}/steps", json=body)


def signed(county: County, case_id: str, person: str, number: int) -> None:
    """One person signs on the phone, and the signature goes up."""
    digest, png = signature(number)
    body = consents(person, evidence=[{"sha256": digest, "kind": "signature", "person_id": person}])
    answer = give(county, case_id, body)
    assert (answer.status_code, answer.get_json()["evidence_missing"]) == (201, [digest])
    assert county.client("cadre").put(f"/api/evidence/{digest}", data=png).status_code == 201
    assert give(county, case_id, body).get_json()["evidence_missing"] == []


@pytest.mark.unlisted(HOME)
def test_adults_sign_one_by_one_and_then_the_check_at_the_door_can_be_closed(county: County, case_id: str) -> None:
    head, spouse = adults(county)
    signed(county, case_id, head, 1)
    refused = advance(county, case_id)
    assert [one["message"] for one in refused.get_json()["errors"]] == ["李小一还没有承诺授权"]
    signed(county, case_id, spouse, 2)
    form = county.client("cadre").get(f"/api/households/{county.households[HOME]}/form").get_json()
    assert (form["case"]["state"], len(form["case"]["consents"])) == ("on_site_check", 2)
    page = words(browser(county, "cadre").page(f"/cases/{case_id}"))
    assert "陈大一：✓ 已在手机上签好承诺书" in page
    assert advance(county, case_id).status_code == 201
    assert the_case(county, HOME).state == "data_check"
    with county.app.app_context():
        assert verify(db.session(), signer(county.app.config["FIELD"]).verifier).sound
        assert transact(rebuild).differing == ()
    assert "在手机上签字" in words(browser(county, "town").page(f"/households/{county.households[HOME]}"))


@pytest.mark.unlisted(HOME)
def test_a_signature_that_is_still_on_its_way_does_not_count_yet(county: County, case_id: str) -> None:
    assert give(county, case_id, consents(*adults(county))).status_code == 201
    refused = advance(county, case_id).get_json()["errors"]
    assert "陈大一的承诺授权还在手机里，签名或照片还没有传上来" in {one["message"] for one in refused}
    case = county.client("cadre").get(f"/api/cases/{case_id}").get_json()
    assert [one["consent"] for one in case["adults"]] == ["arriving", "arriving"]


@pytest.mark.unlisted(HOME)
def test_a_fingerprint_on_the_photographed_paper_names_who_wrote_for_them(county: County, case_id: str) -> None:
    digest, png = signature(3)
    paper = [{"sha256": digest, "kind": "consent"}]
    body = consents(*adults(county), how="fingerprint", evidence=paper)
    assert give(county, case_id, body).status_code == 201
    assert county.client("cadre").put(f"/api/evidence/{digest}", data=png).status_code == 201
    assert advance(county, case_id).status_code == 201
    assert "按手印，拍了照片，由王会计代写" in words(
        browser(county, "town").page(f"/households/{county.households[HOME]}")
    )


@pytest.mark.unlisted(HOME)
def test_a_phone_whose_clock_runs_ahead_signs_on_no_later_day(county: County, case_id: str) -> None:
    [head, _] = adults(county)
    assert give(county, case_id, consents(head, signed_at="2099-01-01T00:00:00Z")).status_code == 201
    form = county.client("cadre").get(f"/api/households/{county.households[HOME]}/form").get_json()
    [one] = form["case"]["consents"]
    assert one["signed_at"] <= clock.now().isoformat()
    with county.app.app_context():
        assert transact(rebuild).differing == ()


@pytest.mark.unlisted(HOME)
def test_the_same_again_is_the_same_receipt_and_other_content_is_refused(county: County, case_id: str) -> None:
    body = consents(*adults(county))
    first, again = give(county, case_id, body), give(county, case_id, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    other = give(county, case_id, body | {"signed_at": "2026-01-01T00:00:00Z"})
    assert (other.status_code, other.get_json()["code"]) == (409, "other_content")
    told, of_first = other.get_json(), first.get_json()
    assert [told[name] == of_first[name] for name in ("receipt", "evidence_missing")] == [True, True]
    assert [told[side]["signed_at"][:10] for side in ("kept", "sent")] == [body["signed_at"][:10], "2026-01-01"]


def faulty(head: str, spouse: str) -> list[tuple[dict[str, Any], str]]:
    drawn = {"sha256": "1" * 64, "kind": "signature"}
    stranger = str(uuid7())
    return [
        (consents(head, text="1999"), "text"),
        (consents(stranger), "consents.0.person_id"),
        (consents(head, head), "consents.0.person_id"),
        (consents(head, evidence=[drawn | {"person_id": spouse}]), "consents.0"),
        (consents(head, evidence=[drawn]), "consents.0"),
        (
            consents(head, how="fingerprint", consents=[{"person_id": head, "how": "fingerprint"}]),
            "consents.0.written_by",
        ),
        (consents(head, how="signed", evidence=[drawn | {"person_id": head}]), "evidence"),
        (consents(head, spouse, evidence=[drawn | {"person_id": one} for one in (head, spouse)]), "evidence"),
        (consents(head, consents=[]), "consents"),
        (consents(head, evidence=[]), "evidence"),
        (consents(head, signed_at="yesterday"), "signed_at"),
        (consents(head, id="1"), "id"),
        (consents(head, more=1), "more"),
    ]


@pytest.mark.unlisted(HOME)
def test_every_fault_is_named_and_nothing_is_kept(county: County, case_id: str) -> None:
    before = county.client("cadre").get(f"/api/households/{county.households[HOME]}/entries").get_json()["total"]
    for body, field in faulty(*adults(county)):
        answer = give(county, case_id, body)
        assert answer.status_code == 422, field
        assert field in {one["field"] for one in answer.get_json()["errors"]}
    assert (
        county.client("cadre").get(f"/api/households/{county.households[HOME]}/entries").get_json()["total"] == before
    )


@pytest.mark.unlisted(HOME)
def test_an_office_does_not_take_consents_and_an_ended_case_needs_none(county: County, case_id: str) -> None:
    body = consents(*adults(county))
    assert give(county, case_id, body, "county").get_json()["code"] == "wrong_hands"
    assert give(county, case_id, body, "cadre2").get_json()["code"] == "not_allowed"
    do(county, case_id, "reject", "cadre", clock.now())
    assert give(county, case_id, body).get_json()["code"] == "out_of_order"


@pytest.mark.unlisted(HOME)
def test_after_an_appeal_everybody_signs_again(county: County, case_id: str) -> None:
    head, spouse = adults(county)
    signed(county, case_id, head, 1)
    signed(county, case_id, spouse, 2)
    do(county, case_id, "reject", "cadre", clock.now())
    do(county, case_id, "appeal", "town", clock.now() + timedelta(seconds=1))
    refused = {one["message"] for one in advance(county, case_id).get_json()["errors"]}
    assert {"陈大一还没有承诺授权", "李小一还没有承诺授权"} <= refused
