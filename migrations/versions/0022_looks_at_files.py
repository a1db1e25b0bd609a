"""how far each member of staff has read a household's ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_look",
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("before_seq", sa.Integer(), nullable=True),
        sa.Column("before_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id", "household_id", name=op.f("pk_file_look")),
    )


def downgrade() -> None:
    op.drop_table("file_look")
