"""报完又发来的照片: what a farmer sends after the receipt stands beside the declaration, on both databases."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock, worker
from field.codes import Channel
from field.ledger.entries import Entry
from field.messaging import talk
from field.messaging.connected import Connected
from field.messaging.messages import Inbound, Photo, Said
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from tests.county import County
from tests.media.pictures import saved, scene

HOME, NUMBER = "420626107204", "+8613900000077"


Say = Callable[..., str]


@pytest.fixture
def say(county: County, monkeypatch: pytest.MonkeyPatch) -> Say:
    """What a farmer whose number is bound sends, with the answer."""
    turn, home = worker.turns(county.app), county.households[HOME]
    monkeypatch.setattr(Connected, "fetchers", lambda *_args: {"field": lambda _photo: saved(scene(7), "JPEG")})

    def bound(session: Session) -> None:
        person = session.scalars(select(Person).where(Person.household_id == home).limit(1)).one()
        contact = contacts.claim(session, person, Channel.SMS, NUMBER, clock.now())
        contacts.confirm(session, contact, Proof.VISIT, "cadre", clock.now())

    def say(text: str, *photos: Photo) -> str:
        said = Said.PHOTO if photos else Said.TEXT
        wrote = Inbound(Channel.SMS, "field", f"m{text}", NUMBER, "", said, clock.now(), text, photos=photos)
        return turn(lambda session: talk.answer(session, wrote, clock.now()))

    turn(bound)
    return say


def fetched(county: County) -> None:
    """The worker has done all that was to do."""
    while worker.worker(county.app).step():
        pass


def entries(county: County) -> list[Entry]:
    """The household's entries, oldest first."""
    here = select(Entry).where(Entry.chain_id == county.households[HOME]).order_by(Entry.seq)
    return worker.turns(county.app)(lambda session: list(session.scalars(here)))


def test_a_photograph_after_the_receipt_is_kept_with_what_was_declared(county: County, say: Say) -> None:
    for text in ("困难", "老婆住院", "上个月 3万", "对"):
        last = say(text)
    assert "受理号" in last
    assert say("", Photo("media-1")) == "照片收到了，已经放到您刚才的申报里。"
    fetched(county)
    assert entries(county)[-1].kind == "photos"


@pytest.mark.parametrize("quick", [True, False], ids=["fetched before", "fetched after"])
def test_a_photograph_that_came_first_is_part_of_the_declaration_that_follows(
    county: County, say: Say, quick: bool
) -> None:
    assert "请回 困难" in say("", Photo("media-1"))
    if quick:
        fetched(county)
    for text in ("困难", "老婆住院", "上个月 3万", "对"):
        say(text)
    fetched(county)
    last = entries(county)[-1]
    assert (last.kind, len(json.loads(last.evidence))) == ("declaration" if quick else "photos", 1)
