"""What each chat chose about its reminders, what was planned, and what was told to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("reminders", "big_only", "silent"):
        default = sa.text("true" if name == "reminders" else "false")
        op.add_column("chats", sa.Column(name, sa.Boolean(), server_default=default, nullable=False))
    for name in ("week", "eve", "day"):
        op.add_column("chats", sa.Column(name, sa.Boolean(), nullable=True))
    for name in ("quiet_from", "quiet_to"):
        op.add_column("chats", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("chats", sa.Column("changed_at", sa.Float(), nullable=True))
    op.add_column("messages", sa.Column("late_told_at", sa.Float(), nullable=True))
    op.create_table(
        "skipped",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("anniversary_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_skipped_chat_id"), ondelete="CASCADE", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "anniversary_id", "year", name=op.f("pk_skipped")),
    )
    op.create_table(
        "plans",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("day", "zone", "hour", name=op.f("pk_plans")),
    )
    op.create_table(
        "notices",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_notices_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item", "message_id", name=op.f("pk_notices")),
    )
    op.create_table(
        "files",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_files")),
    )
    op.create_table(
        "calendar",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("planned_until", sa.Float(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_calendar")),
    )
    _carry_over(op.get_bind())


def _carry_over(db: sa.Connection) -> None:
    """What was told before is known: the keys told it. The calendar was looked through until the bot last ran."""
    written = db.execute(sa.text("SELECT id, key FROM messages WHERE kind = 'reminder' AND key LIKE 'reminder:%'"))
    for message_id, key in written.all():
        _, name, date, notice, zone, hour = key.split(":")
        values = {"id": message_id, "day": date, "zone": zone, "hour": int(hour)}
        values |= {"key": f"reminder:{date}:{zone}:{hour}:{name}.{notice}", "item": f"{name}:{date}:{notice}"}
        db.execute(sa.text("UPDATE messages SET key = :key, late_told_at = 0 WHERE id = :id"), values)
        db.execute(sa.text("INSERT INTO notices (item, message_id) VALUES (:item, :id)"), values)
        plan = "INSERT INTO plans (day, zone, hour, planned_at) VALUES (:day, :zone, :hour, 0) ON CONFLICT DO NOTHING"
        db.execute(sa.text(plan), values)
    last_run = "SELECT 'reminders', max(until) - 90 FROM senders WHERE is_main HAVING max(until) IS NOT NULL"
    db.execute(sa.text(f"INSERT INTO calendar (name, planned_until) {last_run}"))
