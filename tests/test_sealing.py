"""加密: what lies on the disk tells nothing without the key file, and keys may change while the house is at work."""

import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, select, type_coerce, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from field.db import db, transact
from field.ledger.entries import Entry, Secret, opened
from field.ledger.verify import verify
from field.media.vault import Vault
from field.monitoring import reseal
from field.orm import Base
from field.registry.households import Person
from field.registry.idnumber import make
from field.registry.sealing import (
    CannotOpen,
    Keyring,
    blind,
    keyring,
    load_keyring,
    new_keyring,
    save_keyring,
    use_keyring,
)
from field.worker import signer
from tests.county import County
from tests.media.pictures import saved, scene
from tests.running import flask, settings_of

NUMBER = make("420626", date(1991, 7, 8), 77)
SECRETS = {
    "note": "隔壁张三丰说他欠了高利贷",
    "new phone": "13987654321",
    "new ID number": NUMBER,
    "told to the town": "跟镇里说的悄悄话",
}
INFORMANT = "上门的姑姑赵小兰"
GUARANTEE_NOTE = "透析的药没有报销"
PHOTO = saved(scene(3), "JPEG", comment=b"readable comment")


@pytest.fixture
def lived_in(county: County) -> County:
    """A county with a visit, its photograph and a visit handed over, so that every kind of secret lies somewhere."""
    return move_in(county)


def move_in(county: County) -> County:
    cadre = county.client("cadre")
    visit = county.visit(note=SECRETS["note"], informant=INFORMANT)
    visit["guarantees"]["medical"] = {"status": "problem", "note": GUARANTEE_NOTE}
    visit["members"] = [
        {"new": {"name": "陈小宝", "sex": "male", "id_number": NUMBER, "phone": "139 8765 4321"}},
        {"person_id": person_ids(county)[0], "phone": "13987650000"},
    ]
    digest = hashlib.sha256(PHOTO).hexdigest()
    visit["evidence"] = [{"sha256": digest, "kind": "house"}]
    assert cadre.put(f"/api/evidence/{digest}", data=PHOTO).status_code == 201
    answer = cadre.post("/api/visits", json=visit)
    assert answer.status_code == 201, answer.get_json()
    for size in ("large", "small"):
        assert cadre.get(f"/api/evidence/{digest}?size={size}").status_code == 200
    refused = {"note": SECRETS["told to the town"], "phone": SECRETS["new phone"]}
    held = cadre.post("/api/visits/held", json={"visit": refused, "reason": "表格交不上去"})
    assert held.status_code == 202
    return county


def person_ids(county: County) -> list[str]:
    village = county.households["420626107204"]
    members = county.client("cadre").get(f"/api/households/{village}").get_json()["members"]
    return [person["id"] for person in members]


def sealed_values(session: Session) -> Iterator[bytes]:
    """Every sealed value of the database as it lies there."""
    for shelf in reseal.shelves():
        column = type_coerce(getattr(shelf.table, shelf.column), LargeBinary)
        yield from session.scalars(select(column).where(column.is_not(None)))


def keys_in_use(county: County) -> set[int]:
    """The numbers of the keys under which anything is sealed, in the database and among the photographs."""
    with county.app.app_context():
        values = {value[0] for value in sealed_values(db.session())}
    return values | {path.read_bytes()[0] for path in settings_of(county).photos.glob("*/*")}


def known_numbers(county: County) -> set[str]:
    """Every personal number of the county, in every form in which people write it."""
    with county.app.app_context():
        rows = db.session.execute(select(Person.id_number, Person.phone)).all()
    phones = {phone for _, phone in rows if phone} | {SECRETS["new phone"]}
    local = {phone.removeprefix("+86") for phone in phones}
    spaced = {f"{phone[:3]} {phone[3:7]} {phone[7:]}" for phone in local}
    return {number for number, _ in rows if number} | phones | local | spaced


def words_of(value: Any) -> Iterator[str]:
    """Every text in a value from the database, whatever its shape."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from (*words_of(key), *words_of(item))
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, str) and value[:1] in "[{":
        yield value
        yield from words_of(json.loads(value))
    else:
        yield str(value)


def stored(session: Session) -> Iterator[tuple[str, str]]:
    """(table, text) for every value as it lies in the database."""
    for table in Base.metadata.sorted_tables:
        raw = [
            type_coerce(c, LargeBinary) if isinstance(c.type, LargeBinary) or sealed(c) else c for c in table.columns
        ]
        for row in session.execute(select(*raw)):
            for value in row:
                yield from ((table.name, text) for text in words_of(value))


def sealed(column: Any) -> bool:
    return "Sealed" in type(column.type).__name__


def test_numbers_and_what_was_told_in_confidence_can_be_read_in_no_table(lived_in: County) -> None:
    secrets = known_numbers(lived_in) | set(SECRETS.values())
    assert len(secrets) > 20
    with lived_in.app.app_context():
        found = {(table, secret) for table, text in stored(db.session()) for secret in secrets if secret in text}
    assert found == set()


def test_what_stays_readable_is_readable_there_and_nowhere_else(lived_in: County) -> None:
    expected = {
        "陈大一": {"person", "household", "search_key"}, INFORMANT: {"fact"},
        "illness": {"household", "household_standing", "fact", "entry"},
        GUARANTEE_NOTE: {"fact"}, "陈干部": {"staff"},
    }  # fmt: skip
    with lived_in.app.app_context():
        texts = list(stored(db.session()))
    assert {word: {table for table, text in texts if word in text} for word in expected} == expected


def test_the_database_file_and_all_else_on_the_disk_tell_no_secret(small_county: County) -> None:
    county = move_in(small_county)
    home = settings_of(county).home
    files = [path for folder in (home, home.parent) for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "field.db" for path in files)
    assert any(path.name == "field.db-wal" and path.stat().st_size for path in files)
    numbers = {number for number in known_numbers(county) if " " not in number}
    wanted = [text.encode() for text in {*numbers, *SECRETS.values(), "readable comment"}]
    wanted += [json.dumps(text).strip('"').encode() for text in SECRETS.values()]
    photo_names = {hashlib.sha256(PHOTO).hexdigest().encode(), b"\xff\xd8\xff\xe0", b"JFIF"}
    for path in files:
        content = path.read_bytes()
        assert [text for text in wanted if text in content] == [], path
        if path.parent.parent == settings_of(county).photos:
            assert [text for text in photo_names if text in content + path.name.encode()] == [], path


def test_the_key_file_is_its_owners_alone(small_county: County) -> None:
    keys = settings_of(small_county).keys
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert flask(small_county, "keys", "rotate").returncode == 0
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert [path.name for path in keys.parent.glob("keys*")] == ["keys.json"], "no copy is left lying about"


def test_a_key_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    save_keyring(new_keyring(), tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(0o640)
    with pytest.raises(PermissionError):
        load_keyring(tmp_path / "keys.json")


def test_after_a_rotation_everything_is_sealed_anew_and_still_opens(lived_in: County) -> None:
    assert keys_in_use(lived_in) == {1}
    before = known_numbers(lived_in)
    rotated = flask(lived_in, "keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert keys_in_use(lived_in) == {2}
    lived_in.close()
    assert known_numbers(lived_in) == before
    with lived_in.app.app_context():
        assert verify(db.session(), signer(settings_of(lived_in)).verifier).sound
        entries = db.session.scalars(select(Entry).where(Entry.kind == "visit")).all()
        assert [payload["note"] for payload in opened(db.session(), entries)] == [SECRETS["note"]]


def test_a_server_that_runs_during_the_rotation_goes_on_and_takes_the_new_key_up(small_county: County) -> None:
    lived_in = move_in(small_county)
    town, digest = lived_in.client("town"), hashlib.sha256(PHOTO).hexdigest()
    person = person_ids(lived_in)[0]
    assert flask(lived_in, "keys", "rotate").returncode == 0
    answer = town.post(f"/api/people/{person}/phone", json={"reason": "核对电话"})
    assert answer.get_json() == {"phone": "+8613987650000"}
    original = town.get(f"/api/evidence/{digest}?size=original&reason=核对原图")
    assert original.data == PHOTO
    assert lived_in.client("cadre").post("/api/visits", json=lived_in.visit()).status_code == 201
    assert keys_in_use(lived_in) == {2}


def test_a_sealing_that_was_broken_off_goes_on_where_it_stood(
    lived_in: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(lived_in)
    save_keyring(keyring().rotated(), settings.keys)
    use_keyring(load_keyring(settings.keys))
    monkeypatch.setattr(reseal, "BATCH", 3)
    with lived_in.app.app_context():
        shelf = next(shelf for shelf in reseal.shelves() if shelf.table is Person)
        batch = transact(lambda session: reseal.reseal_rows(session, shelf, None))
        assert (batch.anew, batch.broken) == (3, 0)
    assert keys_in_use(lived_in) == {1, 2}
    again = flask(lived_in, "keys", "reseal")
    assert again.returncode == 0, again.stderr
    assert keys_in_use(lived_in) == {2}
    with lived_in.app.app_context():
        left = [transact(partial(reseal.reseal_rows, shelf=shelf, after=None)) for shelf in reseal.shelves()]
        assert {batch.anew for batch in left} == {0}


def test_a_value_that_cannot_be_opened_is_counted_left_alone_and_stops_nothing_else(small_county: County) -> None:
    lived_in = move_in(small_county)
    with lived_in.app.app_context():
        [secret, *_] = db.session.scalars(select(Secret).order_by(Secret.chain_id, Secret.seq))
        place, damaged = (secret.chain_id, secret.seq), secret.sealed[:-1] + bytes([secret.sealed[-1] ^ 1])
        transact(lambda session: session.execute(update(Secret).where(*_at(place)).values(sealed=damaged)))
    rotated = flask(lived_in, "keys", "rotate")
    assert rotated.returncode == 1
    assert "1 个值打不开" in rotated.stdout
    assert "Traceback" not in rotated.stderr
    with lived_in.app.app_context():
        db.session.rollback()
        assert db.session.scalar(select(Secret.sealed).where(*_at(place))) == damaged
        assert {value[0] for value in sealed_values(db.session()) if value != damaged} == {2}


def test_values_of_another_countys_keys_do_not_open(lived_in: County) -> None:
    with lived_in.app.app_context():
        use_keyring(new_keyring())
        with pytest.raises(CannotOpen):
            db.session.scalars(select(Person.id_number)).all()


def test_a_value_put_into_another_column_or_row_does_not_open(county: County) -> None:
    table = Person.__table__
    assert isinstance(table, Table)
    with county.app.app_context():
        taken = type_coerce(table.c.id_number, LargeBinary)
        moved = update(table).values(phone=type_coerce(select(taken).limit(1).scalar_subquery(), LargeBinary))
        try:
            transact(lambda session: session.execute(moved))
        except DBAPIError:
            pytest.fail("the database itself has nothing against it")
        with pytest.raises(CannotOpen):
            db.session.scalars(select(Person.phone)).all()


def test_the_secret_of_one_entry_does_not_open_beside_another(lived_in: County) -> None:
    with lived_in.app.app_context():
        first, second, *_ = db.session.scalars(select(Secret).order_by(Secret.chain_id, Secret.seq))
        first.sealed = second.sealed
        db.session.commit()
        report = verify(db.session(), signer(settings_of(lived_in)).verifier)
        assert report.broken is not None
        assert (report.broken.chain, report.broken.seq) == (first.chain_id, first.seq)


def test_every_flipped_bit_of_a_sealed_value_is_noticed() -> None:
    ring = new_keyring()
    kept = ring.seal(b"420626199107083515", b"id_number")
    assert ring.open(kept, b"id_number") == b"420626199107083515"
    for place in range(len(kept)):
        for bit in range(8):
            changed = kept[:place] + bytes([kept[place] ^ (1 << bit)]) + kept[place + 1 :]
            with pytest.raises(CannotOpen):
                ring.open(changed, b"id_number")


@pytest.mark.parametrize("length", range(14))
def test_a_value_cut_short_does_not_open(length: int) -> None:
    ring = new_keyring()
    with pytest.raises(CannotOpen):
        ring.open(ring.seal(b"420626", b"id_number")[:length], b"id_number")


def test_the_same_value_is_sealed_differently_each_time() -> None:
    ring = new_keyring()
    assert len({ring.seal(b"13987654321", b"phone") for _ in range(100)}) == 100


def test_the_blind_index_differs_by_kind_and_by_county_and_cannot_be_guessed() -> None:
    one = {kind: blind(kind, NUMBER) for kind in ("id_number", "phone", "account", "address")}
    assert len(set(one.values())) == len(one)
    assert hashlib.sha256(NUMBER.encode()).hexdigest() not in one.values()
    use_keyring(new_keyring())
    assert blind("id_number", NUMBER) != one["id_number"]


def test_a_rotation_leaves_names_and_indexes_as_they_are(ring: Keyring) -> None:
    assert ring.rotated().name(b"420626") == ring.name(b"420626")
    assert ring.rotated().active == ring.active + 1


def test_two_first_starts_at_once_share_one_ring(tmp_path: Path) -> None:
    rings = [load_keyring(tmp_path / "keys.json") for _ in range(2)]
    assert rings[0] == rings[1]


def test_a_photograph_is_sealed_anew_whole_or_not_at_all(tmp_path: Path, ring: Keyring) -> None:
    Vault(tmp_path, ring).put("00" * 32, PHOTO)
    later = Vault(tmp_path, ring.rotated())
    assert later.reseal("00" * 32, "original")
    assert not later.reseal("00" * 32, "original"), "done already"
    assert not later.reseal("11" * 32, "original"), "nothing is there"
    assert later.get("00" * 32) == PHOTO
    with pytest.raises(CannotOpen):
        Vault(tmp_path, ring).get("00" * 32)


def _at(place: tuple[str, int]) -> tuple[Any, Any]:
    return Secret.chain_id == place[0], Secret.seq == place[1]
