"""the monitored alone, by place and last visit; how tasks stand"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RANK = """
UPDATE task SET rank = coalesce((
  SELECT CASE judgement.grade WHEN 'red' THEN 3 WHEN 'orange' THEN 2 WHEN 'yellow' THEN 1 ELSE 0 END
  FROM judgement WHERE judgement.household_id = task.household_id), 0)
"""
DONE = """
UPDATE task SET done = kind <> 'binding' AND (
  coalesce((SELECT household.last_visit_at FROM household WHERE household.id = task.household_id) > opened_at, false)
  OR kind = 'call' AND coalesce(
    (SELECT person.last_heard_at FROM person WHERE person.id = task.person_id) > opened_at, false))
"""


def upgrade() -> None:
    watched = sa.text("kind IS NOT NULL")
    op.create_index(
        "ix_household_monitored", "household", ["region", "last_visit_at", "id"],
        sqlite_where=watched, postgresql_where=watched,
    )  # fmt: skip

    op.add_column("task", sa.Column("done", sa.Boolean(), nullable=True))
    op.add_column("task", sa.Column("rank", sa.Integer(), nullable=True))
    op.execute(RANK)
    op.execute(DONE)
    with op.batch_alter_table("task") as task:
        task.alter_column("done", existing_type=sa.Boolean(), nullable=False)
        task.alter_column("rank", existing_type=sa.Integer(), nullable=False)
    op.create_index(
        "ix_task_open", "task", ["region", "rank", "due_at", "opened_at", "kind"],
        sqlite_where=sa.text("done IS 0"), postgresql_where=sa.text("done IS false"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_task_open", table_name="task")
    op.drop_column("task", "rank")
    op.drop_column("task", "done")
    op.drop_index("ix_household_monitored", table_name="household")
