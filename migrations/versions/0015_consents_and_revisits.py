"""consents given on the phone, and when households are to be revisited"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_chain_id"), "consent", ["chain_id"])
    op.create_table(
        "revisit_due",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("done_seq", sa.Integer(), nullable=True),
        sa.Column("cancelled_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("household_id", "seq", "nth", name=op.f("pk_revisit_due")),
    )
    op.create_index(op.f("ix_revisit_due_due_on"), "revisit_due", ["due_on"])


def downgrade() -> None:
    op.drop_table("revisit_due")
    op.drop_table("consent")
