"""删净: what an erasure freed is taken out of vault and database files; harmless when it is done again."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from field.jobs.export import remove
from field.keeping.clearing import take_out
from field.media.vault import Vault
from field.orm import Base
from field.work import Assignment, Later

PAUSE = timedelta(minutes=1)


def scour(task: Assignment, vault: Vault) -> dict[str, Any]:
    """What the worker does after the erasure was committed; a killed worker's successor begins again."""
    for sha256 in task.payload["photos"]:
        take_out(task, vault, sha256)
    for job_id in task.payload["exports"]:
        remove(vault, job_id)
    task.advance(len(task.payload["photos"]))
    with task.begin() as session:
        whole = _written_over(_engine(session))
    if not whole:
        raise Later(PAUSE)
    return {"removed": len(task.payload["photos"]), "exports": len(task.payload["exports"])}


def _engine(session: Session) -> Engine:
    bound = session.get_bind()
    return bound if isinstance(bound, Engine) else bound.engine


def _written_over(engine: Engine) -> bool:
    """SQLite writes its file anew and empties the log beside it; PostgreSQL frees the rows. False: somebody reads."""
    if engine.dialect.name == "sqlite":
        straight = engine.raw_connection()
        try:
            cursor = straight.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [busy, *_pages] = cursor.fetchone() or [True]
            return not busy
        finally:
            straight.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(text(f'VACUUM "{table.name}"'))
    return True
