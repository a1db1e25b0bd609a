"""Twilio: signed SMS and MMS in, TwiML out, sends by its REST API; for numbers outside the mainland, and for trials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.datastructures import MultiDict

from field.calling import limited, watch, within
from field.codes import Channel
from field.media.photo import MAX_BYTES
from field.messaging.messages import (
    Delivery,
    Inbound,
    NotGenuine,
    NotThere,
    Outbound,
    Photo,
    Receipt,
    Said,
    SendError,
    Unreadable,
)

Form = MultiDict[str, str]
NAME = "twilio"
LONGEST, PHOTOS, TIMEOUT = 1600, 10, 10.0  # characters and photographs of one message, seconds for one word of a call
SECONDS, PHOTO_SECONDS = 20.0, 30.0  # for a whole call, and for a whole photograph, wherever it lies
OPTED_OUT, TOO_FAST = 21610, 20429
HOSTS, STEPS = (".twilio.com", ".twiliocdn.com"), 3  # where photographs lie, and how often that may be elsewhere
OPTED = {"STOP": Said.LEFT, "START": Said.FOLLOWED}
DELIVERIES = {
    "accepted": Delivery.QUEUED, "scheduled": Delivery.QUEUED, "queued": Delivery.QUEUED, "sending": Delivery.QUEUED,
    "sent": Delivery.SENT, "delivered": Delivery.DELIVERED, "read": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED, "failed": Delivery.FAILED, "canceled": Delivery.FAILED,
}  # fmt: skip


@dataclass(frozen=True)
class Twilio:
    """Twilio 的设置: `url` is the API's address where it is another than Twilio's own."""

    auth_token: str
    account_sid: str = ""
    number: str = ""
    url: str = ""


def verify(settings: Twilio, url: str, form: Form, signature: str | None) -> None:
    """NotGenuine unless the form was signed for exactly this public address; never the Host header's."""
    if not signature or not RequestValidator(settings.auth_token).validate(url, form, signature):
        raise NotGenuine


def parse(form: Form, now: datetime) -> Inbound:
    """The message of a signed form; Unreadable where it lacks what every message has."""
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if not sid or not sender:
        raise Unreadable("no MessageSid or From")
    photos = tuple(_photos(form))
    said = OPTED.get(form.get("OptOutType", "").upper(), Said.PHOTO if photos else Said.TEXT)
    return Inbound(
        Channel.SMS, NAME, sid, sender, form.get("To", ""), said, now, text=form.get("Body", ""), photos=photos
    )  # fmt: skip


def receipt(form: Form, now: datetime) -> Receipt:
    """The state of a message sent, from a signed status callback; unknown states are as good as queued."""
    sid = form.get("MessageSid", "")
    if not sid:
        raise Unreadable("no MessageSid")
    delivery = DELIVERIES.get(form.get("MessageStatus", ""), Delivery.QUEUED)
    return Receipt(NAME, sid, delivery, now, reason=form.get("ErrorCode", ""))


def reply(text: str) -> str:
    """The answer as TwiML; no text is no answer."""
    said = "".join(letter for letter in text if letter.isprintable() or letter == "\n")[:LONGEST]
    message = f"<Message>{escape(said)}</Message>" if said else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'


class TwilioSender:
    """发送: one client for all messages, with a time limit on each call."""

    def __init__(self, settings: Twilio, callback: str) -> None:
        self.settings, self.callback = settings, callback
        http = TwilioHttpClient(timeout=TIMEOUT, max_retries=0)
        watch(http.session)
        self.client = Client(settings.account_sid, settings.auth_token, http_client=http)
        if settings.url:
            self.client.api.base_url = settings.url

    def send(self, message: Outbound) -> str:
        """Hand a message over; SendError says whether to try again; a line that breaks leaves it in doubt (OSError)."""
        try:
            with limited(SECONDS):
                sent = self.client.messages.create(
                    to=message.recipient, from_=self.settings.number, body=message.text, status_callback=self.callback
                )
        except TwilioRestException as error:
            raise _refusal(error.status, error.code) from None
        if not sent.sid:
            raise OSError("no sid in the answer")
        return str(sent.sid)


def fetch(settings: Twilio, photo: Photo) -> bytes:
    """The bytes of a photograph, from Twilio's own hosts alone; NotThere, or what breaks on the line."""
    with within(PHOTO_SECONDS) as calls:
        return _fetched(settings, photo.reference, calls)


def _fetched(settings: Twilio, url: str, calls: requests.Session) -> bytes:
    ours = urlsplit(settings.url).netloc
    for _ in range(STEPS):
        at = urlsplit(url)
        home, theirs = bool(ours) and at.netloc == ours, (at.hostname or "").endswith(HOSTS)
        if not home and not (at.scheme == "https" and theirs):
            raise NotThere("not Twilio's")
        key = (settings.account_sid, settings.auth_token) if home or at.hostname == "api.twilio.com" else None
        with calls.get(url, auth=key, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code in (403, 404, 410):
                raise NotThere(str(answer.status_code))
            answer.raise_for_status()
            data = answer.raw.read(MAX_BYTES + 1, decode_content=True)
            return bytes(data)
    raise NotThere("too many steps")


def _refusal(status: int, code: int | None) -> SendError:
    reason = f"{status} {code or ''}".strip()
    if code == OPTED_OUT:
        return SendError(reason, retryable=False, stopped=True)
    if status == 429 or code == TOO_FAST:
        return SendError(reason, retryable=True, after=60)
    return SendError(reason, retryable=status >= 500 or status == 401)  # a wrong token is mended by people


def _photos(form: Form) -> list[Photo]:
    count = form.get("NumMedia", "0")
    several = min(int(count), PHOTOS) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    found = [(form.get(f"MediaUrl{n}", ""), form.get(f"MediaContentType{n}", "")) for n in range(several)]
    return [Photo(url, kind) for url, kind in found if url]


def settings_from(environ: Mapping[str, str]) -> Twilio | None:
    """Twilio where it is configured."""
    token = environ.get("TWILIO_AUTH_TOKEN")
    if not token:
        return None
    sid, number = environ.get("TWILIO_ACCOUNT_SID", ""), environ.get("TWILIO_NUMBER", "")
    return Twilio(token, sid, number, environ.get("TWILIO_API_URL", ""))
