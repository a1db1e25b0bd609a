"""登录页: who is not signed in is shown the way, and led back to where they wanted, never out of the house."""

import pytest

from tests.county import PASSWORD, County
from tests.web.office import browser, words


@pytest.fixture
def county(small_county: County) -> County:
    return small_county


@pytest.mark.parametrize("path", ["/", "/ledger?kind=visit", "/households?region=420626107", "/held", "/imports"])
def test_a_stranger_is_led_to_the_log_in_and_then_to_the_page_they_wanted(county: County, path: str) -> None:
    stranger = browser(county)
    asked = stranger.get(path)
    assert asked.status_code == 303
    form = stranger.get(asked.location)
    assert f'name="next" value="{path}"' in form.text
    entered = stranger.post("/login", data={"username": "county", "password": PASSWORD, "next": path})
    assert (entered.status_code, entered.location) == (303, path)
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize(
    "outside",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "/\n/evil.example", "\t//evil.example", "javascript:alert(1)", "evil.example", "///evil.example", "",
        "http:evil.example", "/\x00/evil.example",
    ],
)  # fmt: skip
def test_no_address_outside_the_house_is_ever_gone_to(county: County, outside: str) -> None:
    fields = {"username": "county", "password": PASSWORD, "next": outside}
    assert browser(county).post("/login", data=fields).location == "/"
    assert browser(county, "county").get("/login", query_string={"next": outside}).location == "/"


def test_a_wrong_password_is_told_on_the_form_and_no_session_is_opened(county: County) -> None:
    stranger = browser(county)
    answer = stranger.post("/login", data={"username": "county", "password": "wrong", "next": "/ledger"})
    assert answer.status_code == 401
    assert "用户名或密码不对" in words(answer.text)
    assert 'value="county"' in answer.text
    assert 'value="/ledger"' in answer.text
    assert "wrong" not in answer.text.replace("wrong_login", "")
    assert stranger.get_cookie("field_session") is None


@pytest.mark.parametrize(
    "fields", [{}, {"username": "county"}, {"password": "x"}, {"username": "a" * 201, "password": "x"}]
)
def test_a_form_that_is_not_filled_in_is_given_back(county: County, fields: dict[str, str]) -> None:
    answer = browser(county).post("/login", data=fields)
    assert answer.status_code == 401
    assert "请填写用户名和密码" in words(answer.text)


def test_a_form_on_another_site_logs_nobody_in(county: County) -> None:
    stranger = browser(county)
    fields = {"username": "county", "password": PASSWORD}
    answer = stranger.post("/login", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert stranger.get_cookie("field_session") is None


def test_after_logging_out_the_pages_are_shut_again(county: County) -> None:
    visitor = browser(county, "town")
    session = visitor.get_cookie("field_session")
    assert session is not None
    assert visitor.send("/logout").location == "/login"
    visitor.set_cookie("field_session", session.value)
    assert visitor.get("/ledger").location == "/login?next=/ledger"


def test_a_form_without_its_token_changes_nothing(county: County) -> None:
    visitor = browser(county, "town")
    assert visitor.post("/logout").status_code == 403
    assert visitor.post("/logout", data={"csrf_token": "0" * 64}).status_code == 403
    assert visitor.get("/ledger").status_code == 200


def test_a_form_sent_after_the_session_ended_leads_to_the_log_in_alone(county: County) -> None:
    assert browser(county).post("/logout").location == "/login"


def test_a_program_is_answered_in_json_as_before(county: County) -> None:
    answer = browser(county).get("/api/households")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_a_village_cadre_is_sent_to_the_phone_form(county: County) -> None:
    assert browser(county, "cadre").get("/").location == "/m/"
