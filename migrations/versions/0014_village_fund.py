"""the village relief fund: applications as they stand, and postings that sum to zero"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fund_posting",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("chain_id", "seq", "place", name=op.f("pk_fund_posting")),
    )
    op.create_index(op.f("ix_fund_posting_village_day"), "fund_posting", ["village", "day"])
    op.create_table(
        "fund_application",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=32), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("signed", sa.JSON(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_application")),
    )
    op.create_index(op.f("ix_fund_application_household_id"), "fund_application", ["household_id"])
    op.create_index(op.f("ix_fund_application_village_state"), "fund_application", ["village", "state"])


def downgrade() -> None:
    op.drop_table("fund_application")
    op.drop_table("fund_posting")
