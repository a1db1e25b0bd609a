"""务工回访页: who is due, what it costs, a wave started by the county office, and the command that does the same."""

import json
import re

import pytest

from field.messaging.connected import Connected
from field.messaging.providers.twilio import Twilio
from tests.county import County
from tests.messaging.waving import Waves
from tests.web.office import Browser, browser, words

HOME = "420626107204"


@pytest.fixture
def office(county: County, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The county office, half a year later, with an SMS provider and a worker to ask."""
    county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", twilio=Twilio("token", "AC1"))
    waves = Waves(county)
    waves.worker(phone="+8613900000001")
    waves.worker("420626102201")
    monkeypatch.setattr("field.clock.now", lambda: waves.now)
    return browser(county, "county")


def wave_of(page: str) -> str:
    found = re.search(r'name="wave" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_office_sees_who_is_due_and_what_it_costs_and_starts_one_wave(office: Browser) -> None:
    page = office.page("/checkins")
    for told in (
        "该回访 2 人",
        "能发信息问 1 人",
        "要打电话 1 人",
        "短信 1 条，约 0.05 元",
        "最多 0.10 元",
        "马桥镇 1 1 0 0",
    ):
        assert told.replace(",", "，") in words(page), told
    form = {"wave": wave_of(page), "region": "420626", "sure": "1"}
    assert office.send("/checkins", **(form | {"sure": ""})).status_code == 422
    assert office.send("/checkins", **(form | {"wave": "x"})).status_code == 422
    for _ in range(2):
        assert office.send("/checkins", **form).status_code == 303
    after = words(office.page("/checkins"))
    assert "现在没有该回访的人" in after
    assert after.count("周主任 2 0") == 1
    assert office.send("/checkins", **(form | {"region": "420606"})).status_code == 403
    assert office.send("/checkins", **(form | {"region": "420626999"})).status_code == 403


def test_without_a_provider_it_is_only_a_list(office: Browser) -> None:
    office.application.extensions["field_connected"] = Connected("http://127.0.0.1:8000")
    page = office.page("/checkins")
    assert "还没有接通短信或微信" in words(page)
    form = {"wave": "019aa000-0000-7000-8000-000000000000", "region": "420626", "sure": "1"}
    assert office.send("/checkins", **form).status_code == 409


def test_a_town_of_the_county_is_one_page_further_down(office: Browser) -> None:
    page = words(office.page("/checkins?region=420626107"))
    assert "该回访 1 人" in page
    assert "堰垭村 1 1 0 0" in page
    assert office.get("/checkins?region=420606").status_code == 403


def test_the_commands_tell_and_do_the_same(office: Browser) -> None:
    run = office.application.test_cli_runner()
    told = json.loads(run.invoke(args=["checkins", "due", "--json"]).output)
    assert (told["due"], told["reachable"], told["out_of_reach"], told["sms_cost"]) == (2, 1, 1, 5)
    assert told["villages"][HOME]["due"] == 1
    plain = run.invoke(args=["checkins", "due", "--region", HOME]).output
    assert "堰垭村\t该回访 1，能发信息 1" in plain
    assert run.invoke(args=["checkins", "start", "--region", "999999"]).exit_code == 1
    assert "已安排" in run.invoke(args=["checkins", "start", "--limit", "5"]).output
    assert json.loads(run.invoke(args=["checkins", "due", "--json"]).output)["due"] == 0
    office.application.extensions["field_connected"] = Connected("http://127.0.0.1:8000")
    assert run.invoke(args=["checkins", "start"]).exit_code == 1
