"""台账核验: reads every entry, recomputes every hash, and names the first broken one."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Result, and_, func, not_, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from field.ledger import merkle
from field.ledger.chain import DIGESTS, GENESIS, HEADER, personal_digest, sealed_at, sealed_hash
from field.ledger.checkpoints import StoredTiles
from field.ledger.entries import Entry, Head, Secret, open_secret
from field.ledger.faults import Broken, Fault, Report
from field.ledger.note import BadNote, Verifier, read_tree
from field.ledger.raw import raw, words
from field.ledger.recount import Recount
from field.registry.sealing import CannotOpen, keyring

COLUMNS = (*HEADER, "payload", "prev_hash", "hash")
VEILED = b'{"sealed":"'  # as canonical JSON writes the digest in a personal value's place


def verify(session: Session, verifier: Verifier, kept: str | None = None) -> Report:
    """核验: entries, heads of chains, log and checkpoints, then a checkpoint kept elsewhere (its text).

    Roll-back, and truncation past the newest checkpoint, are seen only against a kept one.
    Damaged data never raises; a database that cannot be read at all is reported as unreadable.
    LookupError before use_keyring was called.
    """
    keyring()
    chains, log = Chains(session), Recount(session, verifier)
    try:
        broken = chains.check() or _heads(session) or _headless(session) or log.check()
        if not broken and kept is not None:
            broken = _against(session, log.size, kept, verifier)
    except DBAPIError:
        broken = Broken(Fault.UNREADABLE, detail="数据库损坏或不完整")
    return Report(chains.entries, chains.count, log.size, log.checkpoints, broken, chains.emptied)


class Chains:
    """每一条链: where the reading stands, and the hash of the last two entries there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.entries = self.count = self.emptied = self.seq = 0
        self.chain: bytes | None = None
        self.last = self.before = GENESIS.encode()

    def check(self) -> Broken | None:
        """Read every entry by chain and seq; the first fault."""
        with self._rows() as rows:
            return next((broken for row in rows if (broken := self._judge(row))), None)

    def _judge(self, row: Sequence[Any]) -> Broken | None:
        if None in row[:-1]:
            return Broken(Fault.UNREADABLE, words(row[1]), row[2])
        if row[1] != self.chain:
            self.chain, self.seq, self.last, self.before = row[1], 0, GENESIS.encode(), b""
            self.count += 1
        self.seq += 1
        fault = self._fault(row)
        if fault:
            return Broken(fault, words(row[1]), self.seq if fault is Fault.GAP else row[2])
        self.before, self.last = self.last, row[-2]
        self.entries += 1
        self.emptied += not row[-1] and VEILED in row[-4]
        return None

    def _rows(self) -> Result[Any]:
        columns = [raw(self.session, getattr(Entry, name)) for name in COLUMNS]
        beside = and_(Secret.chain_id == Entry.chain_id, Secret.seq == Entry.seq)
        rows = select(*columns, raw(self.session, Secret.sealed)).outerjoin(Secret, beside)
        ordered = rows.order_by(Entry.chain_id, Entry.seq)
        return self.session.execute(ordered, execution_options={"yield_per": 2000})

    def _fault(self, row: Sequence[Any]) -> Fault | None:
        alg, chain, seq, kind, channel, actor, occurred, recorded, evidence, key = row[:10]
        payload, prev, digest, sealed = row[10:]
        if seq != self.seq:
            return Fault.GAP if seq > self.seq else Fault.FORK
        if prev != self.last:
            return Fault.FORK if prev == self.before else Fault.LINK
        if alg.decode("latin-1") not in DIGESTS:
            return Fault.UNREADABLE
        times = _moment(occurred), _moment(recorded)
        header = (alg, chain, b"%d" % seq, kind, channel, actor, *times, evidence, key)
        if sealed_hash(alg.decode(), header, bytes.fromhex(prev.decode()), payload).encode() != digest:
            return Fault.CONTENT
        return Fault.SECRET if sealed and not _opens(words(chain), seq, payload, sealed) else None


def _moment(text: bytes) -> bytes:
    """A stored time as the header writes it; a text of any other form hashes to something else."""
    if text[10:11] != b" " or text[23:] != b"000":
        return b""
    return text[:10] + b"T" + text[11:23] + b"+00:00"


def _opens(chain: str, seq: int, payload: bytes, sealed: bytes) -> bool:
    """Whether the personal values beside an entry are those whose digests stand in it."""
    try:
        veiled = json.loads(payload.decode())
        kept = open_secret(chain, seq, sealed).items()
        return all(personal_digest(*pair) == sealed_at(veiled, path) for path, pair in kept)
    except (CannotOpen, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return False


def _heads(session: Session) -> Broken | None:
    """The first chain whose head is not its last entry, where the head tells of more than there is."""
    end = select(func.max(Entry.seq)).where(Entry.chain_id == Head.chain_id).correlate(Head).scalar_subquery()
    entry = and_(Entry.chain_id == Head.chain_id, Entry.seq == Head.seq)
    bare = and_(Head.seq == 0, Head.hash == GENESIS)
    row = session.execute(
        select(raw(session, Head.chain_id), raw(session, Head.seq), func.coalesce(end, 0))
        .outerjoin(Entry, entry)
        .where(Entry.hash.is_distinct_from(Head.hash), or_(not_(bare), end.is_not(None)))
        .order_by(Head.chain_id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    chain, seq, last = row
    if seq is not None and seq > last:
        return Broken(Fault.GAP, words(chain), last + 1, f"链头记到第 {seq} 条")
    return Broken(Fault.HEAD, words(chain), seq)


def _headless(session: Session) -> Broken | None:
    """The first entry that no head knows of."""
    row = session.execute(
        select(raw(session, Entry.chain_id), Entry.seq)
        .outerjoin(Head, Head.chain_id == Entry.chain_id)
        .where(or_(Head.seq.is_(None), Entry.seq > Head.seq))
        .order_by(Entry.chain_id, Entry.seq)
        .limit(1)
    ).one_or_none()
    return Broken(Fault.HEAD, words(row[0]), row[1]) if row else None


def _against(session: Session, size: int, kept: str, verifier: Verifier) -> Broken | None:
    try:
        tree = read_tree(kept, verifier)
    except BadNote as error:
        return Broken(Fault.KEPT, detail=str(error))
    if tree.size > size:
        return Broken(Fault.ROLLED_BACK, detail=f"封存单记 {tree.size} 条，现在封存 {size} 条")
    if merkle.root(StoredTiles(session), tree.size) != tree.root:
        return Broken(Fault.REWRITTEN, detail=f"封存单记 {tree.size} 条")
    return None
