"""Jobs, schedules, segments, approvals, albums and senders with leases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MESSAGES = sa.table("messages", sa.column("id", sa.Integer), sa.column("body", sa.JSON))


def upgrade() -> None:
    _messages()
    op.add_column("chats", sa.Column("joined", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("more_ids", sa.JSON(), nullable=True))
    op.add_column("deliveries", sa.Column("sender_id", sa.BigInteger(), nullable=True))
    op.add_column("composing", sa.Column("of_id", sa.BigInteger(), nullable=True))
    op.add_column("composing", sa.Column("album", sa.JSON(), nullable=True))
    op.add_column("pace", sa.Column("share", sa.Float(), server_default="1", nullable=False))
    op.add_column("pace", sa.Column("cut_at", sa.Float(), server_default="0", nullable=False))
    _new_tables()
    _pictures_become_media()


def _messages() -> None:
    op.add_column("messages", sa.Column("of_id", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("starts_at", sa.Float(), nullable=True))
    op.add_column("messages", sa.Column("audience", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("messages", sa.Column("schedule", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("messages", sa.Column("queued_to", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_messages_queueing",
        "messages",
        ["id"],
        unique=False,
        sqlite_where=sa.text("queued_to IS NOT NULL"),
        postgresql_where=sa.text("queued_to IS NOT NULL"),
    )


def _new_tables() -> None:
    op.create_table(
        "senders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_senders")),
    )
    op.create_table(
        "approvals",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_approvals_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "admin_id", name=op.f("pk_approvals")),
    )
    op.create_table(
        "choices",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("anniversary_id", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_choices_chat_id"), ondelete="CASCADE", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "anniversary_id", name=op.f("pk_choices")),
    )


def _pictures_become_media() -> None:
    """A message used to hold one picture; now it holds any number of media, each with its kind."""
    db = op.get_bind()
    for message_id, body in db.execute(sa.select(MESSAGES.c.id, MESSAGES.c.body)).all():
        for message in body.values():
            picture = message.pop("photo", "")
            message["media"] = [{"kind": "photo", "file_id": picture}] if picture else []
        db.execute(sa.update(MESSAGES).where(MESSAGES.c.id == message_id).values(body=body))
