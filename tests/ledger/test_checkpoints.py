"""Sealing: every entry becomes a leaf once, in order, whoever tries at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.ledger import checkpoints, merkle
from field.ledger.checkpoints import Checkpoint, LogLeaf, StoredTiles, newest, take
from field.ledger.note import read_tree
from tests.ledger.conftest import NOW, SIGNER, Ledger, taken


def test_an_empty_ledger_has_nothing_to_seal(ledger: Ledger) -> None:
    assert ledger.do(lambda session: take(session, SIGNER, NOW)) is None


def test_a_checkpoint_is_the_rfc_root_over_all_entries_in_order_of_chain_and_seq(ledger: Ledger) -> None:
    hashes = {(chain, seq): ledger.write(chain) for seq in (1, 2) for chain in "ba"}
    tree = read_tree(ledger.seal(), SIGNER.verifier)
    leaves = [merkle.leaf(bytes.fromhex(hashes[place])) for place in sorted(hashes)]
    left, right = (merkle.node(*leaves[at : at + 2]) for at in (0, 2))
    assert (tree.size, tree.root) == (4, merkle.node(left, right))


def test_a_second_sealing_adds_only_what_is_new(sealed: Ledger) -> None:
    with Session(sealed.engine) as session:
        rows = session.execute(select(LogLeaf.chain_id, LogLeaf.seq).order_by(LogLeaf.log_index)).all()
        sizes = session.scalars(select(Checkpoint.size).order_by(Checkpoint.size)).all()
        trees = [read_tree(note, SIGNER.verifier) for note in session.scalars(select(Checkpoint.note))]
        beginning = merkle.root(StoredTiles(session), 6)
    first = [(chain, seq) for chain in "abc" for seq in (1, 2)]
    assert [tuple(row) for row in rows] == first + [(chain, seq) for chain in "abc" for seq in (3, 4)]
    assert sizes == [6, 12]
    old, new = sorted(trees, key=lambda tree: tree.size)
    assert (old.root, new.size) == (beginning, 12)


def test_with_nothing_new_the_same_checkpoint_comes_back(sealed: Ledger) -> None:
    first = sealed.do(taken)
    again = sealed.do(lambda session: taken(session, NOW.replace(year=2027)))
    assert (again.size, again.note, again.signed_at) == (first.size, first.note, first.signed_at)


def test_more_entries_than_a_batch_are_all_sealed(ledger: Ledger, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(checkpoints, "BATCH", 3)
    for chain in "abcdefgh":
        for _ in range(len(chain) + ord(chain) % 4):
            ledger.write(chain)
    ledger.seal()
    report = ledger.verify()
    assert report.sound
    assert report.logged == report.entries == 20


def test_of_many_workers_at_once_one_seals_and_all_answer_the_same(ledger: Ledger) -> None:
    for chain in "abc":
        ledger.write(chain)
    start = Barrier(6)

    def work() -> int:
        start.wait()
        return int(ledger.do(lambda session: taken(session).size))

    with ThreadPoolExecutor(6) as pool:
        sizes = [task.result() for task in [pool.submit(work) for _ in range(6)]]
    assert sizes == [3] * 6
    assert ledger.verify().checkpoints == 1


def test_a_second_worker_waits_for_the_first_and_takes_its_checkpoint(ledger: Ledger) -> None:
    ledger.write("a")
    assert _second_while_the_first_holds(ledger, commit=True) == (1, 1)


def test_when_the_first_worker_fails_the_second_seals(ledger: Ledger) -> None:
    ledger.write("a")
    assert _second_while_the_first_holds(ledger, commit=False) == (1, 1)


def _second_while_the_first_holds(ledger: Ledger, commit: bool) -> tuple[int, int]:
    """Size that the second worker gets while the first ends with or without commit, and count of leaves."""
    begun = Event()
    with Session(ledger.engine) as first, ThreadPoolExecutor(1) as pool:
        first.connection(execution_options={"field_writes": True})
        taken(first)

        def work() -> int:
            begun.set()
            return int(ledger.do(lambda session: taken(session).size))

        second = pool.submit(work)
        begun.wait()
        assert not second.done()
        first.commit() if commit else first.rollback()
        size = second.result(timeout=20)
    with Session(ledger.engine) as session:
        return size, session.scalar(select(func.count()).select_from(LogLeaf)) or 0


def test_writers_and_sealers_at_once_leave_one_sound_log(ledger: Ledger) -> None:
    def write(chain: str) -> None:
        for _ in range(8):
            ledger.write(chain, note=chain)

    def seal(_: int) -> None:
        ledger.do(lambda session: take(session, SIGNER, NOW))

    with ThreadPoolExecutor(6) as pool:
        tasks = [pool.submit(write, chain) for chain in "abcd"] + [pool.submit(seal, at) for at in range(12)]
        for task in tasks:
            task.result()
    ledger.seal()
    report = ledger.verify()
    assert report.broken is None
    assert report.logged == report.entries == 32


def test_the_newest_checkpoint_is_the_largest(sealed: Ledger) -> None:
    with Session(sealed.engine) as session:
        found = newest(session)
    assert found is not None
    assert found.size == 12
