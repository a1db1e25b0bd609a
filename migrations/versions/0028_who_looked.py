"""whose hands a look bears, since a deputy looks for somebody else; households that were lawfully erased"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SIGNED = "UPDATE trace SET actor = coalesce((SELECT username FROM staff WHERE staff.id = trace.staff_id), '')"


def upgrade() -> None:
    op.add_column("trace", sa.Column("actor", sa.String(length=80), nullable=True))
    op.execute(SIGNED)
    with op.batch_alter_table("trace") as trace:
        trace.alter_column("actor", existing_type=sa.String(length=80), nullable=False)
    op.create_index("ix_trace_at_id", "trace", ["at", "id"])
    op.add_column("household", sa.Column("erased_at", sa.DateTime(), nullable=True))
    op.add_column("chain_head", sa.Column("closed", sa.Boolean(), nullable=True))
    op.execute("UPDATE chain_head SET closed = false")
    with op.batch_alter_table("chain_head", table_kwargs={"sqlite_with_rowid": False}) as head:
        head.alter_column("closed", existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    op.drop_column("chain_head", "closed")
    op.drop_column("household", "erased_at")
    op.drop_index("ix_trace_at_id", table_name="trace")
    op.drop_column("trace", "actor")
