"""报完又发来的照片: what a farmer sends after the receipt stands beside the declaration, on both databases."""

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


def test_a_photograph_after_the_receipt_is_kept_with_what_was_declared(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    for text in ("困难", "老婆住院", "上个月 3万", "对"):
        last = say(text)
    assert "受理号" in last
    assert say("", Photo("media-1")) == "照片收到了，已经放到您刚才的申报里。"
    while worker.worker(county.app).step():
        pass
    kinds = turn(lambda session: list(session.scalars(select(Entry.kind).where(Entry.chain_id == home))))
    assert kinds[-1] == "photos"
