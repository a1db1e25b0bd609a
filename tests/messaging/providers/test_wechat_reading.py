"""照片与网页授权: what is fetched from WeChat, and who opened a page; against a fake of its API on loopback."""

from typing import Any

import pytest

from field.messaging.messages import NotGenuine, Unreadable
from field.messaging.providers import wechat_sending
from field.messaging.providers.wechat_sending import oauth_address, openid_of
from tests.messaging.fake_wechat import MEDIA, OAUTH, TOKEN, Office, broken, drip, slow
from tests.messaging.letters import FARMER, SETTINGS


def test_a_photograph_is_fetched(office: Office) -> None:
    office.api.answers[MEDIA] = [b"\xff\xd8 a photograph"]
    assert office.photo("m&access_token=x") == b"\xff\xd8 a photograph"
    assert office.api.asked[-1][:2] == (MEDIA, {"access_token": "T1", "media_id": "m&access_token=x"})


def test_a_photograph_is_fetched_under_another_token_where_the_first_is_refused(office: Office) -> None:
    office.api.answers[MEDIA] = [{"errcode": 42001, "errmsg": "expired"}, b"\xff\xd8"]
    assert office.photo() == b"\xff\xd8"
    assert office.api.asked[-1][1]["access_token"] == "T2"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errcode": 40007, "errmsg": "invalid media_id"}, Unreadable),
        ({"video_url": "http://127.0.0.1:1/"}, Unreadable),
        (b"{ no json", Unreadable),
        (b"x" * (20 * 1024 * 1024 + 1), Unreadable),
        ({"errcode": -1, "errmsg": "busy"}, OSError),
        ({"errcode": 42001, "errmsg": "expired"}, OSError),
        (429, OSError),
        (500, OSError),
        (302, OSError),
        (broken, OSError),
        (slow, OSError),
    ],
)
@pytest.mark.usefixtures("hurried")
def test_a_photograph_that_is_not_given_says_whether_to_ask_again(
    office: Office, answer: Any, error: type[Exception]
) -> None:
    office.api.answers[MEDIA] = [answer]
    with pytest.raises(error) as caught:
        office.photo()
    assert "T1" not in str(caught.value)
    assert "/elsewhere" not in office.api.paths()


def test_a_photograph_that_drips_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat_sending, "PHOTO_SECONDS", 0.5)
    office.api.answers[MEDIA] = [drip]
    with pytest.raises(OSError, match="TooSlow"):
        office.photo()


def test_without_a_token_a_photograph_is_asked_for_later(office: Office) -> None:
    office.api.answers[TOKEN] = [{"errcode": 40164, "errmsg": "x"}]
    with pytest.raises(OSError, match="40164"):
        office.photo()


def test_a_page_sends_its_visitor_to_wechat_and_learns_who_it_is(office: Office) -> None:
    address = oauth_address(office.settings, "https://field.example/declare?a=1&b=中", "s&x=1#")
    assert address.startswith(
        f"https://open.weixin.qq.com/connect/oauth2/authorize?appid={SETTINGS.app_id}&redirect_uri=https%3A"
    )
    assert address.endswith("&response_type=code&scope=snsapi_base&state=s%26x%3D1%23#wechat_redirect")
    office.api.answers[OAUTH] = [{"access_token": "A", "openid": FARMER, "scope": "snsapi_base"}]
    assert openid_of(office.settings, "c&secret=x") == FARMER
    asked = {"appid": SETTINGS.app_id, "secret": "shh", "code": "c&secret=x", "grant_type": "authorization_code"}
    assert office.api.asked == [(OAUTH, asked, None)]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errcode": 40029, "errmsg": "invalid code"}, NotGenuine),
        ({"errcode": 40163, "errmsg": "code been used"}, NotGenuine),
        ({"openid": FARMER, "is_snapshotuser": 1}, NotGenuine),
        ({"openid": ""}, NotGenuine),
        ({"openid": 7}, NotGenuine),
        ({}, NotGenuine),
        ({"errcode": -1, "errmsg": "busy"}, OSError),
        ([], OSError),
        (b"<html>", OSError),
        (429, OSError),
        (500, OSError),
        (302, OSError),
        (broken, OSError),
        (slow, OSError),
    ],
)
@pytest.mark.usefixtures("hurried")
def test_whoever_wechat_does_not_name_is_nobody(office: Office, answer: Any, error: type[Exception]) -> None:
    office.api.answers[OAUTH] = [answer]
    with pytest.raises(error) as caught:
        openid_of(office.settings, "c1")
    assert "shh" not in str(caught.value)
    assert office.api.paths() == [OAUTH]
