"""entries are never changed: the database refuses UPDATE and DELETE of ledger entries"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER entry_{verb} BEFORE {verb} ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END
"""
REPLACE = """
CREATE TRIGGER entry_replace BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE chain_id = NEW.chain_id AND seq = NEW.seq)
OR EXISTS (SELECT 1 FROM entry WHERE idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END
"""
FUNCTION = """
CREATE FUNCTION entry_is_final() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'entries are never changed'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER entry_{verb} BEFORE {verb} ON entry
FOR EACH STATEMENT EXECUTE FUNCTION entry_is_final()
"""


def upgrade() -> None:
    """Refuse UPDATE and DELETE, and on PostgreSQL TRUNCATE."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE.format(verb=verb))
        op.execute(REPLACE)  # INSERT OR REPLACE deletes without asking the trigger on DELETE
        return
    op.execute(FUNCTION)
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(POSTGRESQL.format(verb=verb))


def downgrade() -> None:
    """Take the refusal away."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER entry_{verb}")
        op.execute("DROP TRIGGER entry_replace")
        return
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(f"DROP TRIGGER entry_{verb} ON entry")
    op.execute("DROP FUNCTION entry_is_final()")
