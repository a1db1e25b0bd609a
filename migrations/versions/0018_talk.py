"""when somebody last asked at the door for what a household's risks are"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household", sa.Column("risks_asked_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE household SET risks_asked_at = last_visit_at")


def downgrade() -> None:
    op.drop_column("household", "risks_asked_at")
