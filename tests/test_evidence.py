"""佐证: photographs in, who may see them, what is refused without a trace of it, and the way of a real one."""

import hashlib
import io
import random
import struct
import zipfile
import zlib
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from sqlalchemy import func, select

from field import clock
from field.codes import Channel, Role
from field.db import db, transact
from field.media.photo import inspect
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.traces import Trace
from field.monitoring.visiting import evidence, photos
from field.monitoring.visiting.evidence import Evidence, EvidenceAlike
from field.monitoring.visiting.photos import used_elsewhere
from field.work import Job
from field.worker import worker
from tests.county import County
from tests.media.pictures import read, saved, scene, unlike
from tests.media.test_real_photos import TOLD
from tests.running import settings_of
from tests.web.office import browser

VILLAGE, NEIGHBOUR, ELSEWHERE = "420626107204", "420626107205", "420626102201"
MAX = 15 * 1024 * 1024


def digest_of(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


def put(county: County, photo: bytes, username: str = "cadre", digest: str = "") -> Any:
    return county.client(username).put(f"/api/evidence/{digest or digest_of(photo)}", data=photo)


def by_tus(county: County, photo: bytes, digest: str = "") -> Any:
    """The same in pieces; the answer to the last step that was reached."""
    cadre, name = county.client("cadre"), b64encode((digest or digest_of(photo)).encode()).decode()
    tus = {"Tus-Resumable": "1.0.0"}
    told = {**tus, "Upload-Length": str(len(photo)), "Upload-Metadata": f"sha256 {name}"}
    begun = cadre.post("/api/uploads", headers=told)
    if begun.status_code != 201:
        return begun
    piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    return cadre.patch(begun.headers["Location"], data=photo, headers=piece)


def see(county: County, username: str, digest: str, **how: str) -> Any:
    return county.client(username).get(f"/api/evidence/{digest}", query_string=how)


def name_it(county: County, *digests: str, village: str = VILLAGE, by: str = "cadre") -> Any:
    """A visit that names photographs."""
    named = [{"sha256": digest, "kind": "house"} for digest in digests]
    answer = county.client(by).post("/api/visits", json=county.visit(village, evidence=named))
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def work(county: County) -> None:
    """Let a worker do all that waits."""
    hand = worker(county.app)
    while hand.step():
        pass
    with county.app.app_context():
        assert set(db.session.scalars(select(Job.state).distinct())) <= {"done"}


def stored(county: County) -> tuple[list[str], int, int]:
    """Every file that holds a photograph or a part of one, and the rows that tell of any."""
    settings = settings_of(county)
    folders = (settings.photos, settings.home / "uploads")
    files = [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]
    with county.app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Evidence, Job)]
    return sorted(files), counts[0], counts[1]


def test_the_same_bytes_again_are_no_second_copy(county: County) -> None:
    photo = saved(scene(1), "JPEG")
    assert put(county, photo).status_code == 201
    before = stored(county)
    again = [put(county, photo), put(county, photo, "cadre2"), put(county, photo, "county")]
    assert [answer.status_code for answer in again] == [200, 200, 200]
    assert by_tus(county, photo).status_code == 204
    files, rows, jobs = stored(county)
    assert (rows, jobs) == (before[1], 3), "its versions are made again for each who has sent it"
    assert [name for name in files if len(name) == 64] == before[0]


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size."""
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), b"IDAT" + zlib.compress(b""), b"IEND")
    packed = (struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("run.js", "alert(1)" * 50)
    return file.getvalue()


GOOD = {form: saved(scene(2), form) for form in ("JPEG", "PNG", "WEBP")}
NOISE = random.Random(1).randbytes(3000)
REFUSED = {
    "nothing at all": (b"", 422, "not_an_image"),
    "a text": ("户主陈大一".encode(), 422, "not_an_image"),
    "a page": (b"<!doctype html><script>alert(1)</script>", 422, "not_an_image"),
    "noise": (NOISE, 422, "not_an_image"),
    "a GIF": (saved(scene(2), "GIF"), 422, "not_an_image"),
    "a TIFF": (saved(scene(2), "TIFF"), 422, "not_an_image"),
    "a BMP": (saved(scene(2), "BMP"), 422, "not_an_image"),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 422, "not_an_image"),
    "a JPEG in name alone": (b"\xff\xd8\xff\xe0" + NOISE + b"\xff\xd9", 422, None),
    "half a JPEG": (GOOD["JPEG"][: len(GOOD["JPEG"]) // 2], 422, "truncated"),
    "a JPEG without its last bytes": (GOOD["JPEG"][:-2], 422, "truncated"),
    "half a PNG": (GOOD["PNG"][: len(GOOD["PNG"]) // 2], 422, "truncated"),
    "half a WebP": (GOOD["WEBP"][: len(GOOD["WEBP"]) // 2], 422, "truncated"),
    "a bomb": (png_of(60_000, 60_000), 422, "bomb"),
    "a bomb of one line": (png_of(2**31 - 1, 1), 422, None),
    "over 15 MB": (GOOD["JPEG"] + bytes(MAX), 413, None),
    "a photograph and an archive": (GOOD["JPEG"] + archive(), 422, "active_content"),
    "a photograph and a PDF": (GOOD["JPEG"] + b"%PDF-1.7\n%%EOF", 422, "active_content"),
    "a photograph with a script for a comment": (
        saved(scene(2), "JPEG", comment=b"<script>alert(1)</script>"), 422, "active_content",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", [put, by_tus], ids=["at once", "in pieces"])
def test_what_is_no_sound_photograph_is_refused_clearly_and_nothing_of_it_is_stored(
    small_county: County, way: Any
) -> None:
    for name, (data, status, code) in REFUSED.items():
        if way is by_tus and not data:
            continue  # an upload of no bytes has no last piece
        answer = way(small_county, data)
        problem = answer.get_json()
        assert (answer.status_code, bool(problem["detail"])) == (status, True), name
        assert code in (None, problem["code"]), name
        assert stored(small_county) == ([], 0, 0), name


@pytest.mark.parametrize("way", [put, by_tus], ids=["at once", "in pieces"])
def test_a_photograph_under_another_digest_is_refused_and_not_stored(small_county: County, way: Any) -> None:
    answer = way(small_county, GOOD["JPEG"], digest=digest_of(GOOD["PNG"]))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "digest_mismatch")
    assert stored(small_county) == ([], 0, 0)


def test_neither_name_nor_header_is_believed(small_county: County) -> None:
    cadre = small_county.client("cadre")
    for form, photo in GOOD.items():
        path = f"/api/evidence/{digest_of(photo)}"
        assert cadre.put(path, data=photo, headers={"Content-Type": "text/html"}).status_code == 201
        answer = cadre.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg"), form
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_before_a_visit_names_it_only_its_sender_sees_a_photograph(county: County) -> None:
    digest = digest_of(GOOD["JPEG"])
    put(county, GOOD["JPEG"])
    seen = {who: see(county, who, digest).status_code for who in ("cadre", "cadre2", "town", "county", "medical")}
    assert seen == {"cadre": 200, "cadre2": 404, "town": 404, "county": 404, "medical": 403}


def test_after_it_who_holds_the_household_sees_it_and_nobody_else_not_even_its_sender(county: County) -> None:
    digest = digest_of(GOOD["JPEG"])
    put(county, GOOD["JPEG"])
    name_it(county, digest)
    county.move("cadre", Role.VILLAGE, NEIGHBOUR)
    assert seen_by(county, digest) == {"town", "county"}
    county.move("cadre2", Role.VILLAGE, VILLAGE)
    assert seen_by(county, digest) == {"cadre2", "town", "county"}, "the caseload was handed over, its photographs too"


def seen_by(county: County, digest: str) -> set[str]:
    everybody = ("cadre", "cadre2", "town", "town2", "county", "medical")
    return {who for who in everybody if see(county, who, digest).status_code == 200}


@pytest.mark.parametrize("way", [put, by_tus], ids=["at once", "in pieces"])
@pytest.mark.parametrize("named_first", [True, False], ids=["named first", "sent first"])
def test_who_knows_a_digest_alone_neither_sees_the_photograph_nor_learns_that_it_is_here(
    county: County, way: Any, named_first: bool
) -> None:
    photo = saved(scene(21), "JPEG")
    digest = digest_of(photo)
    theft = county.visit(ELSEWHERE, evidence=[{"sha256": digest, "kind": "house"}])
    if named_first:
        assert county.client("cadre2").post("/api/visits", json=theft).status_code == 201
    assert way(county, photo).status_code in (201, 204)
    name_it(county, digest)
    work(county)
    answer = county.client("cadre2").post("/api/visits", json=theft)
    assert answer.get_json()["evidence_missing"] == [digest], "told as if nobody had ever sent it"
    work(county)
    assert seen_by(county, digest) == {"cadre", "town", "county"}
    assert see(county, "town2", digest, size="original", reason="想看").status_code == 404
    for who, village in (("county", ELSEWHERE), ("cadre2", ELSEWHERE), ("county", VILLAGE)):
        page = browser(county, who).page(f"/households/{county.households[village]}")
        assert (digest in page) is (village == VILLAGE)
        assert ("照片还没有收到" in page) is (village == ELSEWHERE)
        assert "也用在另一户" not in page, "neither file tells of the other"
    with county.app.app_context():
        assert "堰垭村" in (photos.mark(db.session(), digest) or ""), "no stranger's name and village stand under it"


def test_an_upload_tells_nobody_that_another_has_sent_the_photograph(county: County) -> None:
    photo = saved(scene(22), "JPEG")
    put(county, photo)
    cadre2, name = county.client("cadre2"), b64encode(digest_of(photo).encode()).decode()
    tus = {"Tus-Resumable": "1.0.0"}
    told = {**tus, "Upload-Length": str(len(photo)), "Upload-Metadata": f"sha256 {name}"}
    place = cadre2.post("/api/uploads", headers=told).headers["Location"]
    assert cadre2.head(place, headers=tus).headers["Upload-Offset"] == "0"
    piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    wrong = cadre2.patch(place, data=photo[:-1] + b"\0", headers=piece)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "digest_mismatch")
    assert (
        put(county, b"x", "cadre2", digest_of(photo)).status_code,
        see(county, "cadre2", digest_of(photo)).status_code,
    ) == (422, 404)


@pytest.mark.parametrize("way", [put, by_tus], ids=["at once", "in pieces"])
def test_who_sends_the_bytes_that_another_has_sent_has_the_photograph_too(county: County, way: Any) -> None:
    photo = saved(scene(23), "JPEG")
    digest = digest_of(photo)
    put(county, photo, "cadre2")
    name_it(county, digest, village=ELSEWHERE, by="cadre2")
    told = county.visit(evidence=[{"sha256": digest, "kind": "house"}])
    missing = [county.client("cadre").post("/api/visits", json=told).get_json()["evidence_missing"]]
    assert way(county, photo).status_code in (200, 204)
    missing.append(county.client("cadre").post("/api/visits", json=told).get_json()["evidence_missing"])
    assert missing == [[digest], []]
    work(county)
    assert seen_by(county, digest) == {"cadre", "cadre2", "town", "town2", "county"}
    assert "也用在另一户" in browser(county, "county").page(f"/households/{county.households[VILLAGE]}")


def test_what_a_household_sends_counts_for_its_own_entry_alone(county: County) -> None:
    photo, now = saved(scene(24), "JPEG"), clock.now()
    digest = digest_of(photo)
    county.app.extensions["field_vault"].put(digest, photo)
    home, person = county.households[VILLAGE], "019aaaaa-0000-7000-8000-000000000001"
    said = Declared("d1", Channel.WECHAT, ["illness"], "住院", "2026-1", VILLAGE, home, person, evidence=[digest])
    with county.app.app_context():
        transact(lambda session: record_declaration(session, said, now))
        assert seen_by(county, digest) == set()
        transact(lambda session: evidence.take_in(session, inspect(photo), "person:another", now))
        assert seen_by(county, digest) == set()
        transact(lambda session: evidence.take_in(session, inspect(photo), f"person:{person}", now))
    assert seen_by(county, digest) == {"cadre", "town", "county"}


def test_the_original_is_for_the_offices_alone_against_a_reason_that_is_kept(county: County) -> None:
    photo, digest = GOOD["WEBP"], digest_of(GOOD["WEBP"])
    put(county, photo)
    name_it(county, digest)
    assert see(county, "cadre", digest, size="original", reason="想看").status_code == 404
    assert see(county, "town2", digest, size="original", reason="想看").status_code == 404
    without = see(county, "town", digest, size="original")
    assert see(county, "town", digest, size="original", reason="　 ").status_code == 422
    assert (without.status_code, without.get_json()["errors"][0]["field"]) == (422, "reason")
    shown = see(county, "town", digest, size="original", reason="核对票据日期")
    assert (shown.status_code, shown.data, shown.headers["Content-Type"]) == (200, photo, "image/webp")
    assert traces(county, digest) == [("photo_original", "town", "核对票据日期")]
    town = county.client("town")
    assert town.post(f"/api/evidence/{digest}/original", json={"reason": "　 "}).status_code == 422
    posted = town.post(f"/api/evidence/{digest}/original", json={"reason": "核对姓名"})
    assert (posted.status_code, posted.data, posted.headers["Cache-Control"]) == (200, photo, "private, no-store")
    assert traces(county, digest) == [
        ("photo_original", "town", "核对票据日期"),
        ("photo_original", "town", "核对姓名"),
    ]


def test_every_look_leaves_a_trace_and_a_refused_one_none(small_county: County) -> None:
    digest = digest_of(GOOD["JPEG"])
    put(small_county, GOOD["JPEG"])
    name_it(small_county, digest)
    for who, size in (("cadre", "small"), ("cadre2", "large"), ("county", "large"), ("medical", "small")):
        see(small_county, who, digest, size=size)
    assert traces(small_county, digest) == [("photo_small", "cadre", None), ("photo_large", "county", None)]


def traces(county: County, subject: str) -> list[tuple[str, str, str | None]]:
    names = {county.actor(who).staff_id: who for who in ("cadre", "cadre2", "town", "town2", "county", "medical")}
    with county.app.app_context():
        rows = db.session.scalars(select(Trace).where(Trace.subject == subject).order_by(Trace.id))
        return [(row.what, names[row.staff_id], row.reason) for row in rows]


def test_a_visit_names_what_is_missing_until_it_arrives(county: County) -> None:
    photos = [saved(scene(number), "JPEG") for number in range(3)]
    digests = [digest_of(photo) for photo in photos]
    put(county, photos[1])
    named = [{"sha256": digest, "kind": "receipt"} for digest in digests]
    visit, cadre = county.visit(evidence=named), county.client("cadre")
    missing = [cadre.post("/api/visits", json=visit).get_json()["evidence_missing"]]
    for photo in (photos[2], photos[0]):
        put(county, photo)
        missing.append(cadre.post("/api/visits", json=visit).get_json()["evidence_missing"])
    assert missing == [[digests[0], digests[2]], [digests[0]], []]


def test_nothing_on_the_disk_tells_what_it_is(small_county: County) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker's name"
    photo = saved(scene(4), "JPEG", exif=exif)
    assert put(small_county, photo).status_code == 201
    name_it(small_county, digest_of(photo))
    work(small_county)
    files = [path for path in settings_of(small_county).photos.rglob("*") if path.is_file()]
    assert len(files) == 3, "the original and two shown versions"
    for path in files:
        content = path.read_bytes()
        assert [
            sign for sign in (b"JFIF", b"Exif", b"a maker", b"\xff\xd8\xff", photo[500:516]) if sign in content
        ] == []
        assert digest_of(photo)[:8] not in str(path)
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["photos", "uploads", "../photos", "%2e%2e/keys.json", "keys.json", "field.db"])
def test_no_folder_can_be_reached_from_the_web(small_county: County, path: str) -> None:
    put(small_county, GOOD["JPEG"])
    for before in ("/", "/m/", "/office/", "/api/evidence/", "/receipt/"):
        answer = small_county.client("county").get(before + path)
        assert answer.status_code in (404, 405) or b"<!doctype html" in answer.data[:20].lower()


def test_the_real_photographs_go_the_whole_way(small_county: County, real_photos: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted(real_photos.iterdir()) if path.name in TOLD}
    assert len(files) == len(TOLD)
    for photo in files.values():
        assert put(small_county, photo).status_code == 201
    told = name_it(small_county, *map(digest_of, files.values()))
    assert told["evidence_missing"] == []
    work(small_county)
    for name, photo in files.items():
        digest = digest_of(photo)
        assert facts(small_county, digest) == TOLD_HERE[name], name
        for size, edge in (("large", 1600), ("small", 320)):
            assert small_county.app.extensions["field_vault"].has(digest, size), "made by the worker"
            shown = see(small_county, "cadre", digest, size=size).data
            assert len(read(shown).getexif()) == 0, name
            assert [mark for mark in (b"Exif\0", b"http://ns.adobe", b"GPS", b"Apple") if mark in shown] == [], name
            assert max(read(shown).size) <= edge, name
        if TOLD[name][0] == "jpeg":
            upright = ImageOps.exif_transpose(Image.open(io.BytesIO(photo)))
            assert unlike(read(see(small_county, "cadre", digest, size="small").data), upright) < 8, name
        original = see(small_county, "town", digest, size="original", reason="核对原图")
        assert original.data == photo, name


def _rounded(place: tuple[float, float] | None) -> tuple[float | None, float | None]:
    return (round(place[0], 4), round(place[1], 4)) if place else (None, None)


TOLD_HERE = {
    name: (form, width, height, time, *_rounded(place), camera)
    for name, (form, width, height, time, place, camera) in TOLD.items()
}


def facts(county: County, digest: str) -> tuple[Any, ...]:
    """What the table holds of a photograph, in the words of the expectations."""
    with county.app.app_context():
        row = db.session.get_one(Evidence, digest)
        place = (row.latitude, row.longitude) if row.latitude is not None and row.longitude is not None else None
        time = f"{row.taken_at:%Y-%m-%d %H:%M:%S}" if isinstance(row.taken_at, datetime) else None
        return (row.format, row.width, row.height, time, *_rounded(place), row.camera)


def test_one_photograph_used_for_two_households_is_flagged_and_not_refused(county: County) -> None:
    first = saved(scene(11, (1200, 900)), "JPEG", quality=95)
    again = saved(read(first).resize((800, 600)), "JPEG", quality=60)
    other = saved(scene(12, (1200, 900)), "JPEG", quality=95)
    for photo in (first, again, other):
        assert put(county, photo).status_code == 201
    name_it(county, digest_of(first))
    for photo, who, village in ((again, "town", NEIGHBOUR), (other, "cadre2", ELSEWHERE)):
        assert put(county, photo, who).status_code == 200
        name_it(county, digest_of(photo), village=village, by=who)
    work(county)
    with county.app.app_context():
        pairs = {(row.sha256, row.other) for row in db.session.scalars(select(EvidenceAlike))}
        assert pairs == {(digest_of(first), digest_of(again)), (digest_of(again), digest_of(first))}
        here, there = county.households[VILLAGE], county.households[NEIGHBOUR]
        one, two, three = map(digest_of, (first, again, other))
        assert used_elsewhere(db.session(), [one, three], here) == {one: [there], three: [county.households[ELSEWHERE]]}
        assert used_elsewhere(db.session(), [two], there) == {two: [here]}
        assert used_elsewhere(db.session(), [three], county.households[ELSEWHERE]) == {}


def test_the_very_same_photograph_for_two_households_is_flagged_too(county: County) -> None:
    digest = digest_of(GOOD["JPEG"])
    put(county, GOOD["JPEG"])
    name_it(county, digest)
    put(county, GOOD["JPEG"], "town")
    name_it(county, digest, village=NEIGHBOUR, by="town")
    with county.app.app_context():
        there = county.households[NEIGHBOUR]
        assert used_elsewhere(db.session(), [digest], county.households[VILLAGE]) == {digest: [there]}
