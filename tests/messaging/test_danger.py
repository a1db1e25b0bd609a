"""生命危险: a stranger's words of dying are red at once, and stay so when it is known whose they are."""

from functools import partial

import pytest
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel
from field.messaging import talk
from field.messaging.messages import Inbound, Said
from field.monitoring.leads import attaching
from field.monitoring.rebuild import rebuild
from field.worker import turns
from tests.county import County
from tests.web.office import browser, words

HOME, STRANGER = "420626107204", "+8613800000999"


def danger(county: County, username: str) -> list[tuple[str, str]]:
    """Kind and grade of what is red on somebody's list."""
    found = county.client(username).get("/api/tasks?grade=red").get_json()["items"]
    return [(task["kind"], task["grade"]) for task in found]


def test_a_strangers_words_of_dying_are_red_and_stay_so_once_it_is_known_whose_they_are(county: County) -> None:
    turn, now, home = turns(county.app), clock.now(), county.households[HOME]
    wrote = Inbound(Channel.SMS, "field", "M1", STRANGER, "", Said.TEXT, now, "活着没意思，想死")
    told = turn(lambda session: talk.answer(session, wrote, now))
    assert "12356" in told
    assert (danger(county, "county"), danger(county, "cadre")) == ([("find", "red")], [])
    [lead] = county.client("county").get("/api/leads").get_json()["items"]
    assert lead["kind"] == "danger"
    chain, seq, by = lead["chain_id"], lead["seq"], county.actor("county")
    turn(lambda session: attaching.attach(session, chain, seq, home, by, now))
    assert danger(county, "cadre") == danger(county, "county") == [("danger", "red")]
    assert turn(rebuild).differing == ()

    def back(session: Session) -> None:
        attaching.detach(session, chain, seq, home, "不是这一家", by, now)

    turn(back)
    assert (danger(county, "county"), danger(county, "cadre")) == ([("find", "red")], [])
    assert turn(rebuild).differing == ()


@pytest.mark.parametrize(
    ("said", "reaches", "told"),
    [
        (["活着没意思，想死"], "420626", "活着没意思，想死"),
        (["我是堰垭村的，活着没意思，想死"], HOME, "我是堰垭村的，活着没意思，想死"),
        (["困难", "张三 堰垭村 1234", "活着没意思，想死"], HOME, "张三/活着没意思，想死"),
        (["困难", "张三 堰垭村 1234", "在村口，活着没意思，想死"], HOME, "张三/在村口，活着没意思，想死"),
        (["困难", "张三 无名村 1234", "活着没意思，想死"], "420626", "张三/活着没意思，想死"),
    ],
)
def test_a_stranger_who_said_from_which_village_he_is_is_sought_there_when_he_speaks_of_dying(
    county: County, said: list[str], reaches: str, told: str
) -> None:
    turn, now = turns(county.app), clock.now()
    for at, text in enumerate(said):
        wrote = Inbound(Channel.SMS, "field", f"M{at}", STRANGER, "", Said.TEXT, now, text)
        turn(partial(talk.answer, inbound=wrote, now=now))
    [lead] = county.client("county").get("/api/leads").get_json()["items"]
    assert (lead["kind"], lead["region"]) == ("danger", reaches)
    assert f"原话：{told} " in words(browser(county, "cadre" if reaches == HOME else "county").page("/leads"))
    assert danger(county, "county") == [("find", "red")]
    assert danger(county, "cadre") == ([("find", "red")] if reaches == HOME else [])
