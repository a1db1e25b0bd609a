"""A small county's ledger on each database, to write in, seal, damage and verify."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select, text
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.db import transact
from field.ledger.chain import HEADER, Line, entry_hash
from field.ledger.checkpoints import Checkpoint, LogLeaf, LogTile, take
from field.ledger.entries import Draft, Entry, Head, Secret, append
from field.ledger.faults import Report
from field.ledger.note import Signer
from field.ledger.verify import verify
from field.orm import Base

NOW = datetime(2026, 11, 20, 2, 30, 0, 123000, UTC)
SIGNER = Signer("county.example/420626", bytes(range(32)))
TABLES = [Base.metadata.tables[table.__tablename__] for table in (Entry, Head, Secret, LogLeaf, LogTile, Checkpoint)]


@pytest.fixture
def ledger(engine: Engine) -> "Ledger":
    """An empty ledger."""
    return Ledger(engine)


@pytest.fixture
def sealed(ledger: "Ledger") -> "Ledger":
    """Three chains of four entries, one checkpoint after six entries and one after all."""
    for seq in (1, 2, 3, 4):
        for chain in ("a", "b", "c"):
            ledger.write(chain, note=f"{chain}{seq}")
        if seq in (2, 4):
            ledger.seal()
    return ledger


class Ledger:
    """One county's ledger: every call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.clock, self.guarded = engine, NOW, True

    def write(self, chain: str, **payload: Any) -> str:
        """Append one visit; its hash."""
        self.clock += timedelta(minutes=1)
        draft = Draft(
            chain_id=chain,
            kind=EntryKind.VISIT,
            channel=Channel.PHONE,
            actor="staff:1",
            occurred_at=NOW,
            idempotency_key=f"{chain}:{self.clock.isoformat()}",
            payload={"wages": 1860000, "members": [{"name": "王秀英"}], **payload},
            evidence=["ab" * 32],
        )
        return str(self.do(lambda session: append(session, draft, self.clock).hash))

    def hash_of(self, chain: str, seq: int) -> str:
        with Session(self.engine) as session:
            return session.scalars(select(Entry.hash).where(Entry.chain_id == chain, Entry.seq == seq)).one()

    def seal(self) -> str:
        """Take a checkpoint; its note."""
        return str(self.do(lambda session: taken(session, self.clock).note))

    def verify(self, kept: str | None = None) -> Report:
        with Session(self.engine) as session:
            return verify(session, SIGNER.verifier, kept)

    def faults(self, kept: str | None = None) -> tuple[str, str | None, int | None]:
        """The code, chain and seq of what verify names."""
        found = self.verify(kept).broken
        return (found.fault.value, found.chain, found.seq) if found else ("", None, None)

    def sql(self, *statements: str, **values: Any) -> None:
        """Change the database behind the application's back, as someone with all rights could."""
        on = "" if self.is_sqlite else " ON entry"
        off = [f"DROP TRIGGER entry_{verb}{on}" for verb in ("update", "delete") if self.guarded]
        self.guarded = False
        with self.engine.begin() as connection:
            for statement in (*off, *statements):
                connection.execute(text(statement), values)

    def unguard(self) -> None:
        """Make the table of entries anew, without keys and without rules."""
        self.sql("CREATE TABLE bare AS SELECT * FROM entry", "DROP TABLE entry", "ALTER TABLE bare RENAME TO entry")
        self.guarded = False

    def rewrite(self, chain: str, seq: int, **changes: str) -> None:
        """Forge an entry with a hash that fits, and the head with it if it is the last."""
        with Session(self.engine) as session:
            entry = session.get_one(Entry, (chain, seq))
        prev_hash = changes.get("prev_hash", entry.prev_hash)
        line = Line(**{name: changes.get(name, getattr(entry, name)) for name in (*HEADER, "payload")})
        changes["hash"] = entry_hash(line, prev_hash)
        place = {"chain": chain, "at": seq}
        columns = ", ".join(f"{name} = :{name}" for name in changes)
        self.sql(f"UPDATE entry SET {columns} WHERE chain_id = :chain AND seq = :at", **changes, **place)
        head = "UPDATE chain_head SET hash = :hash WHERE chain_id = :chain AND seq = :at"
        self.sql(head, hash=changes["hash"], **place)

    def cut(self) -> None:
        """Take the last entry of chain b away, and let the head agree."""
        self.sql("DELETE FROM entry WHERE chain_id = 'b' AND seq = 4")
        self.sql("UPDATE chain_head SET seq = 3, hash = :hash WHERE chain_id = 'b'", hash=self.hash_of("b", 3))

    def copy(self) -> dict[Table, list[dict[str, Any]]]:
        """Everything in the ledger, to restore later."""
        with self.engine.begin() as connection:
            return {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in TABLES}

    def restore(self, copy: dict[Table, list[dict[str, Any]]]) -> None:
        """Put the ledger back to where it was then."""
        self.sql()
        with self.engine.begin() as connection:
            for table, rows in copy.items():
                connection.execute(table.delete())
                if rows:
                    connection.execute(insert(table), rows)

    def do(self, work: Any) -> Any:
        with Session(self.engine) as session:
            return transact(work, session)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


def taken(session: Session, now: datetime = NOW) -> Checkpoint:
    checkpoint = take(session, SIGNER, now)
    assert checkpoint is not None
    session.expunge(checkpoint)
    return checkpoint
