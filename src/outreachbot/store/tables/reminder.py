"""The tables of the reminder planner."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, Table, Text

from outreachbot.store.tables.base import metadata

# The days already planned for a zone and hour: planning them again adds nothing.
plans = Table(
    "plans",
    metadata,
    Column("day", Text, primary_key=True),  # local, 2027-02-26
    Column("zone", Text, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("planned_at", Float, nullable=False),
)

# The items in a reminder; with its deliveries they show what each chat was reminded of.
notices = Table(
    "notices",
    metadata,
    Column("item", Text, primary_key=True),  # domain.reminders.schedule.Item.key
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
)

# A single row.
calendar = Table(
    "calendar",
    metadata,
    Column("name", Text, primary_key=True),
    Column("planned_until", Float, nullable=False),  # everything due before this moment is planned
    Column("zone", Text),  # of chats that chose none, as the content last had it
    Column("hour", Integer),
)
