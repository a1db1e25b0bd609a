"""who paid a relief out, since what comes back of it is for another to record"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fund_application", sa.Column("paid_by", sa.String(length=80), nullable=True))
    paid = op.get_bind().execute(sa.text("SELECT actor, payload FROM entry WHERE kind = 'fund_payment'")).all()
    for actor, payload in paid:
        by = sa.text("UPDATE fund_application SET paid_by = :who WHERE id = :application")
        op.execute(by.bindparams(who=actor, application=json.loads(payload)["application_id"]))


def downgrade() -> None:
    op.drop_column("fund_application", "paid_by")
