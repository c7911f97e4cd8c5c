"""What the bot does, in the order in which handlers are asked: this list is the list of features."""

from outreachbot.bot import (
    basics,
    broadcasts,
    campaign,
    choosing,
    compose,
    content,
    corrections,
    facts,
    language,
    membership,
    preflight,
    reminders,
    reports,
    start,
    subscription,
    timeline,
    timezone,
)
from outreachbot.bot.route import Handler

HANDLERS: tuple[Handler, ...] = (
    *start.HANDLERS,
    *facts.HANDLERS,
    *corrections.HANDLERS,
    *reports.HANDLERS,
    *timeline.HANDLERS,
    *campaign.HANDLERS,
    *subscription.HANDLERS,
    *reminders.HANDLERS,
    *timezone.HANDLERS,
    *language.HANDLERS,
    *basics.HANDLERS,
    *membership.HANDLERS,
    *broadcasts.HANDLERS,
    *preflight.HANDLERS,
    *choosing.HANDLERS,
    *content.HANDLERS,
    *compose.HANDLERS,
    *basics.LAST,
)
ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
