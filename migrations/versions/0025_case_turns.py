"""the acts of cases that the figures count, so that no month is counted from its entries again"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STEPS = """
    SELECT chain_id, seq, occurred_at, recorded_at, payload FROM entry
    WHERE kind IN ('case_opened', 'case_step') ORDER BY chain_id, seq
"""
CHINA = timedelta(hours=8)


def upgrade() -> None:
    turns = op.create_table(
        "case_turn",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("household_id", "seq", name=op.f("pk_case_turn")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_case_turn_recorded_at_turn"), "case_turn", ["recorded_at", "turn"])
    if rows := _turns():
        op.bulk_insert(turns, rows)


def _turns() -> list[dict[str, Any]]:
    steps = sa.text(STEPS).columns(occurred_at=sa.DateTime(), recorded_at=sa.DateTime())
    heard: dict[str, tuple[bool, datetime]] = {}
    found = []
    for step in op.get_bind().execute(steps):
        said = json.loads(step.payload)
        of, action = said["case_id"], said["action"]
        if of not in heard or action in ("appeal", "re_mark"):
            known = heard[of][0] if of in heard else "lead" in said
            told = of not in heard and "lead_at" in said
            heard[of] = (known, _utc(said["lead_at"]) if told else step.occurred_at)
        if turn := _became(said):
            days = (_day(step.occurred_at) - _day(heard[of][1])).days if turn == "identified" and heard[of][0] else None
            found.append({"household_id": step.chain_id, "seq": step.seq, "turn": turn,
                          "recorded_at": step.recorded_at, "days": days})  # fmt: skip
    return found


def _became(said: dict[str, Any]) -> str | None:
    if said["to"] == "monitored" and said["from"] == "county_approval":
        return "identified"
    if said["to"] == "eliminated":
        return "eliminated"
    return {"roll_back": "rolled_back", "re_mark": "re_marked"}.get(said["action"])


def _utc(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone(UTC).replace(tzinfo=None)


def _day(moment: datetime) -> Any:
    return (moment + CHINA).date()


def downgrade() -> None:
    op.drop_table("case_turn")
