"""演示手机: the telephone of an invented household or worker; what it sends goes signed through the real webhook."""

import urllib.request
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.wrappers import Response

from field.auth import allow
from field.codes import Channel
from field.db import db
from field.messaging.inbox import InboundMessage
from field.messaging.outbox import OutboundMessage
from field.problems import NOT_FOUND, Problem
from field.registry.contacts import Contact, address_index
from field.registry.households import Person
from field.registry.rights import Right

demo_phone = Blueprint("demo_phone", __name__, url_prefix="/demo/phone")
STRANGER, OFFICE = "+8617400099999", "+8617400000000"
SHOWN, LONGEST = 40, 1600


class Owner(NamedTuple):
    """机主: whose telephone it is."""

    number: str
    name: str


class Line(NamedTuple):
    """一条短信: from the telephone or to it."""

    text: str
    at: datetime
    mine: bool


@demo_phone.before_request
def _only_in_the_demo() -> None:
    if not current_app.config["FIELD"].demo or current_app.extensions["field_connected"].twilio is None:
        raise Problem(*NOT_FOUND)


@demo_phone.get("")
@allow(Right.PUBLIC)
def shown() -> str:
    """The telephone with what was said so far."""
    owners = people(db.session())
    chosen = next((owner for owner in owners if owner.number == request.args.get("number")), owners[0])
    failed = request.args.get("failed") == "1"
    lines = _lines(db.session(), chosen.number)
    return render_template("demo_phone.html", owners=owners, chosen=chosen, lines=lines, failed=failed)


@demo_phone.post("")
@allow(Right.PUBLIC)
def send() -> Response:
    """Send a message as Twilio would, to the address where Twilio would."""
    number, text = request.form.get("number", STRANGER), request.form.get("text", "")[:LONGEST]
    known = {owner.number for owner in people(db.session())}
    delivered = number in known and _post(number, text)
    return redirect(url_for(".shown", number=number, failed=None if delivered else 1), 303)


def people(session: Session) -> list[Owner]:
    """One bound household, one bound worker, and a stranger."""
    rows = select(Person).join(Contact, Contact.person_id == Person.id).where(Contact.channel == Channel.SMS.value)
    bound = session.scalars(rows.order_by(Contact.since, Contact.id).limit(2)).all()
    owners = [Owner(person.phone or "", f"{person.name} {person.relation or ''}".strip()) for person in bound]
    return [*owners, Owner(STRANGER, "没有绑定的人")]


def _lines(session: Session, number: str) -> Sequence[Line]:
    index = address_index(Channel.SMS, number)
    of_in, of_out = InboundMessage, OutboundMessage
    sent = session.scalars(
        select(of_in).where(of_in.sender_index == index).order_by(of_in.received_at.desc()).limit(SHOWN)
    )
    got = session.scalars(
        select(of_out).where(of_out.recipient_index == index).order_by(of_out.created_at.desc()).limit(SHOWN)
    )
    lines = [Line(message.text_masked, message.received_at, True) for message in sent]
    lines += [Line(message.text, message.created_at, False) for message in got]
    return sorted(lines, key=lambda line: (line.at, not line.mine))[-SHOWN:]


def _post(number: str, text: str) -> bool:
    form = {"MessageSid": f"SM{uuid4().hex}", "From": number, "To": OFFICE, "Body": text, "NumMedia": "0"}
    url = f"{current_app.config['FIELD'].public_url}/hooks/twilio"
    token = current_app.extensions["field_connected"].twilio.auth_token
    headers = {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}
    asked = urllib.request.Request(url, urlencode(form).encode(), headers)  # noqa: S310 - the county's own address
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except URLError:
        return False
