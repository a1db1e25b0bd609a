"""what was proposed to end a case, and departments' words as one sentence"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

PROPOSED = sa.text("leaving IS NOT NULL")
BEFORE = re.compile(r"(.+)报送：(.+?)(，(?:自付|费用).+?元)?(（自付多少没有写）)?，(\d{4})-(\d\d)-(\d\d)")


def upgrade() -> None:
    op.add_column("monitoring_case", sa.Column("leaving", sa.JSON(), nullable=True))
    op.create_index(
        "ix_monitoring_case_leaving", "monitoring_case", ["household_id"],
        sqlite_where=PROPOSED, postgresql_where=PROPOSED,
    )  # fmt: skip
    rows = op.get_bind().execute(sa.text("SELECT chain_id, seq, why FROM lead WHERE source = 'screening'")).all()
    for chain_id, seq, why in rows:
        if found := BEFORE.fullmatch(why or ""):
            whose, reason, amount, unknown, year, month, day = found.groups(default="")
            unknown = "，自付多少没有写" if unknown else ""
            words = f"{whose}报送{year}年{int(month)}月{int(day)}日的{reason}{amount}{unknown}"
            again = sa.text("UPDATE lead SET why = :words WHERE chain_id = :chain AND seq = :seq")
            op.execute(again.bindparams(words=words[:200], chain=chain_id, seq=seq))


def downgrade() -> None:
    op.drop_index("ix_monitoring_case_leaving", table_name="monitoring_case")
    op.drop_column("monitoring_case", "leaving")
