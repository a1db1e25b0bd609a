"""how often a department's system may come within a minute"""

import sqlalchemy as sa
from alembic import op

from field.orm import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("system_token") as table:
        table.add_column(sa.Column("per_minute", sa.Integer(), nullable=True))
        table.add_column(sa.Column("minute", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("used", sa.Integer(), nullable=True))
    op.execute("UPDATE system_token SET per_minute = 60, used = 0")
    with op.batch_alter_table("system_token") as table:
        table.alter_column("per_minute", existing_type=sa.Integer(), nullable=False)
        table.alter_column("used", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("system_token") as table:
        for name in ("used", "minute", "per_minute"):
            table.drop_column(name)
