"""the access token of the official account"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_token",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("renewing_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_wechat_token")),
    )


def downgrade() -> None:
    op.drop_table("wechat_token")
