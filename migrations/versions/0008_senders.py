"""who has sent which photograph; an index of jobs that nothing asks for goes"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_sender",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "sent_by", name=op.f("pk_evidence_sender")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO evidence_sender (sha256, sent_by, sent_at)"
        " SELECT evidence.sha256, staff.username, evidence.arrived_at"
        " FROM evidence JOIN staff ON staff.id = evidence.sent_by"
    )
    op.drop_column("evidence", "sent_by")
    op.drop_index(op.f("ix_job_staff_id_created_at"), table_name="job")


def downgrade() -> None:
    op.create_index(op.f("ix_job_staff_id_created_at"), "job", ["staff_id", "created_at"], unique=False)
    op.add_column("evidence", sa.Column("sent_by", sa.String(length=36), nullable=True))
    op.execute(
        "UPDATE evidence SET sent_by = (SELECT min(staff.id) FROM evidence_sender JOIN staff"
        " ON staff.username = evidence_sender.sent_by WHERE evidence_sender.sha256 = evidence.sha256)"
    )
    op.drop_table("evidence_sender")
