"""Answers /campaign and /letter."""

from outreachbot.bot.context import BotContext, Request
from outreachbot.bot.routing import button, command
from outreachbot.domain.callbacks.pages import ShowCampaign, ShowLetter
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import campaign as say


async def show_campaign(context: BotContext, request: Request) -> Message:
    return say.campaign(context.content, request.language)


async def show_letter(context: BotContext, request: Request) -> Message:
    return say.letter(context.content, request.language)


HANDLERS = [
    command("campaign", show_campaign),
    command("letter", show_letter),
    button(ShowCampaign, show_campaign),
    button(ShowLetter, show_letter),
]
