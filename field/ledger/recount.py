"""重算封存记录: the log once more from the entries, beside the tiles and checkpoints that are stored."""

from sqlalchemy import Result, Row, ScalarSelect, and_, func, select
from sqlalchemy.orm import Session

from field.ledger import merkle
from field.ledger.checkpoints import Checkpoint, LogLeaf, StoredTiles
from field.ledger.entries import Entry
from field.ledger.faults import Broken, Fault
from field.ledger.note import BadNote, Tree, Verifier, read_tree
from field.ledger.raw import raw, words

Leaves = Result[int, bytes, int, bytes | None]


class Differs(Exception):
    """A stored tile says something else than the leaves do, at this hash."""

    def __init__(self, level: int, index: int, place: int, missing: bool) -> None:
        super().__init__(f"tile {level}/{index} at {place}")
        self.level, self.index, self.place, self.missing = level, index, place, missing


class Recounted:
    """The last tile of each level, made anew, each compared with the stored one when it is written."""

    def __init__(self, session: Session) -> None:
        self.stored = StoredTiles(session)
        self.made: dict[int, tuple[int, bytes]] = {}
        self.beside: dict[int, tuple[int, bytes]] = {}

    def read(self, level: int, index: int) -> bytes:
        """A tile on the right edge of the tree."""
        held, hashes = self.made[level]
        assert held == index
        return hashes

    def write(self, level: int, index: int, hashes: bytes) -> None:
        """Keep a tile if the stored one begins with it, else raise Differs."""
        if self.beside.get(level, (-1, b""))[0] != index:
            self.beside[level] = index, self.stored.read(level, index)
        stored = self.beside[level][1]
        if not stored.startswith(hashes):
            width = merkle.HASH
            at = next(at for at in range(0, len(hashes), width) if hashes[at : at + width] != stored[at : at + width])
            raise Differs(level, index, at // width, missing=at + width > len(stored))
        self.made[level] = index, hashes


class Recount:
    """重算: `size` leaves and `checkpoints` were found right so far."""

    def __init__(self, session: Session, verifier: Verifier) -> None:
        self.session, self.verifier = session, verifier
        self.tiles = Recounted(session)
        self.size = self.checkpoints = 0

    def check(self) -> Broken | None:
        """Go through all leaves and checkpoints; the first fault."""
        end = self.session.scalar(select(func.max(Checkpoint.size))) or 0  # others may seal meanwhile
        try:
            with _leaves(self.session) as leaves:
                return self._follow(leaves, end) or self._spare()
        except Differs as where:
            return self._differs(where)

    def _follow(self, leaves: Leaves, end: int) -> Broken | None:
        while self.size < end:
            checkpoint = self._next()
            broken = self._grow(leaves, checkpoint.size) or self._judge(checkpoint)
            if broken:
                return broken
            self.checkpoints += 1
        return None

    def _next(self) -> Row[int, bytes, bytes]:
        rows = select(Checkpoint.size, raw(self.session, Checkpoint.root), raw(self.session, Checkpoint.note))
        later = rows.where(Checkpoint.size > self.size).order_by(Checkpoint.size).limit(1)
        return self.session.execute(later).one()

    def _grow(self, leaves: Leaves, size: int) -> Broken | None:
        """Append the entries of the leaves up to a size, tile by tile."""
        while self.size < size:
            room = min(merkle.WIDTH - self.size % merkle.WIDTH, size - self.size)
            hashes = list[bytes]()
            for index, chain, seq, digest in leaves.fetchmany(room):
                if index != self.size + len(hashes):
                    return Broken(Fault.LOG, words(chain), seq, "封存顺序有缺")
                if digest is None:
                    return Broken(Fault.UNLOGGED, words(chain), seq)
                hashes.append(merkle.leaf(_unhex(digest)))
            if not hashes:
                return Broken(Fault.LOG, detail=f"封存单记 {size} 条，封存记录只有 {self.size} 条")
            self.size = merkle.extend(self.tiles, self.size, b"".join(hashes))
        return None

    def _judge(self, checkpoint: Row[int, bytes, bytes]) -> Broken | None:
        size, root, note = checkpoint
        tree = merkle.root(self.tiles, size)
        try:
            said = read_tree(words(note), self.verifier)
        except BadNote as error:
            return Broken(Fault.CHECKPOINT, detail=f"第 {size} 条处，{error}")
        if said != Tree(self.verifier.name, size, tree, said.number) or words(root) != tree.hex():
            return Broken(Fault.CHECKPOINT, detail=f"第 {size} 条处，与条目算出的不同")
        if said.number not in (None, self.checkpoints + 1):
            return Broken(
                Fault.LOG, detail=f"第 {size} 条处是第 {said.number} 张封存单，它前面只有 {self.checkpoints} 张"
            )
        return None

    def _differs(self, where: Differs) -> Broken:
        """Name the entry whose leaf is another one now."""
        if where.level or where.missing:
            return Broken(Fault.LOG, detail=f"第 {where.level} 层第 {where.index} 片")
        with _leaves(self.session, where.index * merkle.WIDTH + where.place) as leaves:
            row = leaves.first()
        assert row
        return Broken(Fault.REPLACED, words(row[1]), row[2], f"封存第 {row[0] + 1} 条")

    def _spare(self) -> Broken | None:
        """Leaves past the newest checkpoint: whoever logs, signs in the same transaction."""
        end = select(func.coalesce(func.max(Checkpoint.size), 0)).scalar_subquery()
        with _leaves(self.session, end) as leaves:
            leaf = leaves.first()
        return Broken(Fault.LOG, words(leaf[1]), leaf[2], "没有封存单") if leaf else None


def _leaves(session: Session, start: int | ScalarSelect[int] = 0) -> Leaves:
    """Log index, chain, seq and the entry's hash, streamed in the order of the log."""
    entry = and_(Entry.chain_id == LogLeaf.chain_id, Entry.seq == LogLeaf.seq)
    chain, seq = raw(session, LogLeaf.chain_id), raw(session, LogLeaf.seq)
    rows = select(LogLeaf.log_index, chain, seq, raw(session, Entry.hash)).outerjoin(Entry, entry)
    ordered = rows.where(LogLeaf.log_index >= start).order_by(LogLeaf.log_index)
    return session.execute(ordered, execution_options={"yield_per": 2000})


def _unhex(digest: bytes) -> bytes:
    """The bytes of a hash; of a damaged one something that is no hash."""
    try:
        return bytes.fromhex(words(digest))
    except ValueError:
        return b""
