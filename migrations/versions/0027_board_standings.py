"""deadlines, relief and workers as they stood from each entry on, so that a past day is counted as it stood then

What stood before is not told here: `flask ledger rebuild --apply` derives it from the entries.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household_standing", sa.Column("identified_on", sa.Date(), nullable=True))
    op.create_table(
        "deadline",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("about", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("household_id", "about", "seq", name=op.f("pk_deadline")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_deadline_due_on"), "deadline", ["due_on"])
    op.create_table(
        "relief_standing",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("household_id", "person_id", "year", "recorded_at", name=op.f("pk_relief_standing")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_relief_standing_year_until"), "relief_standing", ["year", "until"])
    op.create_table(
        "worker_standing",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("phone_at", sa.DateTime(), nullable=True),
        sa.Column("work_place_at", sa.DateTime(), nullable=True),
        sa.Column("monthly_income_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("household_id", "person_id", "seq", name=op.f("pk_worker_standing")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("worker_standing")
    op.drop_table("relief_standing")
    op.drop_table("deadline")
    op.drop_column("household_standing", "identified_on")
