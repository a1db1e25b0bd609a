"""who stands in for an absent colleague, and in which post a session acts"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deputy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index(op.f("ix_deputy_staff_id"), "deputy", ["staff_id"])
    op.create_index(op.f("ix_deputy_post_id"), "deputy", ["post_id"])
    op.add_column("login_session", sa.Column("deputy_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    op.drop_column("login_session", "deputy_id")
    op.drop_table("deputy")
