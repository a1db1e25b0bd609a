"""A small county for tests: two towns, four villages, a household in each, and one account of every kind."""

import copy
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.test import TestResponse

from field import clock, create_app
from field.codes import Role
from field.config import Settings
from field.db import db, transact
from field.monitoring.rebuild import rebuild
from field.monitoring.risk.judgement import window
from field.monitoring.roster.enrol import enrol
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.idnumber import make
from field.registry.regions import load_regions
from field.registry.rights import Actor
from field.registry.roster import RosterHousehold
from field.registry.sealing import Keyring, save_keyring
from field.registry.staff import Staff, find_staff, take_post

PASSWORD = "春风十里不如你"
REGIONS = {
    "42": "湖北省", "4206": "襄阳市", "420626": "保康县", "420626107": "马桥镇", "420626102": "后坪镇",
    "420626107204": "堰垭村", "420626107205": "尧治河村", "420626102201": "后坪村", "420626102202": "车峰坪村",
}  # fmt: skip
STAFF = {
    "cadre": (Role.VILLAGE, "420626107204", "陈干部"),
    "cadre2": (Role.VILLAGE, "420626102201", "李干部"),
    "town": (Role.TOWN, "420626107", "王镇长"),
    "town2": (Role.TOWN, "420626102", "赵镇长"),
    "county": (Role.COUNTY, "420626", "周主任"),
    "medical": (Role.DEPARTMENT, "420626", "医保局"),
    "civil": (Role.UNIT, "420626107", "民政办"),
}
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # cheap, for hundreds of log-ins
NAMES = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸"
CASES = json.loads(Path(__file__).with_name("visit_cases.json").read_text(encoding="utf-8"))


@dataclass
class County:
    """The application, its households by village, and clients that are signed in."""

    app: Flask
    households: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, username: str | None = None) -> "Client":
        """A client with the account's token, or a stranger."""
        client = Client(self.app, self.app.response_class)
        if username is not None:
            if username not in self.tokens:
                answer = client.post("/api/login", json={"username": username, "password": PASSWORD})
                self.tokens[username] = answer.get_json()["token"]
            client.token = self.tokens[username]
        return client

    def visit(self, village: str = "420626107204", **changes: Any) -> dict[str, Any]:
        """A faultless visit of the village's household, made a minute ago, of a year that still counts, without photographs."""
        now = clock.now() - timedelta(minutes=1)
        visit: dict[str, Any] = copy.deepcopy(CASES["base"])
        visit |= {"id": str(uuid7()), "household_id": self.households[village], "visited_at": moment(now)}
        visit["location"]["fix_at"] = moment(now - timedelta(seconds=10))
        first, last = window("september", china_day(now))
        visit["income"]["period"] = {"from": f"{first}", "to": f"{last}"}
        visit["evidence"] = []
        return visit | changes

    def actor(self, username: str) -> Actor:
        """The account as the core sees it."""
        role, region, name = STAFF[username]
        with self.app.app_context():
            staff = find_staff(db.session(), username)
            assert staff is not None
            return Actor(staff.id, username, name, role, region, unit=staff.unit)

    def rebuilt(self) -> tuple[str, ...]:
        """What a rebuild of the ledger gives differently: nothing, if all is well."""
        with self.app.app_context():
            return transact(rebuild).differing

    def hire(self, username: str, role: Role, region: str, name: str, days: int = 9) -> None:
        """Give somebody an account, with a post held for so many days."""

        def work(session: Session) -> None:
            staff = Staff(id=str(uuid7()), username=username, name=name, password_hash=HASHED, posts=[])
            session.add(staff)
            session.flush()
            take_post(session, staff, role, region, clock.now() - timedelta(days=days), str(uuid7()))

        with self.app.app_context():
            transact(work)

    def move(self, username: str, role: Role, region: str) -> None:
        """Give an account another post from now on."""

        def work(session: Session) -> None:
            staff = find_staff(session, username)
            assert staff is not None
            take_post(session, staff, role, region, clock.now(), str(uuid7()))

        with self.app.app_context():
            transact(work)

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


class Client(FlaskClient):
    """A client that signs in by token, as a county system would."""

    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request with the token, unless the test brings its own."""
        if self.token and "Authorization" not in (kwargs.get("headers") or {}):
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "Authorization": f"Bearer {self.token}"}
        return super().open(*args, **kwargs)


def moment(time: datetime) -> str:
    """A time as phones write it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def found_county(settings: Settings, ring: Keyring, unlisted: tuple[str, ...] = ()) -> County:
    """The county on a migrated database, made if it is empty; in the `unlisted` villages nobody is monitored."""
    settings.home.mkdir(parents=True, exist_ok=True)
    save_keyring(ring, settings.keys)
    county = County(create_app(settings))
    county.app.testing = True
    with county.app.app_context():
        if not db.session.scalar(select(exists().select_from(Household))):
            transact(lambda session: _settle(session, unlisted, clock.now()))
        rows = select(Household.region, Household.id)
        county.households = dict(db.session.execute(rows).all())
    return county


def _settle(session: Session, unlisted: tuple[str, ...], now: datetime) -> None:
    load_regions(session, REGIONS.items())
    long_ago = now - timedelta(days=400)
    for username, (role, region, name) in STAFF.items():
        unit = name if role is Role.UNIT else None
        staff = Staff(id=str(uuid7()), username=username, name=name, unit=unit, password_hash=HASHED, posts=[])
        session.add(staff)
        session.flush()
        take_post(session, staff, role, region, long_ago, str(uuid7()))
    villages = [code for code in REGIONS if len(code) == 12]
    listed = [household(village, place) for place, village in enumerate(villages)]
    enrol(session, [unmonitored(one) if one["region"] in unlisted else one for one in listed], "county", now)


def unmonitored(household: RosterHousehold) -> RosterHousehold:
    """The same household as a roster lists one that is not monitored."""
    rest: Any = {key: value for key, value in household.items() if key not in ("kind", "identified_on")}
    listed: RosterHousehold = rest | {"risk_factors": []}
    return listed


def household(village: str, place: int) -> RosterHousehold:
    """An invented couple in a village; each place is another household."""
    return {
        "number": f"H{place:04d}", "region": village, "group": "三组", "kind": "unstable",
        "identified_on": "2022-04-30", "risk_factors": ["illness"], "formerly_poor": True,
        "latitude": 31.7405 + place % 10 / 100, "longitude": 111.3127,
        "members": [
            {
                "name": f"陈大{NAMES[place]}", "relation": "户主", "sex": "male",
                "id_number": make("420626", date(1968, 5, 4), 101 + 2 * place),
                "phone": f"+86138000001{50 + place}",
            },
            {"name": f"李小{NAMES[place]}", "relation": "配偶", "sex": "female",
             "id_number": make("420626", date(1970, 5, 4), 102 + 2 * place)},
        ],
    }  # fmt: skip
