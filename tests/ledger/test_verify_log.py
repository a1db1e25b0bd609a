"""Verification of the log: whatever was sealed once cannot be cut, rewritten or rolled back unseen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from field.ledger import merkle
from field.ledger.checkpoints import Checkpoint
from field.ledger.entries import Entry
from field.ledger.note import Signer, Tree, read_tree
from tests.ledger.conftest import SIGNER, Ledger

PLACE = "WHERE chain_id = 'b' AND seq = 3"
TEXTS = sorted({column.name for column in Entry.__table__.columns} - {"seq", "chain_id", "occurred_at", "recorded_at"})


def test_a_chain_cut_together_with_its_head_is_named_by_the_log(sealed: Ledger) -> None:
    sealed.cut()
    assert sealed.faults() == ("unlogged", "b", 4)


def test_an_end_that_was_never_sealed_can_be_cut_unseen(sealed: Ledger) -> None:
    """Stated in the documentation: before a checkpoint there is no witness."""
    digest = sealed.hash_of("b", 4)
    sealed.write("b")
    sealed.sql("DELETE FROM entry WHERE chain_id = 'b' AND seq = 5")
    sealed.sql("UPDATE chain_head SET seq = 4, hash = :hash WHERE chain_id = 'b'", hash=digest)
    assert sealed.verify().sound


def test_a_chain_rewritten_to_its_end_is_named_by_the_log(sealed: Ledger) -> None:
    sealed.rewrite("b", 3, kind="held_visit")
    sealed.rewrite("b", 4, prev_hash=sealed.hash_of("b", 3))
    assert sealed.faults() == ("replaced", "b", 3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE log_leaf SET chain_id = 'x' WHERE log_index = 7", "unlogged"),
        ("DELETE FROM log_leaf WHERE log_index = 7", "log"),
        ("DELETE FROM log_leaf WHERE log_index > 8", "log"),
        ("DELETE FROM log_tile", "log"),
        ("DELETE FROM checkpoint WHERE size = 12", "log"),
        ("DELETE FROM checkpoint WHERE size = 6", "log"),
        ("UPDATE checkpoint SET size = 11 WHERE size = 12", "checkpoint"),
        ("UPDATE checkpoint SET size = 13 WHERE size = 12", "log"),
        (
            "UPDATE checkpoint SET root = (SELECT root FROM checkpoint WHERE size = 6) WHERE size = 12",
            "checkpoint",
        ),
        (
            "UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 6) WHERE size = 12",
            "checkpoint",
        ),
        ("UPDATE checkpoint SET note = 'x' WHERE size = 12", "checkpoint"),
    ],
)
def test_a_changed_log_is_noticed(sealed: Ledger, change: str, code: str) -> None:
    sealed.sql(change)
    assert sealed.faults()[0] == code


def test_an_older_checkpoint_that_was_taken_away_is_named_with_the_one_after_it(sealed: Ledger) -> None:
    for _ in range(2):
        sealed.write("a")
        sealed.seal()
    assert sealed.verify().sound
    sealed.sql("DELETE FROM checkpoint WHERE size = 12")
    broken = sealed.verify().broken
    assert broken
    assert broken.words == "封存记录损坏（第 13 条处是第 3 张封存单，它前面只有 1 张）"


def unnumbered(ledger: Ledger) -> None:
    """As an older release left its checkpoints: without their numbers."""
    with Session(ledger.engine) as session:
        trees = {one.size: read_tree(one.note, SIGNER.verifier) for one in session.scalars(select(Checkpoint))}
    for size, tree in trees.items():
        note = SIGNER.sign(str(replace(tree, number=None)))
        ledger.sql("UPDATE checkpoint SET note = :note WHERE size = :size", note=note, size=size)


def test_a_ledger_of_an_older_release_is_sound_and_keeps_count_from_its_next_checkpoint_on(sealed: Ledger) -> None:
    unnumbered(sealed)
    assert sealed.verify().sound
    sealed.write("a")
    assert read_tree(sealed.seal(), SIGNER.verifier).number == 3
    assert sealed.verify().sound
    sealed.sql("DELETE FROM checkpoint WHERE size = 6")
    assert sealed.faults()[0] == "log"


def test_after_a_checkpoint_was_taken_away_the_next_ones_do_not_hide_it(sealed: Ledger) -> None:
    sealed.sql("DELETE FROM checkpoint WHERE size = 6")
    sealed.write("a")
    assert read_tree(sealed.seal(), SIGNER.verifier).number == 3
    assert sealed.faults()[0] == "log"


def test_swapped_leaves_are_named(sealed: Ledger) -> None:
    sealed.sql(
        "UPDATE log_leaf SET log_index = 99 WHERE log_index = 2",
        "UPDATE log_leaf SET log_index = 2 WHERE log_index = 3",
        "UPDATE log_leaf SET log_index = 3 WHERE log_index = 99",
    )
    assert sealed.faults() == ("replaced", "b", 2)


def test_a_checkpoint_by_another_key_is_noticed(sealed: Ledger) -> None:
    note = Signer(SIGNER.name, bytes(32)).sign(str(Tree(SIGNER.name, 12, bytes(32))))
    sealed.sql("UPDATE checkpoint SET note = :note WHERE size = 12", note=note)
    assert sealed.faults()[0] == "checkpoint"


@pytest.mark.parametrize("level", [0, 1])
def test_a_changed_tile_is_noticed_at_every_level(ledger: Ledger, level: int) -> None:
    for _ in range(260):
        ledger.write("a")
    ledger.seal()
    assert ledger.verify().sound
    ledger.sql('UPDATE log_tile SET hashes = :hashes WHERE level = :level AND "index" = 0', hashes=b"x", level=level)
    assert ledger.faults()[0] == "log"


def test_a_changed_hash_in_a_tile_names_its_entry(sealed: Ledger) -> None:
    tile = b"".join(merkle.leaf(bytes.fromhex(sealed.hash_of("a", 1))) if at != 5 else bytes(32) for at in range(12))
    sealed.do(lambda session: session.execute(text("UPDATE log_tile SET hashes = :hashes"), {"hashes": tile}))
    assert sealed.faults() == ("replaced", "a", 2)


def test_a_database_rolled_back_is_named_by_a_kept_checkpoint(ledger: Ledger) -> None:
    ledger.write("a")
    ledger.seal()
    backup = ledger.copy()
    ledger.write("a")
    kept = ledger.seal()
    assert ledger.verify(kept).sound
    ledger.restore(backup)
    assert ledger.verify().sound
    assert ledger.faults(kept) == ("rolled_back", None, None)
    ledger.write("a", note="another")
    ledger.seal()
    assert ledger.verify().sound
    assert ledger.faults(kept) == ("rewritten", None, None)


def test_a_ledger_that_grows_meanwhile_is_sound_all_the_time(sealed: Ledger) -> None:
    def grow() -> None:
        for _ in range(12):
            sealed.write("b")
            sealed.seal()

    with ThreadPoolExecutor(1) as pool:
        growing = pool.submit(grow)
        reports = [sealed.verify()]
        while not growing.done():
            reports.append(sealed.verify())
        growing.result()
    assert [report.broken for report in reports] == [None] * len(reports)
    assert sealed.verify().logged == 24


def test_an_old_kept_checkpoint_still_holds(sealed: Ledger) -> None:
    kept = sealed.seal()
    for chain in "abcde":
        sealed.write(chain)
        sealed.seal()
    assert sealed.verify(kept).sound


@pytest.mark.parametrize("kept", ["", "x", "\n\n", SIGNER.sign("county.example/420626\n-1\n\n")])
def test_a_kept_text_that_is_no_checkpoint_is_said_so(sealed: Ledger, kept: str) -> None:
    report = sealed.verify(kept)
    assert report.broken is not None
    assert report.broken.fault.value == "kept"
    assert report.broken.words.startswith("另存的封存单不可信（")
