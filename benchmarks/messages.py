"""Signed SMS and sealed WeChat letters through dialog, ledger and outbox, by 1 and by 8 senders, on both databases."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from uuid6 import uuid7

from benchmarks import ground
from benchmarks.visits import bare_table
from field import clock
from field.codes import Channel
from field.db import transact
from field.monitoring.roster.enrol import enrol
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from field.registry.idnumber import make
from field.registry.roster import RosterHousehold
from tests.county import County, household
from tests.messaging.letters import SETTINGS as WECHAT
from tests.messaging.letters import sealed, written

TOKEN = "benchmark"
PUBLIC = "https://field.example"
SAID = ("困难", "1", "上个月 3万", "1")
SENDERS, ROUNDS = 64, 4
VILLAGE = "420626107204"
SETTINGS = {
    "TWILIO_AUTH_TOKEN": TOKEN, "FIELD_PUBLIC_URL": PUBLIC, "WECHAT_TOKEN": WECHAT.token,
    "WECHAT_AES_KEY": WECHAT.aes_key, "WECHAT_APP_ID": WECHAT.app_id,
}  # fmt: skip
Send = Callable[[HTTPConnection, str, str], None]


class Measured(NamedTuple):
    """Messages per second, and the 99th percentile of one message in milliseconds."""

    rate: float
    p99: float


def rows() -> Iterator[tuple[str, str, str, str]]:
    """The table's rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ground.postgres(folder) as address:
            for database, url in (("SQLite", None), ("PostgreSQL", address)):
                yield from _on(database, folder / database, url)


def _on(database: str, home: Path, url: str | None) -> Iterator[tuple[str, str, str, str]]:
    home.mkdir()
    url = url or f"sqlite:///{home / 'field.db'}"
    county = ground.settle(home, url)
    numbers, friends = _bound(county)
    county.close()
    bare_table(url)
    for name, senders, send in (("signed SMS", numbers, _sms), ("sealed WeChat", friends, _letter)):
        for at_once in (1, 8):
            ours, floor = [], []
            for _ in range(2):  # by turns, so that a slow moment of the machine meets both
                with ground.gunicorn("wsgi:app", home, url, SETTINGS) as port:
                    ours.append(_all(port, at_once, senders, send))
                with ground.gunicorn("benchmarks.bare:app", home, url, SETTINGS) as port:
                    floor.append(_all(port, at_once, senders, send))
            best, bare = max(ours), max(floor)
            words = f"{name}, {database}, {at_once} sender{'s' if at_once > 1 else ''}"
            yield words, _words(best), _words(bare), f"{best.rate / bare.rate:.2f}"


def _bound(county: County) -> tuple[list[str], list[str]]:
    """Telephone numbers and openids of heads of households, each bound by a cadre's visit."""
    numbers = [f"+8613912{place:06d}" for place in range(SENDERS)]

    def work(session: Session) -> None:
        one = household(VILLAGE, 0)
        homes = []
        for place, number in enumerate(numbers):
            id_number = make("420626", date(1970, 1, 1 + place % 28), 300 + place)
            head = {**one["members"][0], "phone": number, "id_number": id_number}
            homes.append(RosterHousehold(**{**one, "number": f"B{place:04d}", "members": [head]}))
        enrol(session, homes, "county", clock.now())
        for person in session.scalars(select(Person).where(Person.phone.is_not(None))):
            if person.phone in numbers:
                for channel, address in ((Channel.SMS, person.phone), (Channel.WECHAT, openid(person.phone))):
                    contact = contacts.claim(session, person, channel, address, clock.now())
                    contacts.confirm(session, contact, Proof.VISIT, "cadre", clock.now())

    with county.app.app_context():
        transact(work)
    return numbers, [openid(number) for number in numbers]


def openid(number: str) -> str:
    """The same person on WeChat."""
    return f"oBench{number[1:]}"


def _all(port: int, at_once: int, numbers: list[str], send: Send) -> Measured:
    def talk(at_once: int, numbers: list[str]) -> list[float]:
        with ThreadPoolExecutor(at_once) as pool:
            talks = [pool.submit(_talk, port, numbers[place::at_once], send) for place in range(at_once)]
            return [spent for talk in talks for spent in talk.result()]

    talk(8, numbers[:16])  # each worker has then written its statements once
    begin = time.perf_counter()
    times = talk(at_once, numbers)
    rate = len(times) / (time.perf_counter() - begin)
    return Measured(rate, statistics.quantiles(times, n=100)[-1] * 1000)


def _talk(port: int, numbers: list[str], send: Send) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for _ in range(ROUNDS):
        for text in SAID:
            for number in numbers:
                begin = time.perf_counter()
                send(connection, number, text)
                times.append(time.perf_counter() - begin)
    connection.close()
    return times


def _sms(connection: HTTPConnection, number: str, text: str) -> None:
    form = {"MessageSid": f"SM{uuid4().hex}", "From": number, "To": "+8610000000000", "Body": text, "NumMedia": "0"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/hooks/twilio", form)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/hooks/twilio", urlencode(form), headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status} {body[:200]!r}")


def _letter(connection: HTTPConnection, friend: str, text: str) -> None:
    inside = {"FromUserName": friend, "MsgType": "text", "Content": text, "MsgId": str(uuid7().int)[:18]}
    query, body = sealed(written(inside), clock.now())
    connection.request("POST", f"/hooks/wechat?{urlencode(query)}", body, {"Content-Type": "text/xml"})
    answer = connection.getresponse()
    told = answer.read()
    if answer.status != 200 or b"Encrypt" not in told:
        raise RuntimeError(f"answered {answer.status} {told[:200]!r}")


def _words(measured: Measured) -> str:
    return f"{measured.rate:.0f}/s, p99 {measured.p99:.0f} ms"
