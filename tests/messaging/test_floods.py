"""洪水: one sender alone fills neither the villages' lists nor the disk, and leaves no address in the clear."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import Channel, JobKind
from field.db import db
from field.messaging import pictures, replies, talk
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Inbound, Photo, Said
from field.monitoring.leads.leads import Lead
from field.work import Job
from tests.county import County
from tests.messaging.people import NOW

DECLARES = ("困难", "张三 堰垭村 1234", "1", "上个月", "0", "1", "1", "1")


class Sender:
    """来信人: one who writes again and again."""

    def __init__(self, session: Session, address: str = "o-flood") -> None:
        self.session, self.address, self.count = session, address, 0

    def say(self, text: str = "", *photos: Photo, id_: str = "") -> str:
        """One message, and what comes back."""
        self.count += 1
        said = Said.PHOTO if photos else Said.TEXT
        at = NOW + timedelta(seconds=self.count)
        inbound = Inbound(Channel.WECHAT, "played", id_ or f"M{self.count}", self.address, "us", said, at, text, photos)
        answer = talk.answer(self.session, inbound, at)
        self.session.commit()
        return answer


@pytest.fixture
def session(county: County) -> Iterator[Session]:
    with county.app.app_context():
        yield db.session()


def count(session: Session, rows: type[Lead] | type[Job]) -> int:
    return session.scalar(select(func.count()).select_from(rows)) or 0


def test_one_sender_declares_so_often_a_day_and_no_more(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "MOST_TALKS", 2)
    sender = Sender(session)
    for _ in range(2):
        told = [sender.say(text) for text in DECLARES]
        assert any("受理号" in words for words in told), told
    assert sender.say("困难") == "今天来信的次数太多了，请明天再说。急事请直接打村干部电话。"
    assert count(session, Lead) == 2
    assert "困难" not in Sender(session, "o-other").say("困难"), "another sender is asked who it is"


def test_photographs_of_a_flood_are_not_fetched(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST", 3)
    sender = Sender(session)
    for place in range(5):
        sender.say("", Photo(f"media-{place}"))
    kinds = session.scalars(select(Job.kind).where(Job.kind == JobKind.PHOTO_FETCH.value)).all()
    assert len(kinds) == 3
    assert session.scalar(select(func.count()).select_from(InboundMessage)) == 5, "no message is lost"


def test_an_id_that_names_the_sender_is_kept_so_that_nobody_reads_it(session: Session) -> None:
    sender = Sender(session)
    first, again = (sender.say("困难", id_="o-flood:1764000000:click:困难") for _ in range(2))
    assert first == again
    [kept] = session.scalars(select(InboundMessage.provider_message_id))
    assert "o-flood" not in kept


def test_what_is_longer_than_anybody_can_write_is_kept_whole_and_answered_at_once(session: Session) -> None:
    sender = Sender(session)
    sender.say("困难")
    begun = perf_counter()
    assert sender.say("*" * 60_000)
    assert perf_counter() - begun < 5
    texts = session.scalars(select(InboundMessage.text_masked)).all()
    assert max(len(text) for text in texts) == 60_000
