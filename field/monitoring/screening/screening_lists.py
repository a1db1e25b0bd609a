"""部门名单: lists that departments sent and what became of each row; both derived from entries."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Index, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.ledger.entries import Entry, recorded, region_of
from field.orm import Base, Code, Id, Name, RegionCode, Utc, insert_or_leave
from field.registry.screening import ScreeningAnswer
from field.registry.sealing import keyring


class ScreeningList(Base):
    """名单: who sent it, when, how many rows, and the job that answers them where they are many."""

    __tablename__ = "screening_list"

    id: Mapped[Id] = mapped_column(primary_key=True)
    region: Mapped[RegionCode]
    sender: Mapped[str] = mapped_column(String(80))
    department: Mapped[Name]
    title: Mapped[Name]
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[Id | None]
    filed_at: Mapped[Utc]
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "digest"), Index(None, "sender", "filed_at"), Index(None, "region", "filed_at"))


class ScreeningRow(Base):
    """名单的一行: its answer, and the entry that says what the row said.

    `region` is where somebody may decide or look; `content` a keyed digest of the whole row and its sender, null where
    the row cannot be used.
    """

    __tablename__ = "screening_row"

    list_id: Mapped[Id] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer: Mapped[Code]
    reason: Mapped[Code | None]
    region: Mapped[RegionCode]
    content: Mapped[str | None] = mapped_column(String(64))
    chain_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    household_id: Mapped[Id | None]
    person_id: Mapped[Id | None]

    __table_args__ = (Index(None, "answer", "region"), Index(None, "content"), Index(None, "household_id"))


def digest(sender: str, region: str, content: bytes) -> str:
    """指纹 of what a department sent for a region: the same again is found, and nothing can be guessed from it."""
    return keyring().name(f"screening:{sender}:{region}:".encode() + content)


def derive_list(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """部门报送名单, as it arrives and in every rebuild."""
    names = ("department", "title", "rows", "digest", "job_id")
    row = {name: said[name] for name in names} | {"id": said["list_id"], "sender": entry.actor}
    row |= {"region": region_of(entry.chain_id), "filed_at": entry.occurred_at, "hash": entry.hash}
    session.execute(insert(ScreeningList), [row])


def derive_rows(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """没有归户的行; one that somebody found the household of stands in that household's chain, read before or later."""
    rows = [
        {
            "list_id": said["list_id"], "row": one["row"], "answer": one["answer"], "reason": one.get("reason"),
            "region": one["place"], "content": one.get("content"), "chain_id": entry.chain_id, "seq": entry.seq,
            "household_id": None, "person_id": None,
        }
        for one in said["rows"]
    ]  # fmt: skip
    session.execute(insert_or_leave(session, ScreeningRow).values(rows).on_conflict_do_nothing())


def derive_decided(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """都不是: a row that means nobody on the roster, as people said."""
    here = ScreeningRow.list_id == said["list_id"], ScreeningRow.row == said["row"]
    mine = ScreeningRow.chain_id == entry.chain_id
    session.execute(update(ScreeningRow).where(*here, mine).values(answer=ScreeningAnswer.NOT_LISTED.value))


def keep_found(session: Session, several: Sequence[tuple[Entry, dict[str, Any], str]]) -> None:
    """Rows whose household is found: (entry, what it says, region), over whatever stood there before.

    A decision that was taken back later says nothing: a rebuild may read the chain of the next one first.
    """
    rows = [
        {
            "list_id": said["list_id"], "row": said["row"], "answer": said["answer"], "reason": said["reason"],
            "region": region, "content": said["content"], "chain_id": entry.chain_id, "seq": entry.seq,
            "household_id": entry.chain_id, "person_id": said["person_id"],
        }
        for entry, said, region in several if not _undone(session, said)
    ]  # fmt: skip
    if not rows:
        return
    adding = insert_or_leave(session, ScreeningRow).values(rows)
    new = {name: adding.excluded[name] for name in rows[0] if name not in ("list_id", "row")}
    session.execute(adding.on_conflict_do_update(index_elements=["list_id", "row"], set_=new))


def undone_key(said: Mapping[str, Any]) -> str:
    """撤销认定 of a row for the nth time."""
    return f"screening_undone:{said['list_id']}:{said['row']}:{said['round']}"


def _undone(session: Session, said: dict[str, Any]) -> bool:
    if "decided" not in said:
        return False
    return recorded(session, undone_key({**said, "round": said["decided"].get("round", 0)})) is not None


def same_list(session: Session, content: str) -> ScreeningList | None:
    """The list of the same content by the same sender, if it came before."""
    return session.scalar(select(ScreeningList).where(ScreeningList.digest == content).limit(1))
