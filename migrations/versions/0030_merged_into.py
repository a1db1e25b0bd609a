"""into which household a case was merged"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("monitoring_case", sa.Column("merged_into", sa.String(length=36), nullable=True))
    op.create_index("ix_monitoring_case_merged_into", "monitoring_case", ["merged_into"])


def downgrade() -> None:
    op.drop_index("ix_monitoring_case_merged_into", table_name="monitoring_case")
    op.drop_column("monitoring_case", "merged_into")
