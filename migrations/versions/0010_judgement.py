"""judgements of households, and what analysis says of leads"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("grade", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("pack", sa.String(length=32), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("fired", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_judgement")),
    )
    op.add_column("lead", sa.Column("grade", sa.String(length=32), nullable=True))
    op.add_column("lead", sa.Column("raised", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("lead", "raised")
    op.drop_column("lead", "grade")
    op.drop_table("judgement")
