"""grades by an index of those that have one"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

OLD, NEW = "ix_judgement_household_id_grade", "ix_judgement_graded"
GRADED = sa.text("grade != 'none'")


def upgrade() -> None:
    op.drop_index(OLD, table_name="judgement")
    op.create_index(NEW, "judgement", ["household_id", "grade"], sqlite_where=GRADED, postgresql_where=GRADED)


def downgrade() -> None:
    op.drop_index(NEW, table_name="judgement")
    op.create_index(OLD, "judgement", ["household_id", "grade"])
