"""The language a chat chose, the content files that were live, reports, watched links, the menus that are set."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    no = sa.text("false")
    op.add_column("chats", sa.Column("language_chosen", sa.Boolean(), server_default=no, nullable=False))
    op.create_table(
        "contents",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("live_at", sa.Float(), nullable=False),
        sa.Column("live_by", sa.BigInteger(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
    )
    op.create_table(
        "reports",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.Float(), nullable=False),
        sa.Column("answered_at", sa.Float(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("chat_id", "message_id", name=op.f("uq_reports_chat_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_reported_at", "reports", ["reported_at"])
    op.create_table(
        "reporters",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_reporters")),
    )
    op.create_table(
        "links",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("dead_since", sa.Float(), nullable=True),
        sa.Column("told", sa.Boolean(), server_default=no, nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_links")),
    )
    op.create_table(
        "menus",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "language", name=op.f("pk_menus")),
    )
