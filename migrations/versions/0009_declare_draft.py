"""declarations on the web while they are filled in"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declare_draft",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("declared_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declare_draft")),
        sa.UniqueConstraint("token", name=op.f("uq_declare_draft_token")),
    )
    op.create_index(op.f("ix_declare_draft_address_index_opened_at"), "declare_draft", ["address_index", "opened_at"])
    op.create_index(op.f("ix_declare_draft_changed_at"), "declare_draft", ["changed_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_declare_draft_changed_at"), table_name="declare_draft")
    op.drop_index(op.f("ix_declare_draft_address_index_opened_at"), table_name="declare_draft")
    op.drop_table("declare_draft")
