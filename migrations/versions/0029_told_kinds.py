"""as which of the three kinds a household was counted, beside the kind as it was recorded"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household_standing", sa.Column("told", sa.String(length=32), nullable=True))
    op.execute("UPDATE household_standing SET told = kind")  # until now there were only the three


def downgrade() -> None:
    op.drop_column("household_standing", "told")
