"""封存: every entry becomes a leaf of one Merkle log, whose size and root are signed from time to time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import LargeBinary, Row, String, Text, UniqueConstraint, and_, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.ledger import merkle
from field.ledger.entries import Entry, Head
from field.ledger.note import Signer, Tree, number_in
from field.orm import Base, Id, Utc, insert_or_leave

BATCH = 4096


class LogLeaf(Base):
    """Which entry is leaf `log_index` of the log."""

    __tablename__ = "log_leaf"

    log_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_id: Mapped[Id]
    seq: Mapped[int]

    __table_args__ = (UniqueConstraint("chain_id", "seq"),)


class LogTile(Base):
    """Up to 256 hashes of the log, 32 bytes each; only a tile that is not full is ever written again."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class Checkpoint(Base):
    """封存单: the signed size and root (hex) of the log, to be printed and kept elsewhere."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[Utc]


class StoredTiles:
    """The tiles of the log in the database."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def read(self, level: int, index: int) -> bytes:
        """The hashes of a tile; nothing if there is none."""
        here = (LogTile.level == level, LogTile.index == index)
        return self.session.scalar(select(LogTile.hashes).where(*here)) or b""

    def write(self, level: int, index: int, hashes: bytes) -> None:
        """Store a tile, in place of the shorter one that was there."""
        fresh = insert_or_leave(self.session, LogTile).values(level=level, index=index, hashes=hashes)
        keys = [LogTile.level, LogTile.index]
        self.session.execute(fresh.on_conflict_do_update(index_elements=keys, set_={"hashes": hashes}))


def newest(session: Session) -> Checkpoint | None:
    """The checkpoint of the largest size."""
    return session.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))


def take(session: Session, signer: Signer, now: datetime) -> Checkpoint | None:
    """封存: log every new entry and sign; the newest checkpoint as it is, if nothing is new.

    No writer waits. Of two workers at once the second waits for the first and takes its checkpoint.
    """
    last = newest(session)
    begin = size = last.size if last else 0
    for rows in _unlogged(session):
        places = enumerate(rows, size)
        leaves = [{"log_index": at, "chain_id": row.chain_id, "seq": row.seq} for at, row in places]
        if size == begin and not _claimed(session, leaves.pop(0)):
            return newest(session)
        if leaves:
            session.execute(insert(LogLeaf), leaves)
        hashes = b"".join([merkle.leaf(bytes.fromhex(row.hash)) for row in rows])
        size = merkle.extend(StoredTiles(session), size, hashes)
    return newest(session) if size == begin else _sign(session, size, signer, now)


def _claimed(session: Session, leaf: dict[str, object]) -> bool:
    """Whether the next place in the log is ours; another worker waits at its key until we commit."""
    claim = insert_or_leave(session, LogLeaf).values(leaf).on_conflict_do_nothing()
    return session.scalar(claim.returning(LogLeaf.log_index)) is not None


def _sign(session: Session, size: int, signer: Signer, now: datetime) -> Checkpoint:
    root = merkle.root(StoredTiles(session), size)
    note = signer.sign(str(Tree(signer.name, size, root, _next(session))))
    checkpoint = Checkpoint(size=size, root=root.hex(), note=note, signed_at=now)
    session.add(checkpoint)
    session.flush()
    return checkpoint


def _next(session: Session) -> int:
    """The how manieth the next checkpoint is; where the last one does not say it, as many as there are count."""
    last = newest(session)
    said = number_in(last.note) if last else None
    return (said or session.scalar(select(func.count()).select_from(Checkpoint)) or 0) + 1


def _unlogged(session: Session) -> Iterator[Sequence[Row[str, int, str]]]:
    """Entries that are not leaves yet, in batches by chain and seq, each to be logged before the next.

    A chain's entries become visible in order, so the log always holds the beginning of each chain.
    """
    reached = ""
    logged = select(func.max(LogLeaf.seq)).where(LogLeaf.chain_id == Head.chain_id).correlate(Head).scalar_subquery()
    while True:
        behind = (
            select(Head.chain_id, func.coalesce(logged, 0).label("logged"))
            .where(Head.chain_id >= reached, Head.seq > func.coalesce(logged, 0))
            .order_by(Head.chain_id)
            .limit(BATCH)
            .subquery()
        )
        fresh = and_(Entry.chain_id == behind.c.chain_id, Entry.seq > behind.c.logged)
        rows = session.execute(
            select(Entry.chain_id, Entry.seq, Entry.hash)
            .join(behind, fresh)
            .order_by(Entry.chain_id, Entry.seq)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        yield rows
        reached = rows[-1].chain_id
