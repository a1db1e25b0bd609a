"""Verification: whatever is done to the ledger behind its back, the first broken entry is named."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from field.ledger.chain import GENESIS, HEADER
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.registry.sealing import keyring
from tests.ledger.conftest import SIGNER, Ledger

PLACE = "WHERE chain_id = 'b' AND seq = 3"
TEXTS = sorted({column.name for column in Entry.__table__.columns} - {"seq", "chain_id", "occurred_at", "recorded_at"})


def test_a_sound_ledger_is_sound(sealed: Ledger) -> None:
    sealed.write("b")
    report = sealed.verify()
    assert (report.sound, report.entries, report.chains, report.logged, report.checkpoints) == (
        True,
        13,
        3,
        12,
        2,
    )
    assert report.as_json()["broken"] is None


def test_an_empty_ledger_is_sound(ledger: Ledger) -> None:
    assert ledger.verify().sound


def test_an_entry_under_sm3_is_read_as_well(sealed: Ledger) -> None:
    sealed.rewrite("b", 4, alg="sm3")
    sealed.sql("DELETE FROM checkpoint", "DELETE FROM log_tile", "DELETE FROM log_leaf")
    assert sealed.verify().sound


@pytest.mark.parametrize("column", TEXTS)
def test_a_change_in_any_column_is_named(sealed: Ledger, column: str) -> None:
    digit = f"CASE WHEN substr({column}, 1, 1) = '0' THEN '1' ELSE '0' END || substr({column}, 2)"
    sealed.sql(f"UPDATE entry SET {column} = {digit} {PLACE}")
    code, chain, seq = sealed.faults()
    expected = {"prev_hash": "link", "alg": "unreadable"}.get(column, "content")
    assert (code, chain, seq) == (expected, "b", 3)


@pytest.mark.parametrize("column", ["occurred_at", "recorded_at"])
@pytest.mark.parametrize(
    "moment", ["2026-11-20 02:30:00.124000", "2025-11-20 02:30:00.123000", "2026-11-20 02:30:00.123001"]
)
def test_a_change_in_a_time_is_named(sealed: Ledger, column: str, moment: str) -> None:
    sealed.sql(f"UPDATE entry SET {column} = '{moment}' {PLACE}")
    assert sealed.faults() == ("content", "b", 3)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET seq = 99 " + PLACE,
        "UPDATE entry SET chain_id = 'x' " + PLACE,
        "DELETE FROM entry " + PLACE,
    ],
)
def test_an_entry_moved_or_dropped_is_named(sealed: Ledger, change: str) -> None:
    sealed.sql(change)
    assert sealed.faults() == ("gap", "b", 3)


def test_every_column_is_covered() -> None:
    columns = {column.name for column in Entry.__table__.columns}
    assert columns == {*HEADER, "payload", "prev_hash", "hash"}


def test_swapped_entries_are_named(sealed: Ledger) -> None:
    sealed.sql(
        "UPDATE entry SET seq = 99 WHERE chain_id = 'b' AND seq = 2",
        "UPDATE entry SET seq = 2 WHERE chain_id = 'b' AND seq = 3",
        "UPDATE entry SET seq = 3 WHERE chain_id = 'b' AND seq = 99",
    )
    assert sealed.faults() == ("link", "b", 2)


def test_swapped_payloads_are_named(sealed: Ledger) -> None:
    sealed.sql(f"UPDATE entry SET payload = (SELECT payload FROM entry WHERE chain_id = 'b' AND seq = 1) {PLACE}")
    assert sealed.faults() == ("content", "b", 3)


def test_a_second_entry_at_one_place_is_a_fork(sealed: Ledger) -> None:
    sealed.unguard()
    sealed.sql(f"INSERT INTO entry SELECT * FROM entry {PLACE}")
    assert sealed.faults() == ("fork", "b", 3)


def test_an_entry_that_follows_an_older_one_is_a_fork(sealed: Ledger) -> None:
    sealed.rewrite("b", 3, prev_hash=sealed.hash_of("b", 1))
    assert sealed.faults() == ("fork", "b", 3)


def test_a_chain_whose_end_is_cut_is_named_by_its_head(sealed: Ledger) -> None:
    sealed.sql("DELETE FROM entry WHERE chain_id = 'b' AND seq > 2")
    assert sealed.faults() == ("gap", "b", 3)


def test_a_chain_that_is_gone_is_named_by_its_head(sealed: Ledger) -> None:
    sealed.sql("DELETE FROM entry WHERE chain_id = 'b'")
    assert sealed.faults() == ("gap", "b", 1)


@pytest.mark.parametrize(
    ("change", "code", "seq"),
    [
        ("UPDATE chain_head SET hash = '0' WHERE chain_id = 'b'", "head", 4),
        ("UPDATE chain_head SET seq = 3 WHERE chain_id = 'b'", "head", 3),
        ("UPDATE chain_head SET seq = 9 WHERE chain_id = 'b'", "gap", 5),
        ("DELETE FROM chain_head WHERE chain_id = 'b'", "head", 1),
    ],
)
def test_a_changed_head_is_named(sealed: Ledger, change: str, code: str, seq: int) -> None:
    sealed.sql(change)
    assert sealed.faults() == (code, "b", seq)


def test_a_personal_value_changed_beside_its_entry_is_named(sealed: Ledger) -> None:
    secret = "(SELECT sealed FROM entry_secret WHERE chain_id = 'b' AND seq = 2)"
    sealed.sql(f"UPDATE entry_secret SET sealed = {secret} {PLACE}")
    assert sealed.faults() == ("secret", "b", 3)


@pytest.mark.parametrize(
    "kept", ["{}", '{"note":["00","x"]}', "[]", '{"members.0.name":["00"]}', '{"note":[1,2]}', "x"]
)
def test_only_values_whose_digests_stand_in_the_entry_are_taken(sealed: Ledger, kept: str) -> None:
    resealed = keyring().seal(kept.encode(), b"entry:b:3")
    sealed.sql(f"UPDATE entry_secret SET sealed = :sealed {PLACE}", sealed=resealed)
    assert sealed.faults() == (("", None, None) if kept == "{}" else ("secret", "b", 3))


@pytest.mark.parametrize("erase", ["DELETE FROM entry_secret ", "UPDATE entry_secret SET sealed = '' "])
def test_a_lawful_deletion_breaks_nothing_and_is_counted(sealed: Ledger, erase: str) -> None:
    assert sealed.verify().emptied == 0
    sealed.sql(erase + PLACE)
    report = sealed.verify()
    assert (report.sound, report.emptied) == (True, 1)


@pytest.mark.parametrize("column", sorted({*HEADER, "payload", "prev_hash", "hash"} - {"chain_id", "seq"}))
def test_an_emptied_column_is_named(sealed: Ledger, column: str) -> None:
    sealed.unguard()
    sealed.sql(f"UPDATE entry SET {column} = NULL {PLACE}")
    assert sealed.faults() == ("unreadable", "b", 3)


@pytest.mark.parametrize("column", ["chain_id", "seq"])
def test_an_entry_without_a_place_is_noticed(sealed: Ledger, column: str) -> None:
    sealed.unguard()
    sealed.sql(f"UPDATE entry SET {column} = NULL {PLACE}")
    assert sealed.faults()[0] in {"unreadable", "gap"}


def test_a_table_that_is_gone_is_reported(sealed: Ledger) -> None:
    sealed.sql("DROP TABLE entry_secret")
    assert sealed.faults() == ("unreadable", None, None)


@pytest.mark.parametrize("moment", ["infinity", "2026-11-20 02:31:00.123 BC", "12026-11-20 02:31:00"])
def test_a_time_outside_the_calendar_is_named(sealed: Ledger, moment: str) -> None:
    sealed.sql(f"UPDATE entry SET recorded_at = '{moment}' {PLACE}")
    code, chain, seq = sealed.faults()
    assert code in {"unreadable", "content"}
    assert (chain, seq) == ("b", 3)


VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.binary()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example(column="seq", value="3", as_text=False)
@given(column=st.sampled_from([*HEADER, "payload", "prev_hash", "hash"]), value=VALUES, as_text=st.booleans())
def test_no_value_whatever_stops_the_reading(sealed: Ledger, column: str, value: Any, as_text: bool) -> None:
    if not getattr(sealed, "bare", False):
        sealed.unguard()
        sealed.bare = True  # type: ignore[attr-defined]
    new = "CAST(:value AS TEXT)" if as_text else ":value"  # a cast of bytes makes texts that are not UTF-8
    kept = text(f"SELECT typeof({column}), CAST({column} AS BLOB) FROM entry ORDER BY rowid")
    with Session(sealed.engine) as session:
        stood = session.execute(kept).all()
        session.execute(text(f"UPDATE entry SET {column} = {new} {PLACE}"), {"value": value})
        broken = verify(session, SIGNER.verifier).broken
        assert broken is not None or session.execute(kept).all() == stood  # "3" is kept as the 3 that stood there
        session.rollback()


@pytest.mark.parametrize(
    ("seq", "digest", "named"),
    [
        (0, GENESIS, ("", None, None)),
        (0, "1" * 64, ("head", "new", 0)),
        (2, GENESIS, ("gap", "new", 1)),
    ],
)
def test_only_a_head_that_says_so_may_stand_without_entries(
    sealed: Ledger, seq: int, digest: str, named: tuple[str, str | None, int | None]
) -> None:
    sealed.sql("INSERT INTO chain_head VALUES ('new', :seq, :digest, false)", seq=seq, digest=digest)
    assert sealed.faults() == named


def test_a_head_that_forgot_all_its_entries_is_named(sealed: Ledger) -> None:
    sealed.sql("UPDATE chain_head SET seq = 0, hash = :genesis WHERE chain_id = 'b'", genesis=GENESIS)
    assert sealed.faults() == ("head", "b", 0)


def test_an_entry_past_the_end_that_the_head_tells_of_is_named(sealed: Ledger) -> None:
    sealed.sql("UPDATE chain_head SET seq = 3, hash = :third WHERE chain_id = 'b'", third=sealed.hash_of("b", 3))
    assert sealed.faults() == ("head", "b", 4)


def test_what_is_broken_here_is_told_before_what_a_kept_checkpoint_says(sealed: Ledger) -> None:
    sealed.sql(f"UPDATE entry SET actor = 'staff:2' {PLACE}")
    assert sealed.faults(kept="x") == ("content", "b", 3)


def test_an_entry_that_never_held_anything_personal_is_not_counted_as_emptied(sealed: Ledger) -> None:
    sealed.write("b", members=[])
    report = sealed.verify()
    assert (report.sound, report.entries, report.emptied) == (True, 13, 0)
