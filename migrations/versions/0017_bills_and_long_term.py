"""bills as entries tell of them, long-term households, and what is wrong with an ID number"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bill",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_as", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("compliant_amount", sa.BigInteger(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", "place", name=op.f("pk_bill")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_bill_person_id"), "bill", ["person_id"])
    op.create_table(
        "long_term",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("marked_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("month_cost", sa.BigInteger(), nullable=True),
        sa.Column("month_compliant", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_long_term")),
    )
    op.add_column("person", sa.Column("id_fault", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "id_fault")
    op.drop_table("long_term")
    op.drop_table("bill")
