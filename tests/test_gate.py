"""门: every route × every role × inside, outside and not there, against a table that knows nothing of the code."""

import hashlib
import io
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import cycle
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.test import TestResponse

from field import clock
from field.case_codes import CaseAction
from field.codes import Channel, JobKind, JobState, Role
from field.db import db, transact
from field.help_codes import TieAction
from field.jobs.filling import FAULTS as FILLING_FAULTS
from field.jobs.roster_import import FAULTS
from field.ledger import checkpoints
from field.ledger.receipts import number
from field.media.photo import inspect
from field.media.pieces import Promise
from field.messaging.inbox import InboundMessage
from field.monitoring.cases.cases import Asked, case_of, open_case, take_over
from field.monitoring.help import partners
from field.monitoring.help.fund import Asked as FundAsked
from field.monitoring.help.fund import apply
from field.monitoring.help.fund_codes import FundAction
from field.monitoring.help.fund_donations import donate
from field.monitoring.help.plan import newest_seq
from field.monitoring.leads.attaching import attach
from field.monitoring.leads.bindings import seen_by
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.roster.enrol import enrol
from field.monitoring.screening.screening import Filing, answer_rows, file_list
from field.monitoring.sheets.filling import Written, enter
from field.monitoring.sheets.filling_decisions import waiting
from field.monitoring.sheets.filling_sheet import Sent
from field.monitoring.visiting import evidence
from field.monitoring.visiting.held import hand_over
from field.monitoring.visiting.visits import record_visit
from field.registry import contacts, regions, rights
from field.registry.households import Household, Person
from field.registry.idnumber import make
from field.registry.rights import Actor, Right
from field.registry.screening_reading import Row
from field.work import Job, enqueue
from field.worker import signer
from tests.collecting import answered, instance_id, parcel, written
from tests.county import County
from tests.media.pictures import saved, scene
from tests.revisiting import consents, revisit
from tests.running import settings_of

V, T, C, D, U = "cadre", "town", "county", "medical", "civil"
OTHERS = {V: "cadre2", T: "town2", C: "medical", D: "county", U: "town"}
BEYOND = "420606101201"  # in the next county
VILLAGES = ["420626107204", "420626107205"]
INSIDE = {V: VILLAGES[:1], T: VILLAGES, C: ["420626102202"], D: ["420626102202"], U: VILLAGES}
OUTSIDE = {V: ["420626107205", "420626102201"], T: ["420626102201"], C: [BEYOND], D: [BEYOND], U: ["420626102201"]}
NOWHERE = "999999999999"
EVERYBODY, ALL, COUNTED = (None, V, T, C, D, U), (V, T, C, D, U), (V, T, C, D)
GRASSROOTS, OFFICES = (V, T, C), (T, C)
REGION, OWN = "region", "own"
TUS = {"Tus-Resumable": "1.0.0"}
PHOTOGRAPHED, PICTURED = "/households/{household}/relief/{digest}", "/households/{household}/photographs/{digest}"
NOTE = {"note": "看过身份证"}
GIFT = {"amount": "100", "on": "2026-01-02", "way": "cash"}
LAYOUT = {"column": "number", "format": "csv", "layout_name": "月报用表"}
SCHOOLS = cycle(("小学", "初中"))
WISH = {"amount": "50", "note": "孩子住院", "applicant": {"name": "陈大一"}}
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


def joining(subject: Subject) -> dict[str, Any]:
    """One more in the team of a household, from a page that is not stale."""
    said = {"role": "helper", "name": "刘干事", "from": clock.now().date().isoformat()}
    return {"key": str(uuid7()), "action": "join", "expected": subject["planned"](), "content": said}


def planning(subject: Subject) -> dict[str, Any]:
    """The same by the page's form."""
    asked = joining(subject)
    said: dict[str, Any] = asked.pop("content")
    return said | asked


def tying(subject: Subject) -> dict[str, str]:
    """A tie that is there already."""
    day = clock.now().date().isoformat()
    return {"number": subject["number"], "kind": "job", "promised": "6000", "from": day}


def schooling() -> dict[str, str]:
    """Where somebody goes to school, told otherwise each time."""
    return {"pupil": next(SCHOOLS), "key": str(uuid7()), **NOTE}


def a_call(person_id: str) -> dict[str, Any]:
    """A call that found all as before."""
    now = clock.now().isoformat()
    return {"id": str(uuid7()), "person_id": person_id, "called_at": now, "answered_by": "self", "unchanged": True}


def a_list() -> dict[str, Any]:
    """A department's list of one person whom nobody knows."""
    said = {"name": str(uuid7()), "birth_date": "1990-01-01", "village": "堰垭村", "issued_on": "2026-01-01"}
    return {"id": str(uuid7()), "title": "名单", "rows": [said | {"reason": "other"}]}


def a_step() -> dict[str, Any]:
    """A step from a page that is not of today."""
    return {"key": str(uuid7()), "expected": 0, "action": "advance"}


TABLE = {
    "POST /api/login": Way(EVERYBODY, 401, send=lambda _: {"json": {"username": "nobody", "password": "wrong"}}),
    "GET /api/me": Way(ALL, 200),
    "PUT /api/me/post": Way(ALL, 200, send=lambda _: {"json": {"post": ""}}),
    "GET /api/openapi.json": Way(EVERYBODY, 200),
    "GET /health": Way(EVERYBODY, 200),
    "GET /health/ready": Way(EVERYBODY, 503),  # no worker runs here
    "GET /metrics": Way(EVERYBODY, 200),
    "GET /api/docs": Way(EVERYBODY, 200),
    "GET /api/households": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /api/households/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/api/households/{household}"),
    "GET /api/households/<id:household_id>/entries": Way(
        GRASSROOTS, 200, REGION, path="/api/households/{household}/entries"
    ),
    "POST /api/households/<id:household_id>/entries/<seq:seq>/words": Way(
        GRASSROOTS,
        200,
        REGION,
        path="/api/households/{household}/entries/1/words",
        send=lambda _: {"json": {"reason": "上门前联系"}},
    ),
    "GET /api/households/<id:household_id>/relief": Way(
        GRASSROOTS, 200, REGION, path="/api/households/{household}/relief"
    ),
    "GET /api/households/<id:household_id>/form": Way(GRASSROOTS, 200, REGION, path="/api/households/{household}/form"),
    "GET /api/households/<id:household_id>/measures": Way(
        GRASSROOTS, 200, REGION, path="/api/households/{household}/measures"
    ),
    "POST /api/households/<id:household_id>/measures": Way(
        GRASSROOTS, 201, REGION, path="/api/households/{household}/measures", send=lambda s: {"json": joining(s)}
    ),
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
    "POST /api/evidence/<sha256:digest>/original": Way(
        OFFICES, 200, REGION, 404, "/api/evidence/{digest}/original", lambda _: {"json": {"reason": "核对票据"}}
    ),
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
    "GET /api/screening": Way((C, D), 200),
    "POST /api/screening": Way((D,), 201, send=lambda _: {"json": a_list()}),
    "GET /api/screening/<id:list_id>": Way((C, D), 200, REGION, 404, "/api/screening/{listed}"),
    "GET /api/cases": Way(GRASSROOTS, 200, REGION, send=by_region),
    "POST /api/cases": Way(  # 409: the household has its case, as below
        GRASSROOTS, 409, REGION, send=lambda s: {"json": {"key": str(uuid7()), "household_id": s["household"]}}
    ),
    "GET /api/cases/<id:case_id>": Way(GRASSROOTS, 200, REGION, path="/api/cases/{case}"),
    "POST /api/cases/<id:case_id>/steps": Way(  # 409: the page was not read
        GRASSROOTS, 409, REGION, path="/api/cases/{case}/steps", send=lambda _: {"json": a_step()}
    ),
    "POST /api/cases/<id:case_id>/consents": Way(
        (V, T), 201, REGION, path="/api/cases/{case}/consents", send=lambda s: {"json": consents(s["person"])}
    ),
    "POST /api/revisits": Way(  # 409: no risk was eliminated
        GRASSROOTS, 409, REGION, send=lambda s: {"json": revisit(s["household"])}
    ),
    "GET /api/sharing": Way((U,), 200, REGION, send=by_region),
    "GET /api/statistics": Way(COUNTED, 200, REGION, send=by_region),
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
    "GET /formList": Way(GRASSROOTS, 200),
    "GET /forms/visit.xml": Way(GRASSROOTS, 200),
    "GET /forms/visit/manifest": Way(GRASSROOTS, 200),
    "GET /forms/visit/<any('households.csv', 'members.csv'):name>": Way(
        GRASSROOTS, 200, path="/forms/visit/members.csv"
    ),
    "HEAD /submission": Way(GRASSROOTS, 204),
    "POST /submission": Way(
        GRASSROOTS, 201, REGION, send=lambda s: parcel(written(answered(s["household"]), instance_id()))
    ),
    "POST /api/logout": Way(ALL, 204),
}
PAGES = {
    "GET /": Way(ALL, 200, REGION, send=by_region, but={V: 302, U: 302}),
    "POST /sweep/<id:job_id>/cancel": Way((C,), 303, REGION, 404, "/sweep/{sweep}/cancel"),
    "GET /login": Way(EVERYBODY, 303, but={None: 200}),
    "POST /login": Way(EVERYBODY, 401, send=lambda _: {"data": {"username": "nobody else", "password": "wrong"}}),
    "POST /logout": Way(ALL, 303),
    "GET /households": Way(GRASSROOTS, 200, REGION, send=by_region),
    "POST /households": Way(GRASSROOTS, 303, send=lambda _: {"data": {"q": "陈"}}),
    "GET /households/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/households/{household}"),
    "GET /people/<id:person_id>/correction": Way(GRASSROOTS, 200, REGION, path="/people/{person}/correction"),
    "POST /people/<id:person_id>/correction": Way(
        GRASSROOTS, 303, REGION, path="/people/{person}/correction", send=lambda _: {"data": schooling()}
    ),
    "GET /people/<id:person_id>/numbers": Way(GRASSROOTS, 200, REGION, path="/people/{person}/numbers"),
    "POST /people/<id:person_id>/numbers": Way(
        GRASSROOTS, 200, REGION, path="/people/{person}/numbers", send=lambda _: {"data": {"reason": "上门前联系"}}
    ),
    "GET /households/<id:household_id>/entries/<seq:seq>/words": Way(
        GRASSROOTS, 200, REGION, path="/households/{household}/entries/1/words"
    ),
    "POST /households/<id:household_id>/entries/<seq:seq>/words": Way(
        GRASSROOTS,
        200,
        REGION,
        path="/households/{household}/entries/1/words",
        send=lambda _: {"data": {"reason": "上门前联系"}},
    ),
    "GET /households/<id:household_id>/photographs/<sha256:digest>": Way(OFFICES, 200, REGION, 404, PICTURED),
    "POST /households/<id:household_id>/photographs/<sha256:digest>": Way(
        OFFICES, 200, REGION, 404, PICTURED, lambda _: {"data": {"reason": "核对票据"}}
    ),
    "GET /tasks": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /reminders": Way(GRASSROOTS, 200),
    "POST /reminders": Way(GRASSROOTS, 303, send=lambda _: {"data": {"way": "none", "at": "08:00"}}),
    "POST /reminders/code": Way(GRASSROOTS, 303, send=lambda _: {"data": {"code": "000000"}}),
    "GET /reminders/wechat": Way(GRASSROOTS, 404),  # this county has no WeChat
    "GET /reminders/wechat/back": Way(GRASSROOTS, 404),
    "GET /handover": Way(GRASSROOTS, 200),
    "POST /handover": Way(GRASSROOTS, 403, send=lambda _: {"data": {"giver": "nobody", "taker": "nobody", **NOTE}}),
    "GET /deputies": Way(GRASSROOTS, 200),
    "POST /deputies": Way(
        GRASSROOTS, 403, send=lambda _: {"data": {"absent": "nobody", "deputy": "nobody", "reason": "请假"}}
    ),
    "POST /deputies/<id:deputy_id>": Way(
        (), 403, REGION, path="/deputies/{household}", send=lambda _: {"data": {"verdict": "end"}}
    ),
    "POST /acting": Way(ALL, 303, send=lambda _: {"data": {"post": ""}}, page=True),
    "POST /handover/<chain:chain_id>/<seq:seq>": Way(
        (), 403, REGION, path="/handover/{held}", send=lambda _: {"data": {"verdict": "accept"}}
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
    "GET /cases/of/<id:household_id>": Way(GRASSROOTS, 302, REGION, path="/cases/of/{household}"),
    "GET /cases/<id:case_id>": Way(GRASSROOTS, 200, REGION, path="/cases/{case}"),
    "POST /cases/<id:case_id>": Way(
        GRASSROOTS, 409, REGION, path="/cases/{case}", send=lambda _: {"data": {"action": "open"}}
    ),
    "GET /cases/<id:case_id>/notice": Way(GRASSROOTS, 404, REGION, path="/cases/{case}/notice"),
    "GET /cases/<id:case_id>/assessment": Way(GRASSROOTS, 200, REGION, path="/cases/{case}/assessment"),
    "GET /notices": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /approvals": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /households/<id:household_id>/application": Way(
        GRASSROOTS, 200, REGION, path="/households/{household}/application"
    ),
    "GET /households/<id:household_id>/consent": Way(GRASSROOTS, 200, REGION, path="/households/{household}/consent"),
    "GET /fund": Way(GRASSROOTS, 302, REGION, send=by_region, but={V: 302}),  # to the books of the village
    "GET /fund/<village:village>": Way(GRASSROOTS, 200, REGION, path="/fund/{region}"),
    "POST /fund/<village:village>": Way(GRASSROOTS, 303, REGION, path="/fund/{region}", send=lambda _: {"data": GIFT}),
    "GET /fund/<village:village>/donations/<seq:seq>": Way(GRASSROOTS, 200, REGION, path="/fund/{gift}"),
    "POST /fund/<village:village>/donations/<seq:seq>": Way(
        GRASSROOTS, 422, REGION, path="/fund/{gift}", but={V: 403}, send=lambda _: {"data": {"on": ""}}
    ),
    "GET /fund/<village:village>/public": Way(EVERYBODY, 200, path="/fund/{region}/public"),
    "GET /fund/for/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/fund/for/{household}"),
    "POST /fund/for/<id:household_id>": Way(GRASSROOTS, 422, REGION, path="/fund/for/{household}"),
    "GET /fund/applications/<id:application_id>": Way(GRASSROOTS, 200, REGION, path="/fund/applications/{wish}"),
    "POST /fund/applications/<id:application_id>": Way(
        GRASSROOTS, 409, REGION, path="/fund/applications/{wish}", send=lambda _: {"data": {"action": "pay"}}
    ),
    "GET /bulletin": Way(COUNTED, 200, REGION, send=by_region),
    "GET /relief": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /households/<id:household_id>/relief": Way(GRASSROOTS, 200, REGION, path="/households/{household}/relief"),
    "POST /households/<id:household_id>/relief": Way(
        OFFICES, 303, REGION, path="/households/{household}/relief", send=lambda s: {"data": s["void"]}
    ),
    "GET /households/<id:household_id>/relief/<sha256:digest>": Way(OFFICES, 200, REGION, path=PHOTOGRAPHED),
    "POST /households/<id:household_id>/relief/<sha256:digest>": Way(OFFICES, 422, REGION, path=PHOTOGRAPHED),
    "POST /households/<id:household_id>/relief/<sha256:digest>/reading": Way(
        OFFICES, 303, REGION, path=PHOTOGRAPHED + "/reading"
    ),
    "GET /long-term": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /long-term/<id:household_id>": Way(GRASSROOTS, 200, REGION, path="/long-term/{household}"),
    "POST /long-term/<id:household_id>": Way(
        OFFICES, 303, REGION, path="/long-term/{household}", send=lambda _: {"data": NOTE}
    ),
    "GET /quality": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /households/<id:household_id>/plan": Way(GRASSROOTS, 200, REGION, path="/households/{household}/plan"),
    "POST /households/<id:household_id>/plan": Way(
        GRASSROOTS, 303, REGION, path="/households/{household}/plan", send=lambda s: {"data": planning(s)}
    ),
    "GET /measures": Way(GRASSROOTS, 200),
    "GET /partners": Way(OFFICES, 200),
    "POST /partners": Way(
        OFFICES,
        303,
        REGION,
        send=lambda s: {"data": {"title": f"合作社{uuid7()}", "kind": "cooperative", "region": s["region"]}},
    ),
    "GET /partners/<id:partner_id>": Way(OFFICES, 200, REGION, path="/partners/{partner}"),
    "POST /partners/<id:partner_id>": Way(
        OFFICES, 409, REGION, path="/partners/{partner}", send=lambda s: {"data": tying(s)}
    ),
    "POST /partners/ties/<id:tie_id>": Way(
        OFFICES, 422, REGION, path="/partners/ties/{tie}", send=lambda _: {"data": {"action": "pay"}}
    ),
    "GET /messages": Way(GRASSROOTS, 200, REGION, send=lambda s: {"query_string": {"household": s["household"]}}),
    "GET /messages/<id:message_id>": Way(GRASSROOTS, 200, REGION, path="/messages/{letter}"),
    "GET /messages/<id:message_id>/number": Way(GRASSROOTS, 200, REGION, path="/messages/{letter}/number"),
    "POST /messages/<id:message_id>/number": Way(
        GRASSROOTS, 200, REGION, path="/messages/{letter}/number", send=lambda _: {"data": {"reason": "打电话问平安"}}
    ),
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
        (C,),
        303,
        REGION,
        send=lambda s: {"data": {"merge": s["second"], "keep": s["person"], "seen": ["sex", "id_number"], **NOTE}},
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
    "GET /imports/<id:job_id>/doubts": Way((C,), 200, REGION, 404, "/imports/{roster}/doubts"),
    "POST /imports/<id:job_id>/cancel": Way((C,), 303, REGION, 404, "/imports/{roster}/cancel"),
    "POST /imports/<id:job_id>/again": Way((C,), 409, REGION, 404, "/imports/{roster}/again"),
    "GET /screening": Way((C, D), 200),
    "POST /screening": Way((D,), 422, send=lambda _: {"data": {"file": (io.BytesIO(b"no list"), "a.xlsx")}}),
    "GET /screening/template.xlsx": Way((D,), 200),
    "GET /screening/<id:list_id>": Way((C, D), 200, REGION, 404, "/screening/{listed}"),
    "GET /screening/<id:list_id>/answers.xlsx": Way((C, D), 200, REGION, 404, "/screening/{listed}/answers.xlsx"),
    "POST /screening/<id:list_id>/cancel": Way((D,), 303, REGION, 404, "/screening/{listed}/cancel"),
    "GET /concerned": Way((D,), 200),
    "GET /sharing": Way((U,), 200, REGION, send=by_region),
    "GET /doubtful": Way(OFFICES, 200),
    "POST /doubtful/<id:list_id>/<seq:row>/undo": Way(
        OFFICES, 409, REGION, path="/doubtful/{listed}/1/undo", send=lambda _: {"data": NOTE}
    ),
    "POST /doubtful/<id:list_id>/<seq:row>": Way(
        OFFICES, 303, REGION, path="/doubtful/{listed}/1", send=lambda _: {"data": {"person": "nobody", **NOTE}}
    ),
    "GET /language/<code>": Way(EVERYBODY, 404, path="/language/xx"),
    "GET /map": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /map/points": Way(GRASSROOTS, 200, REGION, send=by_region),
    "GET /traces": Way((C,), 200, REGION, send=lambda s: {"query_string": {"household": s["household"]}}),
    "GET /exports": Way(OFFICES, 200),
    "GET /exports/new": Way(OFFICES, 200, REGION, send=by_region),
    "POST /exports": Way(
        OFFICES, 303, REGION, send=lambda s: {"data": {"region": s["region"], "column": "number", "format": "csv"}}
    ),
    "POST /exports/layouts": Way(OFFICES, 303, send=lambda _: {"data": LAYOUT}),
    "POST /exports/layouts/<id:layout_id>/delete": Way(OFFICES, 404, path="/exports/layouts/{household}/delete"),
    "GET /exports/package": Way(OFFICES, 200, REGION, send=by_region),
    "POST /exports/package": Way(OFFICES, 303, REGION, send=lambda s: {"data": {"region": s["region"]}}),
    "GET /exports/<id:job_id>/file": Way(OFFICES, 200, OWN, 404, "/exports/{export}/file"),
    "POST /exports/<id:job_id>/cancel": Way(OFFICES, 303, OWN, 404, "/exports/{export}/cancel"),
    "GET /filling": Way(OFFICES, 200),
    "POST /filling": Way(OFFICES, 303, send=lambda _: {"data": {"file": (io.BytesIO(b"no sheet"), "a.xlsx")}}),
    "GET /filling/new": Way(OFFICES, 200, REGION, send=by_region),
    "POST /filling/new": Way(OFFICES, 303, REGION, send=lambda s: {"data": {"region": s["region"]}}),
    "GET /filling/<id:job_id>/faults.xlsx": Way(OFFICES, 200, REGION, 404, "/filling/{filling}/faults.xlsx"),
    "POST /filling/<id:job_id>/cancel": Way(OFFICES, 303, REGION, 404, "/filling/{filling}/cancel"),
    "POST /filling/<id:job_id>/again": Way(OFFICES, 409, REGION, 404, "/filling/{filling}/again"),
    "GET /filling/conflicts": Way(OFFICES, 200),
    "POST /filling/conflicts/<chain:chain_id>/<seq:seq>": Way(  # from a page that is not of today
        OFFICES, 409, REGION, path="/filling/conflicts/{contested}", send=lambda _: {"data": {"cell_0": "keep"}}
    ),
    "POST /filling/conflicts/sheets/<id:job_id>": Way(OFFICES, 404, path="/filling/conflicts/sheets/{household}"),
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
    "GET /demo/wechat/connect/oauth2/authorize": Way(EVERYBODY, 404),
    "GET /demo/wechat/sns/oauth2/access_token": Way(EVERYBODY, 404),
    "GET /demo/twilio/<sha256:digest>": Way(EVERYBODY, 404, path="/demo/twilio/{digest}"),
    "POST /receipt": Way(EVERYBODY, 404, send=lambda _: {"data": {"number": "0000-0000-0000-0000"}}),
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
        visit = self.of(village)["visit"] | {"evidence": [{"sha256": photo.sha256, "kind": "receipt"}]}
        recorded = record_visit(session, visit, by, now)
        held = hand_over(session, visit, "交不上去", replace(by, region=village), now)
        vault.put(village, b"faults", FAULTS)
        roster = enqueue(session, JobKind.ROSTER_IMPORT, {"file": village}, now, staff_id=by.staff_id, region=village)
        sweep = enqueue(session, JobKind.SWEEP, {}, now, region=village)
        vault.put(village, b"faults", FILLING_FAULTS)
        filling = enqueue(session, JobKind.FILLING, {"file": village}, now, staff_id=by.staff_id, region=village)
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
        gift = donate(session, village, FundAsked(FundAction.DONATE, GIFT, f"gate {village}"), by, now)
        wish = apply(session, home, FundAsked(FundAction.APPLY, WISH, f"gate wish {village}"), by, now)
        written |= self._tied(session, village, by)
        made = written | {
            "gift": f"{village}/donations/{gift.seq}",
            "wish": json.loads(wish.payload)["application_id"],
            "listed": self._listed(session, village),
            "told": f"{home}/{told.seq}",
            "case": case.id,
            "held": f"{held.chain_id}/{held.seq}",
            "roster": roster,
            "sweep": sweep,
            "filling": filling,
            "contested": self._contested(session, village, by),
            "receipt": number(recorded.entry.hash),
            "void": {"known_as": photo.sha256, "void": "1", **NOTE},
        }
        return made | {"stray": stray, "lead": f"{again.chain_id}/{again.seq}"}

    def _listed(self, session: Session, village: str) -> str:
        """A department's list with one row that somebody has to decide on."""
        by = Actor(str(uuid7()), D, "医保局", Role.DEPARTMENT, village)
        listed = file_list(session, Filing(str(uuid7()), "名单", 1, village), None, by, clock.now())
        head = session.get_one(Household, self.households[village]).head
        said = {"name": head, "birth_date": "1990-01-01", "village": village, "issued_on": "2026-01-01"}
        answer_rows(session, listed, [Row(1, said | {"reason": "other"}, [])], clock.now())
        return listed.id

    def _contested(self, session: Session, village: str, by: Actor) -> str:
        """A cell that an office wrote otherwise than the ledger says."""
        home = self.households[village]
        sent = Sent(home, None, self.numbers[village], "", 1, {"group": "甲组"}, {})
        enter(session, {home: [Written(sent, "group", "乙组")]}, by, clock.now())
        [held] = [one for one in waiting(session, replace(by, region=village)) if one.chain_id == home]
        return f"{held.chain_id}/{held.seq}"

    def _tied(self, session: Session, village: str, by: Actor) -> Subject:
        """A partner of the village that is tied to its household."""
        now = clock.now()
        said: dict[str, Any] = {"title": "合作社", "kind": "cooperative", "region": village}
        add = partners.Asked(TieAction.ADD, said, f"partner {village}")
        partners.act(session, add, by, now)
        partner = session.scalars(select(partners.Partner).where(partners.Partner.region == village)).one()
        said = {"partner_id": partner.id, "kind": "job", "from": "2026-01-01", "promised": 600_000}
        home = self.households[village]
        partners.act(session, partners.Asked(TieAction.TIE, said, f"tie {village}", of=home), by, now)
        tie = session.scalars(select(partners.Tie).where(partners.Tie.household_id == home)).one()
        return {"partner": partner.id, "tie": tie.id}

    def _planned(self, household: str) -> int:
        with self.county.app.app_context():
            return newest_seq(db.session(), household)

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
            "held": f"region:{village}/1", "wrong": f"region:{village}/1", "roster": nobody, "sweep": nobody, "filling": nobody,
            "contested": f"{nobody}/1", "second": str(uuid7()),
            "gift": f"{village}/donations/1", "wish": nobody, "case": nobody, "told": f"{nobody}/1", "letter": nobody,
            "nobodys": nobody, "claimed": nobody, "ended": nobody, "seen": "",
            "void": {"known_as": DIGEST, "void": "1", **NOTE},
            "listed": nobody,
            "partner": nobody, "tie": nobody, "planned": partial(self._planned, household),
            "number": self.numbers.get(village, "X"), "lead": f"region:{village}/1",
            "stray": {"chain_id": f"region:{village}", "seq": 1, "household_id": nobody}, **self.made.get(village, {}),
            **({"second": self.seconds[village]} if village in self.seconds else {}),
        }  # fmt: skip

    def owned_by(self, username: str | None) -> Subject:
        """A job and an upload of an account, or such as are not there."""
        if username is None:
            return {"job": str(uuid7()), "upload": "0" * 32, "export": str(uuid7())}
        staff = self.county.actor(username).staff_id
        with self.county.app.app_context():
            job = transact(lambda session: enqueue(session, JobKind.CHECKPOINT, {}, clock.now(), staff_id=staff))
            done = transact(lambda session: self._exported(session, username))
        return {
            "job": job,
            "export": done,
            "upload": self.county.app.extensions["field_pieces"].begin(Promise(DIGEST, 4, staff)),
        }

    def _exported(self, session: Session, username: str) -> str:
        """An export of an account's own region that is ready."""
        by, wanted = self.county.actor(username), {"columns": ["number"], "format": "csv", "reason": ""}
        payload = {"sought": {"region": by.region}, **wanted}
        job = enqueue(session, JobKind.EXPORT, payload, clock.now(), staff_id=by.staff_id, region=by.region)
        session.get_one(Job, job).state = JobState.DONE.value
        session.get_one(Job, job).result = {"rows": 0, "bytes": 1, "pieces": 1}
        self.county.app.extensions["field_vault"].put(job, b"x", "export-0")
        return job

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
        if line in ("POST /exports", "POST /exports/package", "POST /filling/new"):
            self._let_go()
        if rule in ENDS:
            self.county.tokens.pop(role or "", None)
        return answer

    def _let_go(self) -> None:
        """Cancel what was asked for, since one has one export at a time."""
        mine = Job.kind == JobKind.EXPORT.value, Job.state == JobState.QUEUED.value
        with self.county.app.app_context():
            transact(lambda session: session.execute(update(Job).where(*mine).values(state="cancelled")))


def _beyond_the_border(session: Session) -> None:
    head = {"name": "宋大五", "relation": "户主", "sex": "male", "phone": "+8613800000199"}
    members = [{**head, "id_number": make("420606", date(1968, 5, 4), 201)}]
    row: Any = {"number": "X0001", "region": BEYOND, "formerly_poor": False, "risk_factors": [], "members": members}
    enrol(session, [row], "county", clock.now())
    regions.load_regions(session, [(BEYOND, "外县村")])


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
    """All that an answer tells, but for the moment, its own number, and what was written into the form that it shows again."""
    own = ("Date", "X-Request-ID", "Content-Length")
    said = re.sub(rb' value="[^"]*"', b"", answer.data) if answer.mimetype == "text/html" else answer.data
    return answer.status, said, [(name, value) for name, value in answer.headers if name not in own]


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


@pytest.mark.parametrize("role", [None, V, D, U])
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
