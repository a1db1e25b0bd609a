"""退订: addresses that want no messages, whoever is bound to them, or nobody; asked when sending."""

from datetime import datetime

from sqlalchemy import String, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.orm import Base, Code, Utc
from field.prepared import Prepared, add_or_leave


class OptOut(Base):
    """退订: one address, until it says in so many words that it wants messages again."""

    __tablename__ = "opt_out"

    channel: Mapped[Code] = mapped_column(primary_key=True)
    address_index: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[Utc]

    __table_args__ = ({"sqlite_with_rowid": False},)


_found = Prepared(
    select(OptOut.channel).where(OptOut.channel == bindparam("channel"), OptOut.address_index == bindparam("index"))
)


def opt_out(session: Session, channel: str, address_index: str, now: datetime) -> None:
    """Nothing but answers to its own messages goes to this address from now on."""
    row = {"channel": str(channel), "address_index": address_index, "since": now}
    add_or_leave(session, OptOut, row)


def opt_in(session: Session, channel: str, address_index: str) -> None:
    """重新订阅, when asked for; no ordinary message does it."""
    session.execute(delete(OptOut).where(OptOut.channel == channel, OptOut.address_index == address_index))


def opted_out(session: Session, channel: str, address_index: str) -> bool:
    """Whether the address wants no messages."""
    return bool(_found.rows(session, {"channel": str(channel), "index": address_index}))
