"""how households stood, so that a past day is counted as it stood then"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FILL = """
    INSERT INTO household_standing (household_id, seq, recorded_at, region, kind, main_risk, persons)
    SELECT household.id, entry.seq, entry.recorded_at, household.region, household.kind, household.main_risk,
        household.persons
    FROM household JOIN entry ON entry.chain_id = household.id
    WHERE household.kind IS NOT NULL AND entry.seq = (
        SELECT max(seq) FROM entry AS last WHERE last.chain_id = household.id AND last.kind = 'roster'
    )
"""


def upgrade() -> None:
    op.create_table(
        "household_standing",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("main_risk", sa.String(length=32), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("household_id", "seq", name=op.f("pk_household_standing")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_household_standing_region_recorded_at"), "household_standing", ["region", "recorded_at"])
    op.execute(FILL)


def downgrade() -> None:
    op.drop_table("household_standing")
