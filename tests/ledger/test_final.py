"""The database itself refuses to change an entry, as a second line."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.ledger.conftest import Ledger

COLUMNS = "chain_id, seq, kind, channel, actor, occurred_at, recorded_at, payload, evidence, alg, prev_hash, hash"


@pytest.mark.parametrize("change", ["UPDATE entry SET payload = '{}'", "DELETE FROM entry"])
def test_no_entry_is_changed_or_deleted(sealed: Ledger, change: str) -> None:
    with pytest.raises(DBAPIError, match="entries are never changed"), sealed.engine.begin() as connection:
        connection.execute(text(change))
    assert sealed.verify().entries == 12


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("key", "seq"), [("'another'", "seq"), ("idempotency_key", "99"), ("idempotency_key", "seq")])
def test_no_entry_is_replaced(sealed: Ledger, key: str, seq: str) -> None:
    columns = COLUMNS.replace("seq", seq, 1)
    replace = (
        f"INSERT OR REPLACE INTO entry ({COLUMNS}, idempotency_key) SELECT {columns}, {key} FROM entry WHERE seq = 4"
    )
    with pytest.raises(DBAPIError, match="entries are never changed"), sealed.engine.begin() as connection:
        connection.execute(text(replace))
    assert sealed.verify().sound
