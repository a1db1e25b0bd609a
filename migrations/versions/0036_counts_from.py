"""from when the time of a case's step is counted that stood still"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("monitoring_case", sa.Column("counts_from", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("monitoring_case", "counts_from")
