"""门: every route × every role × inside, outside and not there, against a table that knows nothing of the code."""

import hashlib
import io
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.test import TestResponse

from field import clock
from field.codes import CaseAction, Channel, JobKind, Role
from field.db import db, transact
from field.ledger import checkpoints
from field.ledger.receipts import number
from field.media.photo import inspect
from field.media.pieces import Promise
from field.messaging.inbox import InboundMessage
from field.monitoring import evidence
from field.monitoring.attaching import attach
from field.monitoring.bindings import seen_by
from field.monitoring.cases import Asked, case_of, open_case, take_over
from field.monitoring.declarations import Declared, record_declaration
from field.monitoring.enrol import enrol
from field.monitoring.held import hand_over
from field.monitoring.visits import record_visit
from field.registry import contacts, rights
from field.registry.households import Household, Person
from field.registry.idnumber import make
from field.registry.rights import Actor, Right
from field.roster_import import FAULTS
from field.work import enqueue
from field.worker import signer
from tests.county import County
from tests.media.pictures import saved, scene
from tests.running import settings_of

V, T, C, D = "cadre", "town", "county", "medical"
OTHERS = {V: "cadre2", T: "town2", C: "medical", D: "county"}
BEYOND = "420606101201"  # in the next county
INSIDE = {V: ["420626107204"], T: ["420626107204", "420626107205"], C: ["420626102202"], D: ["420626102202"]}
OUTSIDE = {V: ["420626107205", "420626102201"], T: ["420626102201"], C: [BEYOND], D: [BEYOND]}
NOWHERE = "999999999999"
EVERYBODY, ALL, GRASSROOTS, OFFICES = (None, V, T, C, D), (V, T, C, D), (V, T, C), (T, C)
REGION, OWN = "region", "own"
TUS = {"Tus-Resumable": "1.0.0"}
NOTE = {"note": "看过身份证"}
DIGEST = hashlib.sha256(b"some photograph").hexdigest()
PROMISE = {**TUS, "Upload-Length": "4", "Upload-Metadata": f"sha256 {b64encode(DIGEST.encode()).decode()}"}
PIECE = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}

Subject = dict[str, Any]


class Way(NamedTuple):
    """One line of the table: who may, what they get, and, where it is about something, what the others get."""

    who: tuple[str | None, ...]
    inside: int
    about: str | None = None
    outside: int = 403
    path: str = ""
    send: Callable[[Subject], dict[str, Any]] = lambda _: {}
    page: bool = False
    but: Mapping[str | None, int] = MappingProxyType({})

    def expected(self, role: str | None, mine: bool) -> int:
        """The status that a role gets; a stranger is refused by the API, and shown the way to log in by a page."""
        refused = 403 if role else 303 if self.page else 401
        return self.but.get(role) or (refused if role not in self.who else self.inside if mine else self.outside)


def by_region(subject: Subject) -> dict[str, Any]:
    """Ask for a region in the address."""
    return {"query_string": {"region": subject["region"]}}


def a_call(person_id: str) -> dict[str, Any]:
    """A call that found all as before."""
    now = clock.now().isoformat()
    return {"id": str(uuid7()), "person_id": person_id, "called_at": now, "answered_by": "self", "unchanged": True}


TABLE = {
    "POST /api/login": Way(EVERYBODY, 401, send=lambda _: {"json": {"username": "nobody", "password": "wrong"}}),
    "GET /api/me": Way(ALL, 200),
    "GET /api/openapi.json": Way(EVERYBODY, 200),
    "GET /api/docs": Way(EVERYBODY, 200),
    "GET /api/households": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /api/households/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/api/households/{household}"),
    "GET /api/households/<id:household_id>/entries": Way(
        GRASSROOTS, 200, REGION, path="/api/households/{household}/entries"
    ),
    "GET /api/households/<id:household_id>/form": Way(GRASSROOTS, 200, REGION, path="/api/households/{household}/form"),
    "GET /api/pack": Way(GRASSROOTS, 200),
    "POST /api/people/<id:person_id>/phone": Way(
        GRASSROOTS, 200, REGION, path="/api/people/{person}/phone", send=lambda _: {"json": {"reason": "上门前联系"}}
    ),
    "POST /api/visits": Way(GRASSROOTS, 201, REGION, send=lambda s: {"json": s["visit"]}),
    "POST /api/visits/held": Way(GRASSROOTS, 202, send=lambda s: {"json": {"visit": s["visit"], "reason": "交不上去"}}),
    "PUT /api/evidence/<sha256:digest>": Way(
        GRASSROOTS, 200, path="/api/evidence/{digest}", send=lambda s: {"data": s["photo"]}
    ),
    "GET /api/evidence/<sha256:digest>": Way(GRASSROOTS, 200, REGION, 404, "/api/evidence/{digest}"),
    "OPTIONS /api/uploads": Way(EVERYBODY, 204),
    "POST /api/uploads": Way(GRASSROOTS, 201, send=lambda _: {"headers": PROMISE}),
    "HEAD /api/uploads/<upload:upload>": Way(
        GRASSROOTS, 200, OWN, 404, "/api/uploads/{upload}", lambda _: {"headers": TUS}
    ),
    "PATCH /api/uploads/<upload:upload>": Way(
        GRASSROOTS, 204, OWN, 404, "/api/uploads/{upload}", lambda _: {"headers": PIECE, "data": b"ab"}
    ),
    "POST /api/phones": Way(GRASSROOTS, 204, send=lambda s: {"json": {"device": s["household"], "waiting": 0}}),
    "GET /api/phones": Way(OFFICES, 200),
    "GET /api/leads": Way(GRASSROOTS, 200),
    "GET /api/tasks": Way(GRASSROOTS, 200),
    "POST /api/leads/attach": Way(OFFICES, 200, REGION, send=lambda s: {"json": s["stray"]}),
    "POST /api/calls": Way(GRASSROOTS, 201, REGION, send=lambda s: {"json": a_call(s["person"])}),
    "GET /api/statistics": Way(ALL, 200, REGION, send=by_region),
    "GET /api/jobs/<id:job_id>": Way(ALL, 200, OWN, 404, "/api/jobs/{job}"),
    "POST /api/jobs/<id:job_id>/cancel": Way(ALL, 200, OWN, 404, "/api/jobs/{job}/cancel"),
    "POST /hooks/twilio": Way(EVERYBODY, 404),
    "POST /hooks/twilio/status": Way(EVERYBODY, 404),
    "POST /hooks/aliyun/<secret>/inbound": Way(EVERYBODY, 404),
    "POST /hooks/aliyun/<secret>/receipts": Way(EVERYBODY, 404),
    "POST /hooks/tencent/<secret>/inbound": Way(EVERYBODY, 404),
    "POST /hooks/tencent/<secret>/receipts": Way(EVERYBODY, 404),
    "GET /hooks/wechat": Way(EVERYBODY, 404),
    "POST /hooks/wechat": Way(EVERYBODY, 404),
    "GET /m/": Way(EVERYBODY, 200),
    "GET /m/<path:path>": Way(EVERYBODY, 200, path="/m/main.js"),
    "GET /m/sw.js": Way(EVERYBODY, 200),
    "POST /api/logout": Way(ALL, 204),
}
PAGES = {
    "GET /": Way(ALL, 200, REGION, send=by_region, but={V: 302}),
    "GET /login": Way(EVERYBODY, 303, but={None: 200}),
    "POST /login": Way(EVERYBODY, 401, send=lambda _: {"data": {"username": "nobody else", "password": "wrong"}}),
    "POST /logout": Way(ALL, 303),
    "GET /households": Way(GRASSROOTS, 200, REGION, send=by_region),
    "POST /households": Way(GRASSROOTS, 303, send=lambda _: {"data": {"q": "陈"}}),
    "GET /households/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/households/{household}"),
    "GET /people/<id:person_id>/numbers": Way(GRASSROOTS, 200, REGION, path="/people/{person}/numbers"),
    "POST /people/<id:person_id>/numbers": Way(
        GRASSROOTS, 200, REGION, path="/people/{person}/numbers", send=lambda _: {"data": {"reason": "上门前联系"}}
    ),
    "GET /leads": Way(GRASSROOTS, 200),
    "POST /leads/<chain:chain_id>/<seq:seq>": Way(
        OFFICES, 303, REGION, path="/leads/{lead}", send=lambda s: {"data": {"number": s["number"]}}
    ),
    "POST /leads/<chain:chain_id>/<seq:seq>/detach": Way(
        OFFICES,
        303,
        REGION,
        path="/leads/{wrong}/detach",
        send=lambda s: {"data": {"household": s["household"], **NOTE}},
    ),
    "GET /cases": Way(GRASSROOTS, 200),
    "POST /cases": Way(  # 409: the household has its case, as below
        GRASSROOTS, 409, REGION, 422, send=lambda s: {"data": {"number": s["number"], **NOTE}}
    ),
    "POST /cases/from/<chain:chain_id>/<seq:seq>": Way(GRASSROOTS, 409, REGION, path="/cases/from/{told}"),
    "GET /cases/<id:case_id>": Way(GRASSROOTS, 200, REGION, path="/cases/{case}"),
    "POST /cases/<id:case_id>": Way(
        GRASSROOTS, 409, REGION, path="/cases/{case}", send=lambda _: {"data": {"action": "open"}}
    ),
    "GET /cases/<id:case_id>/notice": Way(GRASSROOTS, 404, REGION, path="/cases/{case}/notice"),
    "GET /messages": Way(GRASSROOTS, 200, REGION, send=lambda s: {"query_string": {"household": s["household"]}}),
    "GET /messages/<id:message_id>": Way(GRASSROOTS, 200, REGION, path="/messages/{letter}"),
    "POST /messages/<id:message_id>/attach": Way(
        OFFICES, 303, REGION, path="/messages/{nobodys}/attach", send=lambda s: {"data": {"number": s["number"]}}
    ),
    "POST /messages/<id:message_id>/detach": Way(
        OFFICES, 303, REGION, path="/messages/{nobodys}/detach", send=lambda _: {"data": NOTE}
    ),
    "GET /bindings/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/bindings/{household}"),
    "POST /bindings/contacts/<id:contact_id>/confirm": Way(
        GRASSROOTS,
        303,
        REGION,
        path="/bindings/contacts/{claimed}/confirm",
        send=lambda s: {"data": {"seen": s["seen"]}},
    ),
    "POST /bindings/contacts/<id:contact_id>/revoke": Way(
        GRASSROOTS,
        303,
        REGION,
        path="/bindings/contacts/{ended}/revoke",
        send=lambda s: {"data": {"seen": s["seen"], **NOTE}},
    ),
    "GET /merging": Way((C,), 200),
    "POST /merging/find": Way((C,), 200, send=lambda _: {"data": {"q": "陈大一"}}),
    "GET /merging/pair": Way(
        (C,), 200, REGION, send=lambda s: {"query_string": {"merge": s["person"], "keep": s["second"]}}
    ),
    "POST /merging": Way(
        (C,), 303, REGION, send=lambda s: {"data": {"merge": s["second"], "keep": s["person"], **NOTE}}
    ),
    "POST /merging/undo": Way((C,), 303, REGION, send=lambda s: {"data": {"person": s["second"], **NOTE}}),
    "GET /checkins": Way((C,), 200, REGION, send=by_region),
    "POST /checkins": Way(  # 409: this county has no way to send
        (C,), 409, REGION, send=lambda s: {"data": {"region": s["region"], "wave": str(uuid7()), "sure": "1"}}
    ),
    "GET /ledger": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /held": Way(OFFICES, 200),
    "POST /held/<chain:chain_id>/<seq:seq>": Way(
        OFFICES, 303, REGION, path="/held/{held}", send=lambda _: {"data": {"verdict": "accept"}}
    ),
    "GET /imports": Way((C,), 200),
    "POST /imports": Way((C,), 303, send=lambda _: {"data": {"file": (io.BytesIO(b"no roster"), "a.xlsx")}}),
    "GET /imports/template.xlsx": Way((C,), 200),
    "GET /imports/<id:job_id>/faults.xlsx": Way((C,), 200, REGION, 404, "/imports/{roster}/faults.xlsx"),
    "POST /imports/<id:job_id>/cancel": Way((C,), 303, REGION, 404, "/imports/{roster}/cancel"),
    "GET /demo/phone": Way(EVERYBODY, 404),
    "POST /demo/phone": Way(EVERYBODY, 404),
    "GET /declare": Way(EVERYBODY, 200),
    "POST /declare": Way(EVERYBODY, 422),
    "GET /declare/done": Way(EVERYBODY, 200),
    "GET /declare/<step>": Way(EVERYBODY, 200, path="/declare/what"),
    "POST /declare/<step>": Way(EVERYBODY, 409, path="/declare/what"),
    "GET /declare/wechat": Way(EVERYBODY, 404),
    "GET /declare/wechat/back": Way(EVERYBODY, 404),
    "POST /demo/phone/checkin": Way(EVERYBODY, 404),
    "POST /demo/wechat/cgi-bin/stable_token": Way(EVERYBODY, 404),
    "POST /demo/wechat/cgi-bin/message/custom/send": Way(EVERYBODY, 404),
    "POST /demo/wechat/cgi-bin/message/subscribe/bizsend": Way(EVERYBODY, 404),
    "GET /demo/wechat/cgi-bin/media/get": Way(EVERYBODY, 404),
    "GET /demo/twilio/<sha256:digest>": Way(EVERYBODY, 404, path="/demo/twilio/{digest}"),
    "GET /receipt/<number>": Way(EVERYBODY, 200, path="/receipt/{receipt}"),
    "GET /receipt/<number>.json": Way(EVERYBODY, 200, path="/receipt/{receipt}.json"),
    "GET /receipt/<number>.svg": Way(EVERYBODY, 200, path="/receipt/{receipt}.svg"),
    "GET /checkpoint": Way(EVERYBODY, 200),
    "GET /checkpoint.txt": Way(EVERYBODY, 200),
    "GET /office/<name>": Way(EVERYBODY, 200, path="/office/office.css"),
    "GET /office/print.css": Way(EVERYBODY, 200),
}
TABLE |= {line: way._replace(page=True) for line, way in PAGES.items()}
ENDS = ("/api/logout", "/logout")


class Ground:
    """The county, with a visited household and its photograph in each village and one beyond the border."""

    def __init__(self, county: County) -> None:
        self.county = county
        with county.app.app_context():
            transact(_beyond_the_border)
            households = select(Household.region, Household.id)
            persons = select(Household.region, Person.id).join(Person).order_by(Person.position.desc())
            self.seconds = {row.region: row.id for row in db.session.execute(persons.where(Person.position == 2))}
            numbers = select(Household.region, Household.number)
            self.numbers = {row.region: row.number for row in db.session.execute(numbers)}
            self.households = {row.region: row.id for row in db.session.execute(households)}
            self.persons = {row.region: row.id for row in db.session.execute(persons)}
            self.photos = {village: saved(scene(number), "JPEG") for number, village in enumerate(self.households)}
            self.made: dict[str, Subject] = {}
            for village in self.households:
                self.made[village] = transact(partial(self._live, village=village))
            transact(lambda session: checkpoints.take(session, signer(settings_of(county)), clock.now()))

    def _live(self, session: Session, village: str) -> Subject:
        """A visit with its photograph, one handed over, and an import on its way."""
        by = Actor(str(uuid7()), "province", "省里", Role.COUNTY, "42")
        photo, now = inspect(self.photos[village]), clock.now()
        vault = self.county.app.extensions["field_vault"]
        vault.put(photo.sha256, self.photos[village])
        evidence.take_in(session, photo, by.username, now)
        visit = self.of(village)["visit"] | {"evidence": [{"sha256": photo.sha256, "kind": "house"}]}
        recorded = record_visit(session, visit, by, now)
        held = hand_over(session, visit, "交不上去", replace(by, region=village), now)
        vault.put(village, b"faults", FAULTS)
        roster = enqueue(session, JobKind.ROSTER_IMPORT, {"file": village}, now, staff_id=by.staff_id, region=village)
        said = Declared(village, Channel.SMS, ["illness"], "家里有人住院", "2026-1", village)
        lead = record_declaration(session, said, now)
        again = record_declaration(session, replace(said, key=f"{village} again"), now)
        stray = {"chain_id": lead.chain_id, "seq": lead.seq, "household_id": self.households[village]}
        wrong = record_declaration(session, replace(said, key=f"{village} wrong"), now)
        attach(session, wrong.chain_id, wrong.seq, self.households[village], by, now)
        written = {"wrong": f"{wrong.chain_id}/{wrong.seq}"} | self._written(session, village)
        home = self.households[village]
        told = record_declaration(session, replace(said, key=f"{village} told", household_id=home), now)
        if village == BEYOND:  # not on the roster of the monitored
            open_case(session, home, told.seq, Asked(CaseAction.OPEN, {}, f"gate {village}"), by, now)
        else:
            take_over(session, home, Asked(CaseAction.TAKE_OVER, NOTE, f"gate {village}"), by, now)
        case = case_of(session, home)
        assert case is not None
        made = written | {
            "told": f"{home}/{told.seq}",
            "case": case.id,
            "held": f"{held.chain_id}/{held.seq}",
            "roster": roster,
            "receipt": number(recorded.entry.hash),
        }
        return made | {"stray": stray, "lead": f"{again.chain_id}/{again.seq}"}

    def _written(self, session: Session, village: str) -> Subject:
        """A household's message, one of nobody yet with its lead, and two bindings that wait."""
        now, dialog = clock.now(), str(uuid7())
        record_declaration(session, Declared(f"dialog:{dialog}", Channel.SMS, ["illness"], "", "2026-1", village), now)
        rows = {
            name: InboundMessage(
                id=str(uuid7()), channel="sms", provider="twilio", provider_message_id=f"{village} {name}",
                sender="+8613700000001", sender_index=f"{village} {name}", said="text", text_masked="困难", photos=[],
                sent_at=now, received_at=now, **more,
            )
            for name, more in (
                ("letter", {"household_id": self.households[village]}), ("nobodys", {"dialog_id": dialog})
            )
        }  # fmt: skip
        session.add_all(rows.values())
        person = session.get_one(Person, self.persons[village])
        claimed = [contacts.claim(session, person, Channel.SMS, f"+86137{village[-5:]}00{n}", now) for n in (1, 2)]
        names = {"claimed": claimed[0].id, "ended": claimed[1].id, "seen": seen_by(session, claimed[0])}
        return {name: row.id for name, row in rows.items()} | names

    def of(self, village: str) -> Subject:
        """What can be named in a village; beyond all villages, what is not there."""
        nobody, photo = str(uuid7()), self.photos.get(village, b"")
        household = self.households.get(village, nobody)
        return {
            "region": village, "household": household, "person": self.persons.get(village, nobody),
            "digest": hashlib.sha256(photo).hexdigest(), "photo": photo,
            "visit": self.county.visit() | {"household_id": household},
            "held": f"region:{village}/1", "wrong": f"region:{village}/1", "roster": nobody, "second": str(uuid7()),
            "case": nobody, "told": f"{nobody}/1", "letter": nobody, "nobodys": nobody, "claimed": nobody, "ended": nobody, "seen": "",
            "number": self.numbers.get(village, "X"), "lead": f"region:{village}/1",
            "stray": {"chain_id": f"region:{village}", "seq": 1, "household_id": nobody}, **self.made.get(village, {}),
            **({"second": self.seconds[village]} if village in self.seconds else {}),
        }  # fmt: skip

    def owned_by(self, username: str | None) -> Subject:
        """A job and an upload of an account, or such as are not there."""
        if username is None:
            return {"job": str(uuid7()), "upload": "0" * 32}
        staff = self.county.actor(username).staff_id
        with self.county.app.app_context():
            job = transact(lambda session: enqueue(session, JobKind.CHECKPOINT, {}, clock.now(), staff_id=staff))
        return {"job": job, "upload": self.county.app.extensions["field_pieces"].begin(Promise(DIGEST, 4, staff))}

    def subjects(self, role: str, way: Way) -> list[tuple[Subject, bool]]:
        """What a role asks a route about, and whether that is the role's own."""
        if way.about == REGION:
            inside = [(self.of(village), True) for village in INSIDE[role]]
            return inside + [(self.of(village), False) for village in (*OUTSIDE[role], NOWHERE)]
        if way.about == OWN:
            owners = [(role, True), (OTHERS[role], False), (None, False)]
            return [(self.owned_by(owner), mine) for owner, mine in owners]
        return [(self.of(INSIDE[role][0]), True)]

    def ask(self, role: str | None, line: str, subject: Subject, method: str = "") -> TestResponse:
        """Send what the table says, as that role."""
        named, _, rule = line.partition(" ")
        way = TABLE[line]
        path = (way.path or rule).format(**subject)
        answer = self.county.client(role).open(path, method=method or named, **way.send(subject))
        if rule in ENDS:
            self.county.tokens.pop(role or "", None)
        return answer


def _beyond_the_border(session: Session) -> None:
    head = {"name": "宋大五", "relation": "户主", "sex": "male", "phone": "+8613800000199"}
    members = [{**head, "id_number": make("420606", date(1968, 5, 4), 201)}]
    row: Any = {"number": "X0001", "region": BEYOND, "formerly_poor": False, "risk_factors": [], "members": members}
    enrol(session, [row], "county", clock.now())


@pytest.fixture
def ground(small_county: County) -> Ground:
    return Ground(small_county)


def lines(app: Flask) -> Iterator[str]:
    """Every route as the table writes it; HEAD and OPTIONS only where a route answers nothing else."""
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ())
        for method in methods - {"HEAD", "OPTIONS"} or methods - {"OPTIONS"} or methods:
            yield f"{method} {rule.rule}"


def told(answer: TestResponse) -> tuple[Any, ...]:
    """All that an answer tells, but for the moment."""
    return answer.status, answer.data, [(name, value) for name, value in answer.headers if name != "Date"]


def test_the_table_names_every_route_and_nothing_else(small_county: County) -> None:
    assert set(lines(small_county.app)) == set(TABLE), "a new route needs its line in the table of this test"


@pytest.mark.parametrize("role", ALL)
def test_every_route_decides_as_the_table_says_and_outside_is_told_like_not_there(ground: Ground, role: str) -> None:
    wrong: list[tuple[Any, ...]] = []
    for line, way in TABLE.items():
        refusals = set()
        for subject, mine in ground.subjects(role, way):
            answer = ground.ask(role, line, subject)
            expected = way.expected(role, mine)
            if answer.status_code != expected:
                wrong.append((line, subject.get("region"), answer.status, f"not {expected}"))
            if not mine:
                refusals.add(str(told(answer)))
        if len(refusals) > 1:
            wrong.append((line, *refusals))
    assert wrong == []


def test_a_stranger_gets_nothing_but_what_is_open_to_everybody(ground: Ground) -> None:
    wrong = []
    for line, way in TABLE.items():
        for subject, mine in ground.subjects(V, way):
            answer = ground.ask(None, line, subject)
            if answer.status_code != way.expected(None, mine):
                wrong.append((line, answer.status))
            elif answer.status_code == 303:
                assert answer.headers["Location"].startswith("/login"), line
    assert wrong == []


@pytest.mark.parametrize("role", [None, V, D])
def test_the_head_or_the_options_of_a_route_tell_no_more_than_the_route(ground: Ground, role: str | None) -> None:
    for line, way in TABLE.items():
        subject, _ = ground.subjects(role or V, way)[-1]
        method = line.partition(" ")[0]
        if method == "GET":
            whole, head = (ground.ask(role, line, subject, method) for method in ("GET", "HEAD"))
            assert (head.status_code, head.data) == (whole.status_code, b""), line
        options = ground.ask(role, line, subject, "OPTIONS")
        assert options.data == b"" or options.status_code in (303, 401, 403, 404), line


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_route_without_a_right_is_refused_to_everybody(small_county: County, role: str | None) -> None:
    small_county.app.add_url_rule("/api/forgotten", "forgotten", lambda: "secret", methods=["GET", "POST"])
    client = small_county.client(role)
    for answer in (client.get("/api/forgotten"), client.post("/api/forgotten")):
        assert answer.status_code == (403 if role else 401)
        assert b"secret" not in answer.data


def test_rights_that_nobody_was_given_are_refused_to_everybody(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "HOLDERS", {})
    for role in ALL:
        for path in ("/api/me", "/api/households", "/api/statistics"):
            assert small_county.client(role).get(path).status_code == 403


def test_every_right_is_public_or_held_by_somebody() -> None:
    assert set(rights.HOLDERS) == set(Right) - {Right.PUBLIC}
    assert all(rights.HOLDERS.values())


def test_the_lists_of_a_village_and_a_town_hold_their_own_households_alone(ground: Ground) -> None:
    for role in (V, T):
        for path in ("/api/households?per_page=200", "/api/pack"):
            items = ground.county.client(role).get(path).get_json()["items"]
            assert sorted(item["region"] for item in items) == INSIDE[role]
    everything = ground.county.client(C).get("/api/households").get_json()
    assert BEYOND not in {item["region"] for item in everything["items"]}
    assert everything["total"] == 4


@pytest.mark.parametrize("region", ["42", "4206", "420626", "420626107", "42062610720", "420626107205"])
def test_a_region_above_beside_or_half_named_is_refused(small_county: County, region: str) -> None:
    cadre = small_county.client(V)
    for path in ("/api/households", "/api/statistics"):
        assert cadre.get(path, query_string={"region": region}).status_code == 403


def test_search_finds_nobody_outside(ground: Ground) -> None:
    cadre = ground.county.client(V)
    assert [found(cadre, words) for words in ("陈大一", "H0000", "13800000150", "+8613800000150")] == [1, 1, 1, 1]
    assert [found(cadre, words) for words in ("陈大二", "H0001", "13800000151", "宋大五", "%", "_")] == [0] * 6
    assert found(cadre, "H") == 1


def found(client: Any, words: str) -> int:
    total: int = client.get("/api/households", query_string={"q": words}).get_json()["total"]
    return total
