"""What the bot does, in the order in which handlers are asked: this list is the list of features."""

from outreachbot.bot import reports
from outreachbot.bot.broadcasts import compose, confirm, options, overview
from outreachbot.bot.chats import language, membership
from outreachbot.bot.content import proposals, versions
from outreachbot.bot.pages import campaign, corrections, facts, info, start, timeline
from outreachbot.bot.reminders import settings, subscription, timezone
from outreachbot.bot.routing import Handler

HANDLERS: tuple[Handler, ...] = (
    *start.HANDLERS,
    *facts.HANDLERS,
    *corrections.HANDLERS,
    *reports.HANDLERS,
    *timeline.HANDLERS,
    *campaign.HANDLERS,
    *subscription.HANDLERS,
    *settings.HANDLERS,
    *timezone.HANDLERS,
    *language.HANDLERS,
    *info.HANDLERS,
    *membership.HANDLERS,
    *overview.HANDLERS,
    *confirm.HANDLERS,
    *options.HANDLERS,
    *proposals.HANDLERS,
    *versions.HANDLERS,
    *compose.HANDLERS,
    *info.LAST,
)
ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
