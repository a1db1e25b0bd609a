"""台账条目: entries, the head of each chain, and the one way to append."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Channel, EntryKind
from field.ledger.chain import GENESIS, Line, canonical, entry_hash, unveil, veil
from field.orm import Base, Code, Id, Utc, insert_many, insert_or_leave
from field.prepared import Prepared
from field.registry.sealing import keyring

REGION = "region:"


class Entry(Base):
    """台账条目: one line of a household's or a region's chain; never changed, never deleted."""

    __tablename__ = "entry"

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    channel: Mapped[Code]
    actor: Mapped[str] = mapped_column(String(80))
    occurred_at: Mapped[Utc]
    recorded_at: Mapped[Utc]
    payload: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    idempotency_key: Mapped[str] = mapped_column(String(120))
    alg: Mapped[str] = mapped_column(String(8))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(None, "hash"),
        Index(None, "recorded_at", "chain_id", "seq"),
        Index(None, "kind", "recorded_at"),
        Index(None, "actor", "occurred_at"),
    )


class Head(Base):
    """链头: the last entry of each chain, locked while the next is written; nothing comes after in a closed one."""

    __tablename__ = "chain_head"
    __table_args__ = {"sqlite_with_rowid": False}

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    closed: Mapped[bool] = mapped_column(default=False)


class Secret(Base):
    """条目中的个人信息: salts and values beside an entry, sealed; lawful deletion empties this row alone."""

    __tablename__ = "entry_secret"
    __table_args__ = {"sqlite_with_rowid": False}

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


COLUMNS = [column.name for column in fields(Line)]


_entries, _heads, _secrets = (cast(Table, model.__table__) for model in (Entry, Head, Secret))
_new_entry, _new_secret = Prepared(_entries.insert()), Prepared(_secrets.insert())
_find_head = Prepared(
    select(_heads.c.seq, _heads.c.hash, _heads.c.closed)
    .where(_heads.c.chain_id == bindparam("chain"))
    .with_for_update()
)
_next_head = Prepared(
    _heads.update()
    .where(_heads.c.chain_id == bindparam("chain"))
    .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))
)
_by_key = Prepared(select(Entry).where(Entry.idempotency_key == bindparam("key")))


class Repeated(Exception):
    """重复提交: another transaction has just recorded the same idempotency key; try again to read it."""


class Closed(Exception):
    """已依法删除: the chain was closed when its household was erased; nothing is recorded there any more."""


@dataclass(frozen=True)
class Draft:
    """What an edge wants recorded: `payload` is plain, `evidence` the digests that it names."""

    chain_id: str
    kind: EntryKind
    channel: Channel
    actor: str
    occurred_at: datetime
    idempotency_key: str
    payload: dict[str, Any]
    evidence: Sequence[str] = field(default_factory=tuple)


def region_chain(region: str) -> str:
    """The chain of what is attached to no household yet: a region's own."""
    return f"{REGION}{region}"


def region_of(chain_id: str) -> str | None:
    """The region whose own chain it is; None of a household's."""
    return chain_id.removeprefix(REGION) if chain_id.startswith(REGION) else None


def append(session: Session, draft: Draft, now: datetime) -> Entry:
    """Write the next entry of a chain; the head row is locked last, so no other writer waits long.

    An idempotency key that was recorded meanwhile is an IntegrityError, after which `transact` begins again.
    """
    seq, prev = lock_head(session, draft.chain_id)
    entry, secret = sealed_entry(draft, seq + 1, prev, now)
    _new_entry.run(session, entry)
    if secret:
        _new_secret.run(session, secret)
    _next_head.run(session, {"chain": draft.chain_id, "to_seq": entry["seq"], "to_hash": entry["hash"]})
    return Entry(**entry)


def append_many(session: Session, drafts: Sequence[Draft], now: datetime) -> list[Entry]:
    """Write one entry to each of many chains with few statements; chains and keys must not repeat."""
    ids = sorted(draft.chain_id for draft in drafts)
    heads = lock_heads(session, ids)
    keys = [draft.idempotency_key for draft in drafts]
    if session.scalar(select(Entry.seq).where(Entry.idempotency_key.in_(keys)).limit(1)) is not None:
        raise Repeated(keys[0])
    entries: list[dict[str, Any]] = []
    secrets: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for draft in drafts:
        seq, prev = heads.get(draft.chain_id, (0, GENESIS))
        entry, secret = sealed_entry(draft, seq + 1, prev, now)
        entries.append(entry)
        secrets.extend([secret] if secret else [])
        head = {key: entry[key] for key in ("chain_id", "seq", "hash")}
        (moved if draft.chain_id in heads else fresh).append(head)
    for table, rows in ((Entry, entries), (Secret, secrets), (Head, fresh)):
        insert_many(session, table, rows)
    if moved:
        session.execute(update(Head), moved)
    return [Entry(**entry) for entry in entries]


def recorded(session: Session, idempotency_key: str) -> Entry | None:
    """The entry recorded under an idempotency key, if any."""
    return next(iter(_by_key.objects(session, Entry, {"key": idempotency_key})), None)


def fresh(entry: Entry) -> bool:
    """Whether this transaction wrote the entry, and not an earlier sending of the same."""
    return inspect(entry).transient


def opened(session: Session, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The payloads of entries of any chains with their personal values in place, in the same order."""
    secrets: dict[tuple[str, int], bytes] = {}
    chains = {entry.chain_id for entry in entries}
    if chains:
        low, high = min(entry.seq for entry in entries), max(entry.seq for entry in entries)
        rows = select(Secret.chain_id, Secret.seq, Secret.sealed)
        found = session.execute(rows.where(Secret.chain_id.in_(chains), Secret.seq.between(low, high)))
        secrets = {(chain_id, seq): sealed for chain_id, seq, sealed in found}
    return [
        unveil(json.loads(entry.payload), open_secret(*place, secrets.get(place)))
        for entry in entries
        for place in [(entry.chain_id, entry.seq)]
    ]


def open_secret(chain_id: str, seq: int, sealed: bytes | None) -> dict[str, list[str]]:
    """The salts and personal values beside an entry: {path: [salt, value]}."""
    if not sealed:
        return {}
    kept: dict[str, list[str]] = json.loads(keyring().open(sealed, secret_purpose(chain_id, seq)))
    return kept


def sealed_entry(draft: Draft, seq: int, prev_hash: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The rows of `entry` and, where there are personal values, of `entry_secret`."""
    payload, secrets = veil(draft.payload, lambda: os.urandom(16).hex())
    line = Line(
        chain_id=draft.chain_id, seq=seq, kind=draft.kind.value, channel=draft.channel.value,
        actor=draft.actor, occurred_at=draft.occurred_at, recorded_at=now, payload=canonical(payload),
        evidence=canonical(sorted(draft.evidence)), idempotency_key=draft.idempotency_key,
    )  # fmt: skip
    row = {column: getattr(line, column) for column in COLUMNS}
    row |= {"prev_hash": prev_hash, "hash": entry_hash(line, prev_hash)}
    if not secrets:
        return row, None
    sealed = keyring().seal(canonical(secrets).encode(), secret_purpose(draft.chain_id, seq))
    return row, {"chain_id": draft.chain_id, "seq": seq, "sealed": sealed}


def secret_purpose(chain_id: str, seq: int) -> bytes:
    """What the secret beside an entry is sealed for."""
    return f"entry:{chain_id}:{seq}".encode()


def lock_head(session: Session, chain_id: str) -> tuple[int, str]:
    """Lock the head of one chain, which may be that of a region in which nothing has happened yet; (seq, hash)."""
    given = {"chain": chain_id}
    if not (found := _find_head.rows(session, given)):
        first = insert_or_leave(session, Head).values(chain_id=chain_id, seq=0, hash=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        found = _find_head.rows(session, given)
    [(seq, digest, closed)] = found
    if closed:
        raise Closed
    return seq, digest


def lock_heads(session: Session, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Lock the heads of chains, in order, until the transaction ends; (seq, hash) by chain."""
    find = select(Head.chain_id, Head.seq, Head.hash, Head.closed).where(Head.chain_id.in_(ids))
    rows = session.execute(find.order_by(Head.chain_id).with_for_update()).all()
    if any(row.closed for row in rows):
        raise Closed
    return {chain_id: (seq, digest) for chain_id, seq, digest, _closed in rows}


def close(session: Session, chain_id: str) -> None:
    """封链: nothing comes after what is here, and the personal values beside its entries are gone."""
    session.execute(delete(Secret).where(Secret.chain_id == chain_id))
    session.execute(update(Head).where(Head.chain_id == chain_id).values(closed=True))


def forget(session: Session, chain_id: str, seq: int, gone: Callable[[str, str], bool]) -> int:
    """删去条目中的个人信息: of one entry, by path and value; the rest is sealed again. How many went."""
    beside = session.get(Secret, (chain_id, seq), populate_existing=True)
    kept = open_secret(chain_id, seq, beside.sealed) if beside else {}
    left = {path: pair for path, pair in kept.items() if not gone(path, pair[1])}
    if beside and not left:
        session.delete(beside)
    elif beside and left != kept:
        beside.sealed = keyring().seal(canonical(left).encode(), secret_purpose(chain_id, seq))
    session.flush()
    return len(kept) - len(left)
