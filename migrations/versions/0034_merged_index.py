"""the index of merged people holds them alone, so that nobody looks for the others by it"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INDEX, MERGED = "ix_person_merged_into", sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    op.drop_index(INDEX, table_name="person")
    op.create_index(INDEX, "person", ["merged_into"], sqlite_where=MERGED, postgresql_where=MERGED)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="person")
    op.create_index(INDEX, "person", ["merged_into"])
