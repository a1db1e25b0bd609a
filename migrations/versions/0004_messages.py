"""contacts, messages in and out, and dialogs"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "binding_try",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_try")),
    )
    op.create_index(op.f("ix_binding_try_address_index_at"), "binding_try", ["address_index", "at"], unique=False)
    op.create_index(op.f("ix_binding_try_person_id_at"), "binding_try", ["person_id", "at"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.String(length=32), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=True),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        op.f("ix_contact_channel_address_index_person_id"),
        "contact",
        ["channel", "address_index", "person_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(op.f("ix_contact_household_id"), "contact", ["household_id"], unique=False)
    op.create_index(
        op.f("ix_contact_person_id_channel"),
        "contact",
        ["person_id", "channel"],
        unique=True,
        sqlite_where=sa.text("state = 'verified'"),
        postgresql_where=sa.text("state = 'verified'"),
    )
    op.create_table(
        "dialog",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("sender_index", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialog")),
    )
    op.create_index(
        op.f("ix_dialog_channel_sender_index_purpose"),
        "dialog",
        ["channel", "sender_index", "purpose"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_dialog_person_id_purpose"),
        "dialog",
        ["person_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "early_receipt",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=160), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "provider_id", "delivery", name=op.f("pk_early_receipt")),
    )
    op.create_index(op.f("ix_early_receipt_received_at"), "early_receipt", ["received_at"], unique=False)
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("provider_message_id", sa.String(length=160), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("sender_index", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=True),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.Column("said", sa.String(length=32), nullable=False),
        sa.Column("text_masked", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("dialog_id", sa.String(length=36), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint(
            "channel", "provider_message_id", name=op.f("uq_inbound_message_channel_provider_message_id")
        ),
    )
    op.create_index(
        op.f("ix_inbound_message_channel_sender_index_received_at"),
        "inbound_message",
        ["channel", "sender_index", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_message_household_id_received_at"),
        "inbound_message",
        ["household_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_message_received_at"),
        "inbound_message",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("household_id IS NULL"),
        postgresql_where=sa.text("household_id IS NULL"),
    )
    op.create_table(
        "opt_out",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address_index", name=op.f("pk_opt_out")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbound_message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_index", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=True),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=160), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbound_message_key")),
    )
    op.create_index(
        op.f("ix_outbound_message_channel_priority_due_at"),
        "outbound_message",
        ["channel", "priority", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        op.f("ix_outbound_message_channel_recipient_index_created_at"),
        "outbound_message",
        ["channel", "recipient_index", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_outbound_message_channel_tried_at"), "outbound_message", ["channel", "tried_at"], unique=False
    )
    op.create_index(
        op.f("ix_outbound_message_household_id_created_at"),
        "outbound_message",
        ["household_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_outbound_message_provider_provider_id"),
        "outbound_message",
        ["provider", "provider_id"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_outbound_message_sent_at"), "outbound_message", ["sent_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_outbound_message_sent_at"), table_name="outbound_message")
    op.drop_index(
        op.f("ix_outbound_message_provider_provider_id"),
        table_name="outbound_message",
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_outbound_message_household_id_created_at"), table_name="outbound_message")
    op.drop_index(op.f("ix_outbound_message_channel_tried_at"), table_name="outbound_message")
    op.drop_index(op.f("ix_outbound_message_channel_recipient_index_created_at"), table_name="outbound_message")
    op.drop_index(
        op.f("ix_outbound_message_channel_priority_due_at"),
        table_name="outbound_message",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.drop_table("outbound_message")
    op.drop_table("opt_out")
    op.drop_index(
        op.f("ix_inbound_message_received_at"),
        table_name="inbound_message",
        sqlite_where=sa.text("household_id IS NULL"),
        postgresql_where=sa.text("household_id IS NULL"),
    )
    op.drop_index(op.f("ix_inbound_message_household_id_received_at"), table_name="inbound_message")
    op.drop_index(op.f("ix_inbound_message_channel_sender_index_received_at"), table_name="inbound_message")
    op.drop_table("inbound_message")
    op.drop_index(op.f("ix_early_receipt_received_at"), table_name="early_receipt")
    op.drop_table("early_receipt")
    op.drop_index(
        op.f("ix_dialog_person_id_purpose"),
        table_name="dialog",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        op.f("ix_dialog_channel_sender_index_purpose"),
        table_name="dialog",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_table("dialog")
    op.drop_index(
        op.f("ix_contact_person_id_channel"),
        table_name="contact",
        sqlite_where=sa.text("state = 'verified'"),
        postgresql_where=sa.text("state = 'verified'"),
    )
    op.drop_index(op.f("ix_contact_household_id"), table_name="contact")
    op.drop_index(
        op.f("ix_contact_channel_address_index_person_id"),
        table_name="contact",
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_table("contact")
    op.drop_index(op.f("ix_binding_try_person_id_at"), table_name="binding_try")
    op.drop_index(op.f("ix_binding_try_address_index_at"), table_name="binding_try")
    op.drop_table("binding_try")
