"""cases of monitoring, as they stand"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monitoring_case",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=32), nullable=False),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("lead_chain", sa.String(length=36), nullable=True),
        sa.Column("lead_seq", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("hands", sa.JSON(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("green", sa.Boolean(), nullable=False),
        sa.Column("rejected_by", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("identified_on", sa.Date(), nullable=True),
        sa.Column("risk_factors", sa.JSON(), nullable=False),
        sa.Column("carried_out", sa.JSON(), nullable=False),
        sa.Column("expense_solved", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_case")),
    )
    op.create_index(op.f("ix_monitoring_case_household_id"), "monitoring_case", ["household_id"])
    op.create_index(op.f("ix_monitoring_case_state_due_on"), "monitoring_case", ["state", "due_on"])


def downgrade() -> None:
    op.drop_table("monitoring_case")
