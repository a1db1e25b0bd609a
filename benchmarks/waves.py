"""A wave of 20,000 check-ins, with simulated answers over a simulated hour: nothing lost or doubled, memory flat."""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from random import Random

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from uuid6 import uuid7

from benchmarks import ground
from field import worker
from field.codes import Channel
from field.ledger.entries import Entry
from field.messaging import checkin_waves, talk
from field.messaging.messages import Inbound, Outbound, Said
from field.messaging.sending import Transact, send_some
from field.messaging.sending_rules import Rules as SendingRules
from field.monitoring.workers.checkin_requests import CheckinRequest
from field.monitoring.workers.checkin_rules import Hours, Rules
from field.orm import insert_many
from field.registry.contacts import Contact, address_index
from field.registry.households import Household, Person
from field.registry.sealing import blind

PEOPLE = int(os.environ.get("FIELD_BENCH_WAVE", "20000"))
VILLAGES = ("420626107204", "420626107205", "420626102201", "420626102202")
WAYS = {"sms": "field"}
RULES = Rules(per_day=PEOPLE, most=PEOPLE, hours=Hours(clock_time(9), clock_time(10)))
UNPACED = SendingRules(rates={"sms": ((10**9, timedelta(seconds=1)),)})
BEGIN = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)  # nine in the county
REPLIES = ((("1",), 50), (("还在深圳龙华，一个月五千二", "1"), 30), (("0",), 8), ((), 12))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CLOSING = BEGIN + timedelta(hours=1) - timedelta(milliseconds=1)  # of 20,000 the last is asked 180 ms before the end


@dataclass
class Telephones:
    """Everybody's telephone: takes what is sent, and answers, or does not, a minute later."""

    taken: Counter[str] = field(default_factory=Counter)
    waiting: list[str] = field(default_factory=list)

    def send(self, message: Outbound) -> str:
        self.taken[message.key] += 1
        if ":remind" not in message.key:
            self.waiting.append(message.recipient)
        return f"id-{message.key}"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """One row for each database; the figure is what one worker carries on one core, answers included."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "sqlite"
        yield _row("SQLite", _wave(home, f"sqlite:///{home / 'field.db'}"))
        with ground.postgres(folder) as address:
            yield _row("PostgreSQL", _wave(folder / "postgres-home", address))


def _row(database: str, told: dict[str, str]) -> tuple[str, str, str, str]:
    words = f"wave of {PEOPLE:,} check-ins with answers, {database}"
    return words, f"{told['seconds']} s, lost {told['lost']}, doubled {told['doubled']}", told["memory"], told["rate"]


def _wave(home: Path, url: str) -> dict[str, str]:
    county = ground.settle(home, url)
    turn = worker.turns(county.app)
    for first in range(0, PEOPLE, 1000):
        turn(lambda session: _bind(session, first, min(first + 1000, PEOPLE)))  # noqa: B023
    turn(lambda session: session.execute(text("ANALYZE")))  # as a county's database was, long before its first wave
    phones, said = Telephones(), Random(1)
    memory: list[str] = []
    begin, asked, now = time.perf_counter(), 0, BEGIN
    turn(lambda session: checkin_waves.start(session, "w", "420626", "bench", WAYS, now, RULES))
    expected: Counter[str] = Counter()
    for minute in range(1, 61):
        now = min(BEGIN + minute * MINUTE, CLOSING)
        _round(turn, phones, now)
        expected += _answer(turn, phones, now + MINUTE / 2, said)
        if len(phones.taken) >= PEOPLE * (1, 2, 4)[min(len(memory), 2)] // 4 and len(memory) < 3:
            memory.append(f"{len(phones.taken) / 1000:.0f}k: {_resident()} MB")
        asked = len(phones.taken)
    spent = time.perf_counter() - begin
    for later in (3, 6):
        _round(turn, phones, BEGIN + later * DAY + (CLOSING - BEGIN))
    lost, doubled = turn(lambda session: _checked(session, phones, expected))
    county.close()
    return {
        "seconds": f"{spent:.0f}", "lost": str(lost), "doubled": str(doubled), "memory": ", ".join(memory),
        "rate": f"{asked / spent:.0f}/s",
    }  # fmt: skip


def _round(turn: Transact, phones: Telephones, now: datetime) -> None:
    checkin_waves.step(turn, now, WAYS, RULES)
    while send_some(turn, {"field": phones}, lambda: now, "w", UNPACED, 500):
        pass


def _answer(turn: Transact, phones: Telephones, now: datetime, said: Random) -> Counter[str]:
    """Who was asked in the last minute answers, if ever; how many entries of each kind should follow."""
    followed: Counter[str] = Counter()
    numbers, phones.waiting = phones.waiting, []
    for number in numbers:
        [words] = said.choices([words for words, _ in REPLIES], [weight for _, weight in REPLIES])
        for word in words:
            inbound = Inbound(Channel.SMS, "field", str(uuid7()), number, "", Said.TEXT, now, word)
            turn(lambda session: talk.answer(session, inbound, now))  # noqa: B023
        followed["checkin" if words else "silence"] += 1
    return followed


def _checked(session: Session, phones: Telephones, expected: Counter[str]) -> tuple[int, int]:
    """Messages, answers and silences that are missing, and those that are there twice."""
    rows = session.execute(select(Entry.kind, func.count()).group_by(Entry.kind))
    kept: dict[str, int] = dict(rows.all())
    asked = sum(":remind" not in key for key in phones.taken)
    reminded = len(phones.taken) - asked
    open_ones = session.scalar(select(func.count()).where(CheckinRequest.closed_at.is_(None))) or 0
    pairs = [(asked, PEOPLE), (reminded, expected["silence"])]
    pairs += [(kept.get(kind, 0), count) for kind, count in expected.items()]
    twice = sum(count - 1 for count in phones.taken.values())
    lost = open_ones + sum(max(wanted - there, 0) for there, wanted in pairs)
    return lost, twice + sum(max(there - wanted, 0) for there, wanted in pairs)


def _bind(session: Session, first: int, last: int) -> None:
    """Households of one worker each, whose telephone is confirmed."""
    homes, people, bound = [], [], []
    for number in range(first, last):
        home, person, phone = str(uuid7()), str(uuid7()), f"+86139{number:08}"
        village, ends = VILLAGES[number % len(VILLAGES)], BEGIN - DAY
        homes.append({
            "id": home, "number": f"W{number}", "region": village, "head": "陈某", "persons": 1, "risk_factors": [],
            "formerly_poor": False, "no_labour": False, "kind": "unstable" if number % 3 else None,
        })  # fmt: skip
        people.append({
            "id": person, "household_id": home, "position": 1, "name": "陈某", "details": {}, "phone": phone,
            "phone_index": blind("phone", phone), "work_place": "440309", "monthly_income": 520000, "months_away": 10,
        })  # fmt: skip
        bound.append({
            "id": str(uuid7()), "person_id": person, "household_id": home, "channel": "sms", "address": phone,
            "address_index": address_index("sms", phone), "state": "verified", "since": ends, "confirmed_at": ends,
            "changed_at": ends,
        })  # fmt: skip
    for table, lines in ((Household, homes), (Person, people), (Contact, bound)):
        insert_many(session, table, lines)


def _resident() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024
