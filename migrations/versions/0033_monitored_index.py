"""the index of monitored households holds all that a board counts of them"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = ["region", "last_visit_at", "id"]
SINCE = [*BEFORE, "kind", "main_risk", "persons", "formerly_poor", "identified_on"]
MONITORED = sa.text("kind IS NOT NULL")


def upgrade() -> None:
    """Make it anew with more columns."""
    _of(SINCE)


def downgrade() -> None:
    """And with fewer."""
    _of(BEFORE)


def _of(columns: list[str]) -> None:
    op.drop_index("ix_household_monitored", table_name="household")
    op.create_index("ix_household_monitored", "household", columns, sqlite_where=MONITORED, postgresql_where=MONITORED)
