"""which applications to a village's fund cannot wait"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fund_application", sa.Column("urgent", sa.Boolean(), nullable=True))
    op.execute("UPDATE fund_application SET urgent = false")  # until now nobody could say so
    with op.batch_alter_table("fund_application") as application:
        application.alter_column("urgent", existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    op.drop_column("fund_application", "urgent")
