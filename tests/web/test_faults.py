"""出错的页: what went wrong is told with the way on, in the same frame as every other page."""

import ast
from pathlib import Path

import pytest
from flask import render_template_string

import field
from field.web import frame
from tests.county import County
from tests.web.office import browser, links, words

WEB = Path(field.__file__).parent / "web"


def test_an_address_of_nothing_keeps_the_head_of_who_is_signed_in(county: County) -> None:
    for path in ("/not-there", "/households/0123"):
        answer = browser(county, "town").get(path)
        assert answer.status_code == 404
        assert "王镇长" in words(answer.text)
        assert "/tasks" in links(answer.text)
        stranger = browser(county).get(path)
        assert stranger.status_code == 404
        assert "退出" not in words(stranger.text)


def test_a_filter_that_makes_no_sense_leads_back_to_its_page_without_it(county: County) -> None:
    answer = browser(county, "town").get("/ledger?kind=nothing&day=2026-01-01")
    assert answer.status_code == 422
    assert "条件不对" in words(answer.text)
    assert "/ledger" in links(answer.text)
    assert "重新选条件" in words(answer.text)


def test_a_step_that_cannot_be_taken_now_leads_back_to_its_page(county: County) -> None:
    office, here = browser(county, "county"), "http://localhost/cases"
    refused = office.post("/checkins", data={"csrf_token": office.token, "wave": "x"}, headers={"Referer": here})
    assert refused.status_code in (403, 422)
    assert here in links(refused.text)
    assert here not in links(office.get("/cases?state=nothing", headers={"Referer": here}).text)


def test_a_fault_of_ours_is_told_with_the_number_under_which_it_is_found(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("field.web.cases_page.chosen", None)
    answer = browser(county, "county").get("/cases")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in words(answer.text)


def test_all_faults_of_a_form_stand_in_one_place_that_says_that_nothing_was_kept(county: County) -> None:
    office = browser(county, "county")
    page = office.send("/partners", name="", kind="", region="").text
    [told] = [part for part in page.split("<div")[1:] if 'class="faults"' in part]
    assert 'role="alert"' in told
    assert "没有记下，请改好再交： 名称：没有填写 种类：没有填写" in words(f"<div{told}")


def test_what_our_own_analysis_warns_of_is_not_told_as_somebodys_words(county: County) -> None:
    lead = {"kind": "warning", "words": "收入低", "warned": "收入低", "again": []}
    with county.app.test_request_context():
        macro = "{% import 'parts.html' as parts with context %}{{ parts.heard(lead) }}"
        told = words(render_template_string(macro, lead=lead, channels={}))
    assert told == "为什么预警：收入低"
    for page in ("case.html", "leads.html"):
        assert "parts.heard(lead)" in (WEB / "templates" / page).read_text(encoding="utf-8")


def test_no_page_takes_a_name_that_the_frame_around_it_reads(county: County) -> None:
    with county.app.test_request_context():
        taken = set(frame._everywhere())
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render_template":
                assert not taken & {one.arg for one in node.keywords}, (path.name, node.lineno)
