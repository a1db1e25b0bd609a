"""任意的历史: whatever happened, rebuilding gives the same, the ledger holds, and the books balance."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from field import clock
from field.codes import EntryKind, Role
from field.db import db, transact
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.rebuild import DERIVED, fingerprint, rebuild
from field.worker import signer
from tests.any_history import History, balanced
from tests.county import STAFF, County

NOT_OURS = {  # of conversations nothing is derived; an erasure closes a chain, and has stories of its own
    EntryKind.MESSAGES_ATTACHED, EntryKind.MESSAGES_DETACHED, EntryKind.ERASED,
}  # fmt: skip


@pytest.fixture
def crowded(small_county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """A county with a second cadre in the village, and one whose right has just ended."""
    return crowd(small_county, monkeypatch)


def crowd(county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """The same of any county."""
    for username, name in (("deputy", "副书记"), ("moved", "调走的人")):
        monkeypatch.setitem(STAFF, username, (Role.VILLAGE, "420626107204", name))
        county.hire(username, *STAFF[username], days=300)
    county.move("moved", Role.VILLAGE, "420626107205")
    monkeypatch.setitem(STAFF, "moved", (Role.VILLAGE, "420626107205", "调走的人"))
    return county


def sound(county: County) -> None:
    settings = county.app.config["FIELD"]
    with county.app.app_context():
        before = {table.__tablename__: fingerprint(db.session(), table) for table in DERIVED}
        assert transact(rebuild).differing == ()
        assert {table.__tablename__: fingerprint(db.session(), table) for table in DERIVED} == before
        assert verify(db.session(), signer(settings).verifier).sound
        assert balanced(db.session())


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_history_rebuilding_gives_the_same_and_the_books_balance(crowded: County, seed: int) -> None:
    vault = crowded.app.extensions["field_vault"]
    history = History(crowded, vault, seed, clock.now() + timedelta(minutes=1))
    history.go_on(300)
    sound(crowded)
    for turn in range(20):
        history.go_on(100)
        missing = {kind.value for kind in EntryKind if kind not in NOT_OURS} - history.kinds()
        if len(missing) < (1 if turn < 9 else 4):
            break
    assert len(missing) < 4, f"by then chance has had nearly everything happen: {missing}, {history.refused}"
    sound(crowded)
    with crowded.app.app_context():
        keys = list(db.session.scalars(select(Entry.idempotency_key)))
        assert len(keys) == len(set(keys))
