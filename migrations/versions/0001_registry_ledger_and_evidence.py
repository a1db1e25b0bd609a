"""registry ledger and evidence"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chain_head",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", name=op.f("pk_chain_head")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "entry",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("alg", sa.String(length=8), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_entry")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_entry_idempotency_key")),
    )
    op.create_index(op.f("ix_entry_actor_occurred_at"), "entry", ["actor", "occurred_at"], unique=False)
    op.create_index(op.f("ix_entry_hash"), "entry", ["hash"], unique=False)
    op.create_index(op.f("ix_entry_kind_recorded_at"), "entry", ["kind", "recorded_at"], unique=False)
    op.create_index(
        op.f("ix_entry_recorded_at_chain_id_seq"), "entry", ["recorded_at", "chain_id", "seq"], unique=False
    )
    op.create_table(
        "entry_secret",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_entry_secret")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("camera", sa.String(length=120), nullable=True),
        sa.Column("sent_by", sa.String(length=36), nullable=False),
        sa.Column("arrived_at", sa.DateTime(), nullable=False),
        sa.Column("dhash", sa.String(length=16), nullable=True),
        sa.Column("band_0", sa.Integer(), nullable=True),
        sa.Column("band_1", sa.Integer(), nullable=True),
        sa.Column("band_2", sa.Integer(), nullable=True),
        sa.Column("band_3", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence")),
    )
    op.create_index(
        op.f("ix_evidence_band_0"),
        "evidence",
        ["band_0"],
        unique=False,
        sqlite_where=sa.text("band_0 IS NOT NULL"),
        postgresql_where=sa.text("band_0 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_evidence_band_1"),
        "evidence",
        ["band_1"],
        unique=False,
        sqlite_where=sa.text("band_1 IS NOT NULL"),
        postgresql_where=sa.text("band_1 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_evidence_band_2"),
        "evidence",
        ["band_2"],
        unique=False,
        sqlite_where=sa.text("band_2 IS NOT NULL"),
        postgresql_where=sa.text("band_2 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_evidence_band_3"),
        "evidence",
        ["band_3"],
        unique=False,
        sqlite_where=sa.text("band_3 IS NOT NULL"),
        postgresql_where=sa.text("band_3 IS NOT NULL"),
    )
    op.create_table(
        "evidence_alike",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "other", name=op.f("pk_evidence_alike")),
    )
    op.create_table(
        "evidence_link",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("chain_id", "seq", "sha256", name=op.f("pk_evidence_link")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_evidence_link_sha256"), "evidence_link", ["sha256"], unique=False)
    op.create_table(
        "fact",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("attribute", sa.String(length=32), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("informant", sa.String(length=120), nullable=True),
        sa.Column("recorder", sa.String(length=120), nullable=False),
        sa.Column("observed_at", sa.DateTime(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", "place", name=op.f("pk_fact")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_fact_subject_attribute_observed_at"),
        "fact",
        ["subject", "attribute", "observed_at"],
        unique=False,
    )
    op.create_table(
        "household",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("group", sa.String(length=120), nullable=True),
        sa.Column("head", sa.String(length=120), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("formerly_poor", sa.Boolean(), nullable=False),
        sa.Column("no_labour", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("identified_on", sa.Date(), nullable=True),
        sa.Column("risk_factors", sa.JSON(), nullable=False),
        sa.Column("main_risk", sa.String(length=32), nullable=True),
        sa.Column("last_visit_at", sa.DateTime(), nullable=True),
        sa.Column("last_visit_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("number", name=op.f("uq_household_number")),
    )
    op.create_index(op.f("ix_household_head"), "household", ["head"], unique=False)
    op.create_index(
        op.f("ix_household_region_kind_main_risk"), "household", ["region", "kind", "main_risk"], unique=False
    )
    op.create_index(
        op.f("ix_household_region_last_visit_at_id"),
        "household",
        ["region", "last_visit_at", "id"],
        unique=False,
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("staff_id", sa.String(length=36), nullable=True),
        sa.Column("region", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_staff_id_created_at"), "job", ["staff_id", "created_at"], unique=False)
    op.create_index(op.f("ix_job_state_run_after_id"), "job", ["state", "run_after", "id"], unique=False)
    op.create_table(
        "log_leaf",
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("chain_id", "seq", name=op.f("uq_log_leaf_chain_id_seq")),
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_account_at"), "login_failure", ["account", "at"], unique=False)
    op.create_index(op.f("ix_login_failure_address_at"), "login_failure", ["address", "at"], unique=False)
    op.create_table(
        "phone_report",
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.DateTime(), nullable=True),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "device", name=op.f("pk_phone_report")),
    )
    op.create_table(
        "place_judgement",
        sa.Column("chain_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("judged_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_place_judgement")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
    )
    op.create_table(
        "trace",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
    )
    op.create_index(op.f("ix_trace_staff_id_at"), "trace", ["staff_id", "at"], unique=False)
    op.create_index(op.f("ix_trace_subject_at"), "trace", ["subject", "at"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_login_session_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_staff_id"), "login_session", ["staff_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sex", sa.String(length=32), nullable=True),
        sa.Column("relation", sa.String(length=120), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("bank_account", sa.LargeBinary(), nullable=True),
        sa.Column("work_place", sa.String(length=12), nullable=True),
        sa.Column("work", sa.String(length=120), nullable=True),
        sa.Column("months_away", sa.Integer(), nullable=True),
        sa.Column("monthly_income", sa.Integer(), nullable=True),
        sa.Column("health", sa.String(length=120), nullable=True),
        sa.Column("schooling", sa.String(length=120), nullable=True),
        sa.Column("labour", sa.String(length=120), nullable=True),
        sa.Column("left", sa.String(length=32), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_person_household_id_household")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_household_id"), "person", ["household_id"], unique=False)
    op.create_index(op.f("ix_person_id_number_index"), "person", ["id_number_index"], unique=False)
    op.create_index(op.f("ix_person_phone_index"), "person", ["phone_index"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_post_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_staff_id"), "post", ["staff_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_post_staff_id"), table_name="post")
    op.drop_table("post")
    op.drop_index(op.f("ix_person_phone_index"), table_name="person")
    op.drop_index(op.f("ix_person_id_number_index"), table_name="person")
    op.drop_index(op.f("ix_person_household_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_login_session_staff_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_trace_subject_at"), table_name="trace")
    op.drop_index(op.f("ix_trace_staff_id_at"), table_name="trace")
    op.drop_table("trace")
    op.drop_table("staff")
    op.drop_table("region")
    op.drop_table("place_judgement")
    op.drop_table("phone_report")
    op.drop_index(op.f("ix_login_failure_address_at"), table_name="login_failure")
    op.drop_index(op.f("ix_login_failure_account_at"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_table("log_tile")
    op.drop_table("log_leaf")
    op.drop_index(op.f("ix_job_state_run_after_id"), table_name="job")
    op.drop_index(op.f("ix_job_staff_id_created_at"), table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_household_region_last_visit_at_id"), table_name="household")
    op.drop_index(op.f("ix_household_region_kind_main_risk"), table_name="household")
    op.drop_index(op.f("ix_household_head"), table_name="household")
    op.drop_table("household")
    op.drop_index(op.f("ix_fact_subject_attribute_observed_at"), table_name="fact")
    op.drop_table("fact")
    op.drop_index(op.f("ix_evidence_link_sha256"), table_name="evidence_link")
    op.drop_table("evidence_link")
    op.drop_table("evidence_alike")
    op.drop_index(op.f("ix_evidence_band_3"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_band_2"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_band_1"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_band_0"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("entry_secret")
    op.drop_index(op.f("ix_entry_recorded_at_chain_id_seq"), table_name="entry")
    op.drop_index(op.f("ix_entry_kind_recorded_at"), table_name="entry")
    op.drop_index(op.f("ix_entry_hash"), table_name="entry")
    op.drop_index(op.f("ix_entry_actor_occurred_at"), table_name="entry")
    op.drop_table("entry")
    op.drop_table("checkpoint")
    op.drop_table("chain_head")
