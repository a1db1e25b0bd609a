"""重新加密: values sealed under older keys, sealed anew in batches; broken off at any point, it goes on from there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, func, inspect, select, tuple_, type_coerce, update
from sqlalchemy.orm import Session

from field.ledger.entries import Secret, secret_purpose
from field.media.vault import VERSIONS, Vault
from field.monitoring.visiting.evidence import Evidence
from field.orm import Base
from field.registry.sealing import CannotOpen, Sealed, keyring

BATCH = 500
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Shelf:
    """一列密文: a column of sealed values, and what each was sealed for."""

    table: type[Base]
    column: str
    purpose: Callable[[Key], bytes]


@dataclass(frozen=True)
class Batch:
    """一批: how many values were sealed anew, how many cannot be opened, and the key after which to go on."""

    anew: int
    broken: int
    last: Key | None


def shelves() -> Iterator[Shelf]:
    """Every sealed column of every table, and the secrets beside entries."""
    for mapper in Base.registry.mappers:
        for column in mapper.columns:
            if isinstance(column.type, Sealed):
                purpose = column.type.purpose.encode()
                yield Shelf(mapper.class_, column.key, lambda _, purpose=purpose: purpose)  # type: ignore[misc]
    yield Shelf(Secret, "sealed", lambda key: secret_purpose(*key))


def reseal_rows(session: Session, shelf: Shelf, after: Key | None) -> Batch:
    """Seal the next values of a shelf anew; `last` is None when that was the end of it."""
    rows = _stale(session, shelf, after)
    names = [column.name for column in inspect(shelf.table).primary_key]
    anew = [{**dict(zip(names, key, strict=True)), shelf.column: text} for key, text in _opened(shelf, rows)]
    if anew:
        session.execute(update(shelf.table), anew)
    return Batch(len(anew), len(rows) - len(anew), tuple(rows[-1][:-1]) if rows else None)


def reseal_photos(session: Session, vault: Vault) -> int:
    """Seal the files of all photographs anew, each whole or not at all; how many files."""
    digests = session.scalars(select(Evidence.sha256).execution_options(yield_per=BATCH))
    return sum(vault.reseal(digest, version) for digest in digests for version in VERSIONS)


def _stale(session: Session, shelf: Shelf, after: Key | None) -> Sequence[Any]:
    key = inspect(shelf.table).primary_key
    sealed = type_coerce(getattr(shelf.table, shelf.column), LargeBinary)
    rows = select(*key, sealed).where(func.substr(sealed, 1, 1, type_=LargeBinary) != bytes((keyring().active,)))
    if after is not None:
        rows = rows.where(tuple_(*key) > after)
    return session.execute(rows.order_by(*key).limit(BATCH).with_for_update()).all()


def _opened(shelf: Shelf, rows: Sequence[Any]) -> Iterator[tuple[Key, Any]]:
    """What is bound anew: plain text where the column seals by itself, else the value sealed here."""
    for *key, sealed in rows:
        purpose = shelf.purpose(tuple(key))
        try:
            plain = keyring().open(sealed, purpose)
        except CannotOpen:
            continue
        yield tuple(key), keyring().seal(plain, purpose) if shelf.table is Secret else plain.decode()
