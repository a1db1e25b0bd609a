"""任意的历史，一: chance decides who sees and says what, through the core calls; many acts are refused."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, Source
from field.db import db, transact
from field.ledger.entries import Entry
from field.media.vault import Vault
from field.monitoring.checks import people_corrections
from field.monitoring.checks.merging import Differing, merge, part
from field.monitoring.checks.quality import record_counts
from field.monitoring.leads import attaching, bindings
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.leads import Lead
from field.monitoring.leads.photos_added import record_photo
from field.monitoring.leads.unfinished import HelpWanted, record_help_wanted
from field.monitoring.risk.judgement import basis
from field.monitoring.risk.sweep import record_sweep, sweep_slice
from field.monitoring.roster.enrol import enrol
from field.monitoring.visiting import held
from field.monitoring.visiting.visits import record_visit
from field.monitoring.workers.checkins import CheckedIn, Why, record_call, record_call_wanted, record_silence
from field.registry.contact_rules import Proof, Withdrawn
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from field.registry.idnumber import make
from field.registry.rights import NotAllowed
from tests.county import REGIONS, County, household, moment
from tests.monitoring import casework
from tests.monitoring.casework import RICH
from tests.revisiting import eliminated

WHO = ("cadre", "cadre2", "town", "town2", "county")
VILLAGES = [code for code in REGIONS if len(code) == 12]
REFUSALS = {
    "NotAllowed",
    "Refused",
    "WrongHands",
    "OutOfOrder",
    "Stale",
    "OtherContent",
    "Faulty",
    "NotEliminated",
    "NotOpen",
}
REFUSALS |= {
    "NotMergeable",
    "NotMerged",
    "AlreadyAttached",
    "NotAttached",
    "UnderWay",
    "AlreadyDecided",
    "NotPossible",
    "CaseOpened",
}
REFUSALS |= {"AlreadyAnswered", "NotNear", "StateChanged", "Contested", "NotWaiting", "PhoneHolds"}


class SeenAndSaid:
    """What people see and say in a small county when chance decides."""

    def __init__(self, county: County, vault: Vault, seed: int, now: datetime) -> None:
        self.county, self.vault, self.chance, self.begun = county, vault, random.Random(seed), now
        self.refused: dict[str, int] = {}
        self.done: set[str] = set()
        eliminated(county, VILLAGES[0], now)  # by chance alone hardly anybody gets so far
        self.now = now + timedelta(days=8)

    def go_on(self, steps: int) -> None:
        """So many acts, hours or days apart; what has never come about is tried more often."""
        acts = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        often = {"do_case", "do_fund", "do_measure", "do_attach", "do_decide_row", "do_donate", "do_merge"}
        for _ in range(steps):
            weights = [6 if one.__name__ in often else 1 if one.__name__ in self.done else 4 for one in acts]
            [one] = self.chance.choices(acts, weights)
            self.now += timedelta(minutes=self.chance.choice((1, 30, 300, 3000, 9000)))
            self._try(one)

    def kinds(self) -> set[str]:
        """Which kinds of entries there are by now."""
        with self.county.app.app_context():
            return set(db.session.scalars(select(Entry.kind).distinct()))

    def _try(self, one: Callable[[Session], object]) -> None:
        with self.county.app.app_context():
            try:
                transact(one)
                self.done.add(one.__name__)
            except Exception as error:
                if type(error).__name__ not in REFUSALS:
                    raise
                name = f"{one.__name__}: {type(error).__name__}"
                self.refused[name] = self.refused.get(name, 0) + 1

    def _one(self, session: Session, table: Any, *which: Any) -> Any:
        key = table.__table__.primary_key.columns
        found = session.execute(select(*key).where(*which).order_by(*key)).all()
        if not found:
            raise NotAllowed  # nothing of that kind is there yet
        return session.get(table, tuple(self.chance.choice(found)))

    def _by(self, *names: str) -> Any:
        return self.county.actor(self.chance.choice(names or WHO))

    def _home(self, session: Session) -> Household:
        home: Household = self._one(session, Household)
        return home

    def _note(self) -> dict[str, Any]:
        return {"note": self.chance.choice(["情况属实", "已经核过", "再看看"])}

    # ── what was seen and said ──
    def do_roster(self, session: Session) -> None:
        place = self.chance.randrange(6)
        said: dict[str, Any] = {**household(VILLAGES[place % 4], place)}
        number = self.chance.randrange(9)
        said["address"] = f"{number} 号"
        if number > 5:
            said |= {"kind": "at_risk", "formerly_poor": number % 2 == 0}
        if self.chance.random() < 0.5:
            said = {k: v for k, v in said.items() if k not in ("kind", "identified_on")} | {"risk_factors": []}
        if self.chance.random() < 0.2:
            said["members"] = said["members"][:1]
        if self.chance.random() < 0.3:
            said["members"] = [{**one, "relation": "其他", "pupil": "高中"} for one in said["members"]]
        if self.chance.random() < 0.2:
            said["region"] = self.chance.choice(VILLAGES)
        enrol(session, [said], "county", self.now)  # type: ignore[list-item]

    def do_visit(self, session: Session) -> None:
        home = self._home(session)
        people = sorted(session.scalars(select(Person.id).where(Person.household_id == home.id)))
        visit = self.county.visit() | {"household_id": home.id, "id": str(uuid7())}
        by = self._by("cadre", "cadre2", "town", "moved")
        at = self.now - timedelta(minutes=self.chance.choice((1, 5000, -5000)))
        at = self.begun - timedelta(days=1) if by.username == "moved" else at
        visit["visited_at"] = visit["location"]["fix_at"] = moment(at)
        bill = {"sha256": f"{self.chance.randrange(5):064x}", "kind": "receipt", "person_id": people[0],
                "issued_on": "2026-10-08", "amount": 900_000, "compliant_amount": 800_000}  # fmt: skip
        visit["evidence"] = [{"sha256": casework.PHOTO, "kind": "other"}, bill]
        visit |= self.chance.choice([{}, RICH, {"risk_factors": ["illness", "water"]}])
        change = self.chance.choice([None, {"person_id": people[-1], "left": "married_out"},
                                     {"person_id": people[0], "phone": "13800000199", "health": "患有大病"},
                                     {"new": {"name": "陈小宝", "sex": "male", "birth_date": "2020-02-03"}}])  # fmt: skip
        visit["members"] = [change] if change else []
        record_visit(session, visit, by, self.now)

    def do_hand_in(self, session: Session) -> None:
        held.hand_over(session, {"note": str(self.chance.random())}, "交不上去", self._by("cadre", "cadre2"), self.now)

    def do_decide_held(self, session: Session) -> None:
        one = self._one(session, Entry, Entry.kind.in_(held.HELD))
        yes = self.chance.random() < 0.6
        held.decide(session, one.chain_id, one.seq, yes, "看过了", self._by("town", "town2", "county"), self.now)

    def do_declare(self, session: Session) -> None:
        home, known = self._home(session), self.chance.random() < 0.6
        person = self._one(session, Person, Person.household_id == home.id).id
        said = Declared(
            str(uuid7()), Channel.SMS, ["illness"], "家里有人住院", "2026-1", home.region[: self.chance.choice((9, 12))],
            home.id if known else None, person if known else None, evidence=["e" * 64] if known else [],
        )  # fmt: skip
        entry = record_declaration(session, said, self.now)
        if self.chance.random() < 0.5:
            record_photo(session, entry, f"{self.chance.randrange(10**6):064x}", self.now)

    def do_check_in(self, session: Session) -> None:
        person = self._one(session, Person)
        facts: dict[str, Any] = self.chance.choice([{"phone": "+8613800000188"}, {"work_place": "440106"}, {"monthly_income": 350_000},
                                    {"work": "电子厂", "months_away": 8}])  # fmt: skip
        by = self._by("cadre", "cadre2", "town")
        said = CheckedIn(str(uuid7()), Channel.CALL, person.id, person.household_id, facts, recorder=by.username,
                         asks_help=self.chance.random() < 0.2, verified=self.chance.random() < 0.5)  # fmt: skip
        record_call(session, said, self.now, by, self.now)

    def do_silence(self, session: Session) -> None:
        person = self._one(session, Person)
        record_silence(session, person.id, person.household_id, str(uuid7()), 2, self.now)

    def do_call_wanted(self, session: Session) -> None:
        person = self._one(session, Person)
        why = self.chance.choice(list(Why))
        record_call_wanted(session, person.id, person.household_id, str(uuid7()), why, self.now)

    def do_help_wanted(self, session: Session) -> None:
        why = self.chance.choice(["danger", "question", "named"])
        person = self._one(session, Person)
        contact = Contact(person_id=person.id, household_id=person.household_id)
        whose: Contact | str = contact if self.chance.random() < 0.5 else self.chance.choice(VILLAGES)
        said = HelpWanted(str(uuid7()), Channel.SMS, Source.DECLARATION, "救急", **{why: True})
        record_help_wanted(session, said, whose, self.now)

    def do_bind(self, session: Session) -> None:
        person = self._one(session, Person)
        number = f"+861380000{self.chance.randrange(700, 704):04d}"
        bindings.register(session, person, "sms", number, bindings.Deed(f"person:{person.id}"), self.now)

    def do_settle_binding(self, session: Session) -> None:
        contact = self._one(session, Contact, Contact.revoked_at.is_(None))
        if self.chance.random() < 0.6:
            bindings.confirm(session, contact, Proof.VISIT, bindings.Deed("cadre", note="当面看过"), self.now)
        else:
            why = self.chance.choice([None, *Withdrawn])
            bindings.end(session, contact, bindings.Deed("cadre", note="换号了"), self.now, why)

    def do_attach(self, session: Session) -> None:
        taken = Lead.household_id.is_(None) if self.chance.random() < 0.5 else Lead.household_id.is_not(None)
        lead = self._one(session, Lead, Lead.chain_id.startswith("region:"), taken)
        by = self._by("town", "town2", "county")
        if lead.household_id:
            attaching.detach(session, lead.chain_id, lead.seq, lead.household_id, "弄错了", by, self.now)
        else:
            attaching.attach(session, lead.chain_id, lead.seq, self._home(session).id, by, self.now)

    def do_merge(self, session: Session) -> None:
        merged = Person.merged_into.is_not(None) if self.chance.random() < 0.4 else Person.merged_into.is_(None)
        one, other = self._one(session, Person, merged), self._one(session, Person)
        if one.merged_into:
            part(session, one.id, "是两个人", self._by("county"), self.now)
        else:
            merge(session, one.id, other.id, "登记了两次", self._by("county"), self.now, [*Differing])

    def do_correct_person(self, session: Session) -> None:
        person = self._one(session, Person)
        day = self.chance.choice(["1968-05-04", "1970-05-04", "1971-06-05"])
        number = make("420626", date.fromisoformat(day), self.chance.randrange(101, 109))
        said = self.chance.choice([{"pupil": "小学"}, {"relation": "户主"}, {"relation": "其他"}, {"birth_date": day},
                                   {"id_number": number, "birth_date": day}])  # fmt: skip
        by = self._by("cadre", "town", "county")
        people_corrections.correct(session, person.id, said, "对照证件改正", str(uuid7()), by, self.now)

    def do_sweep(self, session: Session) -> None:
        by = basis(self.now)
        record_sweep(session, by, sweep_slice(session, by, "", self.now), self.now)
        record_counts(session, {"no_risk": 1}, self.now, str(uuid7()))
