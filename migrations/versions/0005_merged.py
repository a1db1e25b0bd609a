"""who is the same person as whom"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("merged_into", sa.String(length=36), nullable=True))
    op.create_index(op.f("ix_person_merged_into"), "person", ["merged_into"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_person_merged_into"), table_name="person")
    op.drop_column("person", "merged_into")
