"""Conditions that many queries share.

Their values are literals: with bound parameters SQLite would not use the partial indexes.
"""

from sqlalchemy import literal_column

from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.store.tables import chats, deliveries, inbox, messages

is_queued = deliveries.c.state == literal_column(f"'{DeliveryState.QUEUED}'")
is_sending = deliveries.c.state == literal_column(f"'{DeliveryState.SENDING}'")
is_uncertain = deliveries.c.state == literal_column(f"'{DeliveryState.UNCERTAIN}'")
is_running = messages.c.state == literal_column(f"'{MessageState.RUNNING}'")
is_confirmed = messages.c.started_at.is_not(None) | messages.c.starts_at.is_not(None)
is_waiting = inbox.c.state == literal_column("'waiting'")
is_subscribed = chats.c.subscribed_at.is_not(None) & chats.c.gone_at.is_(None)
