"""刁难: what no phone would ever send; everything is answered, nothing breaks, nothing of it stays."""

import gzip
import hashlib
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import requests
from sqlalchemy import func, select

from field.db import db
from field.ledger.entries import Entry
from tests.county import County
from tests.media.pictures import saved, scene
from tests.running import Server, serving

NOBODY, DIGEST = "019aaaaa-0000-7000-8000-00000000dead", "0" * 64
PHONE = b'{"device": "019aaaaa-0000-7000-8000-0000000000cc", "waiting": 1, "oldest": '
POSTS = ["/api/login", "/api/visits", "/api/visits/held", "/api/phones", f"/api/people/{NOBODY}/phone"]
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half of it": b'{"id": "019a',
    "another value": b"[1, null, true]",
    "nothing at all in JSON": b"null",
    "not a number": b'{"id": NaN, "waiting": Infinity}',
    "beyond all numbers": b'{"waiting": 1e400, "reason": "x"}',
    "beyond all numbers inside": b'{"visit": {"a": [1e400, -1e400]}, "reason": "x"}',
    "more digits than are read": b'{"waiting": ' + b"9" * 5000 + b"}",
    "ten thousand deep": b"[" * 10_000 + b"]" * 10_000,
    "ten thousand names deep": b'{"visit":' * 10_000 + b"1" + b"}" * 10_000,
    "five hundred deep": b'{"reason": "x", "visit": {"a": ' + b"[" * 500 + b"]" * 500 + b"}}",
    "NUL": b'{"username": "a\\u0000b", "password": "\\u0000", "reason": "\\u0000\\u0000"}',
    "NUL inside": b'{"visit": {"a\\u0000": "\\u0000"}, "reason": "x"}',
    "half a character": b'{"username": "\\ud800", "password": "x", "reason": "\\udc00x"}',
    "half a character inside": b'{"visit": {"a": [{"note": "\\ud83d"}]}, "reason": "x"}',
    "half a character in a name": b'{"visit": {"\\ud83d": 1}, "reason": "x"}',
    "no UTF-8": b'{"username": "\xff\xfe", "password": "\xc0\xaf"}',
    "UTF-16": '{"username": "cadre", "password": "x"}'.encode("utf-16"),
    "names twice": b'{"username": "a", "username": "b", "password": 1}',
    "a form": b"username=cadre&password=x",
    "a zip": gzip.compress(b"{}" * 100_000),
    "very long words": json.dumps({"username": "长" * 100_000, "password": "x", "reason": "x" * 400_000}).encode(),
    "five megabytes": b" " * 5_000_000,
    "other types": b'{"username": {}, "password": [], "visit": "x", "reason": 5, "device": false, "waiting": "1"}',
    "beyond an integer": PHONE.replace(b"1,", b"9223372036854775808,") + b"null}",
    "beyond the calendar": PHONE + b'"9999-12-31T23:59:59-23:59"}',
    "before all time": PHONE + b'"0001-01-01T00:00:00+23:59"}',
    "seconds since 1970": PHONE + b"1e18}",
}
TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=",
    "x",
    "",
]
VALUES = [
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"%", b"_", b"'", b"-1", b"0", b"1e9", b"9" * 30, "１２".encode(), b"x" * 9000,
    b"\xf0\x9f\x98\x80", b"../../keys.json", b"420626107204 OR 1=1", b"NaN", b"\r\nSet-Cookie: a=b", b"2026-02-30",
    b"9999-12-31", b"0001-01-01", b"2026-11-20T00:00:00+00:00~\0~1", b"9999-12-31T23:59:59-23:59~x~1",
    b"0001-01-01T00:00:00+23:59~x~1",
]  # fmt: skip
QUERIES = {
    "/api/households": ("region", "kind", "q", "page", "per_page", "other"),
    "/api/statistics": ("region",),
    f"/api/evidence/{DIGEST}": ("size", "reason"),
    "/": ("region",),
    "/households": ("region", "kind", "risk", "q", "order", "page"),
    "/ledger": ("region", "kind", "channel", "actor", "day", "after"),
    "/login": ("next",),
    "/api/leads": ("state", "page", "per_page"),
    "/api/tasks": ("state", "view", "kind", "source", "region", "grade", "late", "page", "per_page"),
    "/leads": ("state", "page"),
    "/tasks": ("region", "kind", "grade", "late", "view", "page"),
    "/messages": ("which", "household", "page"),
    "/checkins": ("region",),
    "/merging/pair": ("merge", "keep"),
    "/declare/wechat/back": ("code", "state"),
}
PLACES = [
    "/api/households/{}", "/api/evidence/{}", "/api/jobs/{}", "/api/uploads/{}", "/households/{}", "/receipt/{}",
    "/receipt/{}.json", "/receipt/{}.svg", "/m/{}", "/office/{}", "/held/{}/1", "/imports/{}/faults.xlsx", "/{}",
    "/bindings/{}", "/bindings/contacts/{}/confirm", "/messages/{}", "/leads/{}/1", "/declare/{}",
    "/hooks/aliyun/{}/inbound", "/hooks/tencent/{}/receipts",
]  # fmt: skip
HEADERS = (
    "Authorization", "Cookie", "X-CSRF-Token", "Content-Type", "Content-Encoding", "If-None-Match", "Range",
    "Accept", "Accept-Language", "Accept-Encoding", "Tus-Resumable", "Upload-Offset", "Upload-Length",
    "Upload-Metadata", "Origin", "Referer", "Host", "X-Forwarded-For", "X-HTTP-Method-Override",
)  # fmt: skip


def sound(answer: Any, what: object) -> None:
    """Answered, clearly and in the one shape of faults."""
    assert answer.status_code < 500, (what, answer.status_code, answer.get_data(as_text=True)[:300])
    if answer.status_code >= 400 and answer.request.path.startswith("/api/") and answer.request.method != "HEAD":
        problem = answer.get_json()
        assert answer.headers["Content-Type"] == "application/problem+json", what
        assert {"type", "title", "status", "code", "detail"} <= problem.keys(), what
        assert problem["status"] == answer.status_code, what


@pytest.mark.parametrize("path", POSTS)
def test_a_body_of_nonsense_is_refused_clearly(county: County, path: str) -> None:
    cadre, before = county.client("cadre"), entries(county)
    for name, body in BODIES.items():
        answer = cadre.post(path, data=body, content_type="application/json")
        sound(answer, name)
        assert answer.status_code >= 400 or (path == "/api/phones" and "all time" in name), name
    assert entries(county) == before


def test_a_visit_that_is_handed_over_may_be_anything_that_can_be_kept(county: County) -> None:
    cadre = county.client("cadre")
    odd: list[dict[str, Any]] = [
        {}, {"id": 1}, {"a" * 1000: ["长" * 1000] * 50}, {"note": "x" * 100_000}, {"evidence": "x", "members": 5},
        {"visited_at": 5, "household_id": [], "income": [], "guarantees": {"food": 1}, "members": [1, {"new": 2}]},
        {"visited_at": "9999-12-31T23:59:59-23:59", "members": [{"person_id": {}, "work_place": 5, "left": []}]},
        {"location": {"latitude": "x"}, "risk_factors": [{}], "needs": 5, "unchanged": {"a": 1}, "expenses": "x"},
    ]  # fmt: skip
    for visit in odd:
        answer = cadre.post("/api/visits/held", json={"visit": visit, "reason": "交不上去"})
        assert answer.status_code == 202, visit
    for path in ("/held", "/ledger", "/"):
        assert county.client("town").get(path).status_code == 200, path


@pytest.mark.parametrize("content_type", TYPES)
def test_the_type_that_a_body_claims_changes_nothing(small_county: County, content_type: str) -> None:
    cadre = small_county.client("cadre")
    answer = cadre.post("/api/visits", data=json.dumps(small_county.visit()), content_type=content_type)
    assert answer.status_code in (201, 415)
    photo = saved(scene(1), "JPEG")
    path = f"/api/evidence/{hashlib.sha256(photo).hexdigest()}"
    assert cadre.put(path, data=photo, content_type=content_type).status_code in (200, 201)


@pytest.mark.parametrize("path", QUERIES)
def test_nonsense_in_a_query_is_refused_or_passed_over(county: County, path: str) -> None:
    for role in ("county", None):
        client = county.client(role)
        for name in QUERIES[path]:
            for value in VALUES:
                sound(client.get(f"{path}?{name}={quote_from_bytes(value)}"), (name, value))
            sound(client.get(f"{path}?{name}=1&{name}=2&{name}=3"), name)
            sound(client.get(f"{path}?%ff%00={name}&&&==&{name}"), name)


def test_a_region_of_ones_own_with_a_nul_behind_it_is_no_region(county: County) -> None:
    client = county.client("county")
    for path in ("/", "/checkins", "/households", "/ledger", "/api/statistics", "/api/households"):
        sound(client.get(f"{path}?region=420626%00"), path)
    form = {"region": "420626\0", "wave": NOBODY, "sure": "1"}
    sound(client.post("/checkins", data=form), "a wave")


def test_a_query_parameter_given_twice_is_a_fault(small_county: County) -> None:
    answer = small_county.client("county").get("/api/households?page=1&page=2")
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "page")


@pytest.mark.parametrize("place", PLACES)
def test_nonsense_in_a_path_is_not_found(small_county: County, place: str) -> None:
    for role in ("county", None):
        client = small_county.client(role)
        for value in VALUES:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
                answer = client.open(place.format(quote_from_bytes(value, safe="/.")), method=method)
                sound(answer, (method, value))
                assert b"signing" not in answer.data, "the key file"


@pytest.mark.parametrize("seq", ["0", "2147483648", "9" * 19, "9" * 40])
def test_a_number_beyond_every_entry_is_not_found(county: County, seq: str) -> None:
    for chain in (NOBODY, "region:42", county.households["420626107204"]):
        answer = county.client("county").post(f"/held/{chain}/{seq}", data={"verdict": "accept"})
        assert answer.status_code in (403, 404)


def test_nonsense_in_a_header_harms_nobody(small_county: County) -> None:
    cadre = small_county.client("cadre")
    for name in HEADERS:
        for value in VALUES:
            text = value.decode("latin-1").replace("\r\n", " ").replace("\0", "")
            for path in ("/api/me", "/", "/m/"):
                sound(cadre.get(path, headers={name: text}), (name, value))
            sound(cadre.post("/api/uploads", headers={"Tus-Resumable": "1.0.0", name: text}), (name, value))
            sound(small_county.client().post("/login", data={"username": "a"}, headers={name: text}), (name, value))


FORMS = [
    "/login", "/households", "/imports", "/logout", f"/people/{NOBODY}/numbers", "/checkins", "/merging",
    "/merging/find", "/merging/undo", f"/bindings/contacts/{NOBODY}/confirm", f"/messages/{NOBODY}/attach",
    "/leads/region:420626/1", "/leads/region:420626/1/detach", "/declare",
]  # fmt: skip
FIELDS = (
    "username", "password", "next", "q", "region", "page", "reason", "csrf_token", "file", "wave", "sure", "merge",
    "keep", "note", "person", "seen", "decision", "number", "household", "whose", "bind", "lead",
)  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_nonsense_in_a_form_is_refused(county: County, path: str) -> None:
    client = county.client("county")
    for value in VALUES:
        sound(client.post(path, data={name: value.decode("utf-8", "replace") for name in FIELDS}), value)
        raw = b"&".join(name.encode() + b"=" + quote_from_bytes(value).encode() for name in FIELDS)
        sound(client.post(path, data=raw, content_type="application/x-www-form-urlencoded"), value)
    for name, body in BODIES.items():
        for content_type in (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
        ):
            sound(client.post(path, data=body, content_type=content_type), (name, content_type))


def entries(county: County) -> int:
    with county.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Entry)) or 0


@pytest.fixture
def server(small_county: County) -> Iterator[Server]:
    with serving(small_county) as server:
        yield server


def test_bodies_without_a_length_are_read_to_their_end_and_no_further(server: Server, small_county: County) -> None:
    small_county.client("cadre")
    headers = {"Authorization": f"Bearer {small_county.tokens['cadre']}"}
    visit = json.dumps(small_county.visit()).encode()
    answer = requests.post(f"{server.url}/api/visits", data=iter([visit[:9], visit[9:]]), headers=headers, timeout=20)
    assert answer.status_code == 201
    photo = saved(scene(3), "JPEG")
    path = f"{server.url}/api/evidence/{hashlib.sha256(photo).hexdigest()}"
    assert requests.put(path, data=iter([photo]), headers=headers, timeout=20).status_code == 201
    assert _status(server, headers, b"PUT", path, [b" " * 65536] * 300) in (b"413", None), "19 MB, and no end told"
    assert _status(server, headers, b"POST", f"{server.url}/api/visits", [b" " * 65536] * 80) in (b"413", None)
    assert requests.get(f"{server.url}/api/me", headers=headers, timeout=20).status_code == 200


def _status(server: Server, headers: dict[str, str], method: bytes, url: str, chunks: list[bytes]) -> bytes | None:
    """The status of a chunked request; None where the line was cut before all was sent."""
    path, bearer = url.removeprefix(server.url).encode(), headers["Authorization"].encode()
    head = (method + b" " + path + b" HTTP/1.1", b"Host: x", b"Authorization: " + bearer, b"Transfer-Encoding: chunked")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        try:
            line.sendall(b"\r\n".join((*head, b"", b"")))
            for chunk in chunks:
                line.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            line.sendall(b"0\r\n\r\n")
            return line.recv(4096).split(b" ")[1]
        except (ConnectionError, IndexError):
            return None


LOGIN = b"POST /api/login HTTP/1.1\r\nHost: x\r\n"
RAW = {
    "two lengths": LOGIN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length and chunks": LOGIN + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": LOGIN + b"Content-Length: -2\r\n\r\n{}",
    "a bad chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a body that breaks off": LOGIN + b"Content-Length: 200\r\n\r\n{",
    "chunks that break off": LOGIN + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",
    "no protocol": b"GET /\r\n\r\n",
    "a header without end": b"GET /m/ HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "a thousand headers": b"GET /m/ HTTP/1.1\r\n" + b"X: x\r\n" * 1000 + b"\r\n",
    "NUL in the path": b"GET /m/\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "no UTF-8 in the path": b"GET /receipt/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "no UTF-8 in the query": b"GET /login?next=\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "a line break in a header": b"GET /m/ HTTP/1.1\r\nHost: x\r\nX-A: b\nX-C: d\r\n\r\n",
    "something else": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
}


def test_the_server_outlives_what_is_no_http(server: Server) -> None:
    for name, sent in RAW.items():
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            try:
                line.sendall(sent)
                line.shutdown(socket.SHUT_WR)
                answer = line.recv(65536)
            except ConnectionError:
                answer = b""
        assert not answer.startswith((b"HTTP/1.1 5", b"HTTP/1.0 5")), (name, answer[:200])
        assert requests.get(f"{server.url}/m/", timeout=20).status_code == 200, name
