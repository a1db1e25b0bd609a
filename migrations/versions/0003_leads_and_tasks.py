"""leads and tasks, and when a person was last heard of"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("risk_factors", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_lead")),
    )
    op.create_index(op.f("ix_lead_household_id"), "lead", ["household_id"], unique=False)
    op.create_index(op.f("ix_lead_region_opened_at"), "lead", ["region", "opened_at"], unique=False)
    op.create_table(
        "task",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_household_id"), "task", ["household_id"], unique=False)
    op.create_index(op.f("ix_task_region_due_at"), "task", ["region", "due_at"], unique=False)
    op.add_column("person", sa.Column("last_heard_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "last_heard_at")
    op.drop_table("task")
    op.drop_table("lead")
