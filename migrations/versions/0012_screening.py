"""departments' lists, the answers to their rows, and tokens of their systems"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screening_list",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=True),
        sa.Column("filed_at", sa.DateTime(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_list")),
    )
    op.create_index(op.f("ix_screening_list_digest"), "screening_list", ["digest"])
    op.create_index(op.f("ix_screening_list_sender_filed_at"), "screening_list", ["sender", "filed_at"])
    op.create_index(op.f("ix_screening_list_region_filed_at"), "screening_list", ["region", "filed_at"])
    op.create_table(
        "screening_row",
        sa.Column("list_id", sa.String(length=36), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("list_id", "row", name=op.f("pk_screening_row")),
    )
    op.create_index(op.f("ix_screening_row_answer_region"), "screening_row", ["answer", "region"])
    op.create_index(op.f("ix_screening_row_content"), "screening_row", ["content"])
    op.create_index(op.f("ix_screening_row_household_id"), "screening_row", ["household_id"])
    op.create_table(
        "system_token",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_token")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_system_token_staff_id_staff")),
    )
    op.create_index(op.f("ix_system_token_staff_id"), "system_token", ["staff_id"])


def downgrade() -> None:
    op.drop_table("system_token")
    op.drop_table("screening_row")
    op.drop_table("screening_list")
