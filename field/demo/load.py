"""演示县装载: places, accounts, roster and earlier visits, by the same core calls as everything else."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.db import count_anew, transact
from field.demo import helping, voices, waves
from field.demo.accounts import CADRE, CADRE2, open_accounts
from field.demo.busy import Busy
from field.demo.cast import Cast
from field.demo.county import ROSTER, places
from field.demo.people import Author
from field.demo.pictures import picture
from field.demo.visits import Home, moment, visit
from field.demo.voices import Worker
from field.ledger.entries import Entry
from field.media.photo import inspect
from field.media.vault import Vault
from field.monitoring.risk.judgement import basis
from field.monitoring.risk.sweep import Swept, record_sweep, sweep_slice
from field.monitoring.roster.enrol import BATCH, enrol
from field.monitoring.visiting.evidence import take_in
from field.monitoring.visiting.visits import record_visit, record_visits
from field.registry.households import Household, Person
from field.registry.regions import VILLAGE, load_regions
from field.registry.rights import Actor

REGIONS = Path(__file__).with_name("regions-420626.csv")
SINCE, VISITED_SINCE = timedelta(days=270), timedelta(days=182)
SENT_AFTER = timedelta(minutes=40)
RANG_AGO = timedelta(days=70)  # fresh enough to be asked there, and so long ago that it is time
BOUND_AGO = timedelta(hours=23)  # after all earlier visits, before what came in by message
SHOWN = ("receipt", "medical_record", "house")
VISITED, PICTURES, AT_ONCE, REACHABLE = 330, 40, 25, 400
Item = TypeVar("Item")
Result = TypeVar("Result")
Planned = tuple[datetime, Home, Actor]


@dataclass(frozen=True)
class Loaded:
    """已装载: how much there is in the county now."""

    households: int
    persons: int
    entries: int


class Founding:
    """建县: fills one empty county, the same for the same seed and day."""

    def __init__(self, begin: Callable[[], Session], vault: Vault, now: datetime, seed: int = 420626) -> None:
        self.begin, self.vault, self.now = begin, vault, now
        self.since = now - SINCE
        self.rng = Random(seed)  # noqa: S311 - invented people, no secret
        self.actors: dict[str, Actor] = {}
        self.cast = Cast(self.since.date())

    def load(self, households: int = ROSTER, entries: int = 0) -> Loaded:
        """A roster of so many households, and visits until the ledger has at least so many entries."""
        names = self._settle()
        persons = self._enrol(names, households)
        busy = self._busy(homes := self._homes())
        played = {home.id for home, _ in busy.cases}
        helped = self._help([home for home in homes if home.id not in played])
        earlier = self._plan(others := [home for home in homes if home.id not in busy.taken])
        self._fill_up(others, max(entries - households - helped - len(earlier), 0))
        self._ask(busy.taken | {home.id for _, home, _ in earlier})
        busy.go_on(self._transact, self.actors, self.vault, self.now)
        self._visit(earlier)
        self._hear(others)
        self._sweep()
        with self.begin() as session:
            return Loaded(households, persons, session.scalar(select(func.count()).select_from(Entry)) or 0)

    def _busy(self, homes: Sequence[Home]) -> Busy:
        played = self.cast.played
        with self.begin() as session:
            rows = session.execute(select(Household.number, Household.id).where(Household.number.in_(played)))
            return Busy(homes, played, dict(rows.all()))

    def _settle(self) -> dict[str, str]:
        with REGIONS.open(encoding="utf-8", newline="") as lines:
            names = {row["code"]: row["name"] for row in csv.DictReader(lines)}
        towns = [(code, name) for code, name in names.items() if len(code) == 9]

        def work(session: Session) -> None:
            load_regions(session, names.items())
            self.actors = open_accounts(session, towns, self.since)

        self._transact(work)
        return names

    def _enrol(self, names: dict[str, str], households: int) -> int:
        villages = [code for code in names if len(code) == VILLAGE]
        author = Author(self.rng, self.since.date())
        several = places(villages, households, self.rng)
        invented = (self.cast.take(author.household(place, names[place.village])) for place in several)
        for batch in _batches(invented, BATCH):
            self._transact(lambda session: enrol(session, batch, "county", self.since))  # noqa: B023
        self._transact(count_anew)
        return author.people

    def _homes(self) -> list[Home]:
        wages = func.coalesce(func.sum(Person.months_away * Person.monthly_income), 0)
        of = Household
        columns = (of.id, of.region, of.main_risk, of.risk_factors, of.latitude, of.longitude)
        rows = select(*columns, wages, func.min(Person.id), of.identified_on).outerjoin(
            Person, Person.household_id == of.id
        )
        with self.begin() as session:
            return [Home._make(row) for row in session.execute(rows.group_by(of.id).order_by(of.number))]

    def _help(self, homes: Sequence[Home]) -> int:
        """Teams and measures, before all visits; how many entries that made."""
        count = 0
        for turn, several in enumerate(helping.rounds(homes, self.since, self.now), 1):
            for batch in _batches(iter(several), BATCH):
                at = self.since + turn * timedelta(minutes=1)
                self._transact(lambda session: helping.record(session, batch, "county", at))  # noqa: B023
            count += len(several)
        return count

    def _plan(self, homes: Sequence[Home]) -> list[Planned]:
        """Who visits whom and when, oldest first; every third village has seen nobody."""
        villages = sorted({home.region for home in homes})
        quiet = {village for place, village in enumerate(villages) if place % 3 == 1} - {CADRE, CADRE2}
        monitored = [home for home in homes if home.main_risk and home.region not in quiet]
        near = [
            home for home in homes if home.region in (CADRE, CADRE2) and (home.main_risk or self.rng.random() < 0.5)
        ]
        chosen = self.rng.sample(monitored, min(VISITED, len(monitored)))
        visited = {home.id: home for home in (*near, *chosen)}
        planned = [one for home in visited.values() for one in self._rounds(home)]
        return sorted(planned, key=lambda one: (one[0], one[1].id))

    def _rounds(self, home: Home) -> Iterator[Planned]:
        """One to three visits of a household, now and then by another's eyes."""
        day = self.rng.randint(1, 90)
        team = self.actors[f"team-{home.region[:9]}"]
        own = {CADRE: self.actors["cadre"], CADRE2: self.actors["cadre2"]}.get(home.region, team)
        first = (self.now - VISITED_SINCE).replace(hour=0, minute=0, second=0)  # 8:00 in China
        for turn in range(self.rng.choice((1, 1, 2, 3))):
            at = first + timedelta(days=day, minutes=self.rng.randint(0, 9 * 60))
            if at < self.now - timedelta(days=1):
                yield at, home, own if turn != 1 else team
            day += self.rng.randint(9, 50)

    def _visit(self, planned: Sequence[Planned]) -> None:
        pictured = set(self.rng.sample(range(len(planned)), min(PICTURES, len(planned))))
        for batch in _batches(iter(enumerate(planned)), AT_ONCE):
            told = [(self._with_picture(one, place in pictured), one) for place, one in batch]

            def work(session: Session) -> None:
                for (one, photo), (at, _, by) in told:  # noqa: B023
                    now = at + SENT_AFTER
                    if photo:
                        take_in(session, inspect(photo), by.username, now)
                    record_visit(session, one, by, now)

            self._transact(work)

    def _with_picture(self, planned: Planned, pictured: bool) -> tuple[dict[str, Any], bytes | None]:
        at, home, _ = planned
        told = visit(home, at, self.rng)
        if not pictured:
            return told, None
        kind, taken_at = self.rng.choice(SHOWN), at + timedelta(minutes=1)
        photo = picture(kind, taken_at, self.rng)
        digest = sha256(photo).hexdigest()
        self.vault.put(digest, photo)
        item: dict[str, Any] = {"sha256": digest, "kind": kind, "taken_at": moment(taken_at)}
        if kind == "receipt":
            amount = self.rng.randrange(80_000, 2_000_000, 1_000)
            late = home.identified_on if amount % 2_000 == 0 else None
            item |= {"issued_on": f"{(late or at) - timedelta(days=20):%Y-%m-%d}", "person_id": home.patient}
            item["amount"] = amount
            item["compliant_amount"] = amount * self.rng.randint(70, 95) // 100
        return told | {"evidence": [item]}, photo

    def _fill_up(self, homes: Sequence[Home], visits: int) -> None:
        """Visits of each of the households in turn, before all others."""
        turn = timedelta(days=(SINCE - VISITED_SINCE).days / (visits // max(len(homes), 1) + 2))
        at = self.since
        while visits > 0:
            at += turn
            for batch in _batches(islice(homes, visits), BATCH):
                told = [(visit(home, at, self.rng, placed=False), self.actors["county"]) for home in batch]
                self._transact(lambda session: record_visits(session, told, at + SENT_AFTER))  # noqa: B023
                visits -= len(batch)

    def _ask(self, visited: set[str]) -> int:
        """A wave of check-ins last month, in a town, among households that nobody will have visited since."""
        with self.begin() as session:
            chosen = waves.workers(session, visited)

        def turn(work: Callable[[Session], Result]) -> Result:
            with self.begin() as session:
                return transact(work, session)

        told = turn(
            lambda session: voices.reach(session, self._reachable(session, visited, chosen), self.now - RANG_AGO)
        )
        return told + (waves.last_month(turn, chosen, self.now) if chosen else 0)

    def _hear(self, homes: Sequence[Home]) -> int:
        """What came in by WeChat and SMS in the last day."""
        away = select(Person.id, Person.household_id).where(Person.work_place.is_not(None)).order_by(Person.id)
        with self.begin() as session:
            one_of_each = {home: Worker(person, home) for person, home in session.execute(away)}
        workers = list(one_of_each.values())

        def work(session: Session) -> int:
            told = voices.bind(session, self._telephones(session), self.now - BOUND_AGO)
            told += voices.declare(session, homes, self.now, self.rng)
            return told + voices.check_in(session, workers, self.now, self.rng)

        with self.begin() as session:
            return transact(work, session)

    def _sweep(self) -> int:
        """The county's first sweep, so that there are grades and warnings; how many entries that made."""
        by, swept = basis(self.now), Swept()

        def turn(session: Session) -> Swept:
            return sweep_slice(session, by, swept.last or "", self.now)

        while True:
            with self.begin() as session:
                part = transact(turn, session)
            if part.last is None:
                break
            swept += part
        self._transact(lambda session: record_sweep(session, by, swept, self.now))
        self._transact(count_anew)
        return swept.warnings + 1

    def _telephones(self, session: Session) -> list[str]:
        """One household's head at home and one worker away, both with a number that nobody else has."""
        alone = select(Person.phone_index).group_by(Person.phone_index).having(func.count() == 1)
        rows = select(Person.id).join(Household, Household.id == Person.household_id)
        order = Household.region != CADRE, Person.household_id, Person.position
        near = rows.where(Person.phone_index.in_(alone)).order_by(*order)
        head = session.scalars(near.where(Person.relation == "户主", Person.work_place.is_(None)).limit(1)).one()
        worker = session.scalars(near.where(Person.work_place.is_not(None)).limit(1)).one()
        return [head, worker]

    def _reachable(self, session: Session, visited: set[str], asked: Sequence[str]) -> list[Worker]:
        """Workers anywhere in the county with a number of their own, whose chains have nothing newer."""
        alone = select(Person.phone_index).group_by(Person.phone_index).having(func.count() == 1)
        away = select(Person.id, Person.household_id).join(Household, Household.id == Person.household_id).where(
            Person.work_place.is_not(None), Person.phone_index.in_(alone), Person.id.not_in(asked),
            Household.region != CADRE,
        )  # fmt: skip
        found = [Worker(*row) for row in session.execute(away.order_by(Person.id)) if row[1] not in visited]
        return self.rng.sample(found, min(REACHABLE, len(found)))

    def _transact(self, work: Callable[[Session], object]) -> None:
        with self.begin() as session:
            transact(work, session)


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch
