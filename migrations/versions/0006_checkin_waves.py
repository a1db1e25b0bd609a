"""check-in waves, and why a lead was opened"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkin_wave",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_wave")),
    )
    op.create_index(op.f("ix_checkin_wave_started_at"), "checkin_wave", ["started_at"], unique=False)
    op.create_table(
        "checkin_request",
        sa.Column("wave_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.Column("dialog_id", sa.String(length=36), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("wave_id", "person_id", name=op.f("pk_checkin_request")),
    )
    op.create_index(
        op.f("ix_checkin_request_person_id"),
        "checkin_request",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_checkin_request_due_at"),
        "checkin_request",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_checkin_request_person_id_planned_at"), "checkin_request", ["person_id", "planned_at"], unique=False
    )
    op.add_column("lead", sa.Column("why", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("lead", "why")
    op.drop_table("checkin_request")
    op.drop_table("checkin_wave")
