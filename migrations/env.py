"""Runs migrations on the application's own database; `search_path` in its address decides the county."""

from alembic import context
from flask import current_app

from field.messaging import conversations, inbox, sending  # noqa: F401 (their tables belong to the county too)

database = current_app.extensions["migrate"].db


def run() -> None:
    """Bring the connected database to the wanted version in one transaction."""
    with database.engine.execution_options(field_writes=True).connect() as connection:
        context.configure(connection=connection, target_metadata=database.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run()
