"""不认得的人: who fails to be bound, or speaks and is not heard, comes before people, and no flood of them does."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.db import db, transact
from field.messaging import happenings, talk
from field.messaging.conversations import Dialog
from field.messaging.messages import Inbound, Said
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead
from field.monitoring.rebuild import rebuild
from tests.county import County
from tests.messaging.people import NOW
from tests.messaging.test_floods import Sender
from tests.web.office import browser, links, words

VILLAGE = "420626107204"  # 堰垭村
FAILS = ("绑定", "你好", "在吗", "啥")
OPEN = re.compile(r"^/messages/[0-9a-f-]{36}$")
ENOUGH = "今天来信的次数太多了，请明天再说。急事请直接打村干部电话。"


@pytest.fixture
def session(county: County) -> Iterator[Session]:
    with county.app.app_context():
        yield db.session()


def say(session: Session, *texts: str, address: str = "o-stranger") -> list[str]:
    sender = Sender(session, address)
    sender.count = session.scalar(select(func.count()).select_from(Dialog)) or 0  # message ids are of one sender
    return [sender.say(text, id_=f"{address}:{sender.count}:{at}:{text}") for at, text in enumerate(texts)]


def regions(session: Session) -> list[str]:
    return list(session.scalars(select(Lead.region)))


def outcomes(session: Session) -> list[str | None]:
    return list(session.scalars(select(Dialog.outcome).order_by(Dialog.opened_at, Dialog.id)))


def test_who_fails_to_be_bound_is_on_the_list_of_the_county_once_a_day(session: Session) -> None:
    say(session, *FAILS)
    assert regions(session) == ["420626"]
    assert session.scalars(select(Task.kind)).all() == ["find"]
    say(session, *FAILS)
    assert regions(session) == ["420626"]
    assert outcomes(session) == ["gave_up", "gave_up"]
    assert transact(rebuild).differing == ()


def test_where_a_village_was_said_it_is_on_that_villages_list_and_its_town_reads_the_talk(
    county: County, session: Session
) -> None:
    say(session, "绑定", "堰垭村", "你好", "在吗", "啥")
    assert regions(session) == [VILLAGE]
    for username, seen in (("town", True), ("town2", False)):
        page = words(browser(county, username).page("/messages?which=unmatched"))
        assert ("还没有对上农户" in page) is seen, username


def test_so_many_strangers_a_day_and_no_more_and_nothing_is_promised_to_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(happenings, "MOST_STRANGERS", 2)
    for place in range(2):
        assert say(session, *FAILS, address=f"o-{place}")[-1] != ENOUGH
    assert say(session, *FAILS, address="o-late")[-1] == ENOUGH
    assert len(regions(session)) == 2
    assert sorted(filter(None, outcomes(session))) == ["gave_up", "gave_up", "too_many"]


def test_who_only_says_that_he_wants_no_binding_is_nobodys_task(session: Session) -> None:
    say(session, "绑定", "0")
    assert regions(session) == []
    assert outcomes(session) == ["withdrawn"]


def test_speech_that_was_not_heard_is_seen_as_such_by_the_county(county: County, session: Session) -> None:
    at = NOW + timedelta(seconds=1)
    talk.answer(session, Inbound(Channel.WECHAT, "played", "V1", "o-voice", "us", Said.VOICE, at), at)
    session.commit()
    office = browser(county, "county")
    [path] = {one for one in links(office.page("/messages?which=unmatched")) if OPEN.match(one)}
    assert "语音，没听出是什么话" in words(office.page(path))
