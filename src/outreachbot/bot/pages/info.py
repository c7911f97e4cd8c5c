"""Answers /help, /about, /privacy, and whatever no other handler takes."""

from telegram.ext import filters

from outreachbot.bot.context import BotContext, CallbackAnswer, Request
from outreachbot.bot.routing import any_button, button, command, message
from outreachbot.domain.callbacks.pages import StayHere
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import info


async def show_help(context: BotContext, request: Request) -> Message:
    admin = request.in_private and request.user_id in context.admins
    return info.help_text(context.content, request.language, admin=admin, in_group=not request.in_private)


async def show_about(context: BotContext, request: Request) -> Message:
    return info.about(context.content, request.language)


async def show_privacy(context: BotContext, request: Request) -> Message:
    return info.privacy(context.content, request.language)


async def ignore_press(_context: BotContext, _request: Request) -> CallbackAnswer:
    """Answer the button that shows which page this is."""
    return CallbackAnswer("")


async def answer_unknown_button(_context: BotContext, request: Request) -> CallbackAnswer:
    return CallbackAnswer(info.unknown_button(request.language))


HANDLERS = [
    command("help", show_help),
    command("about", show_about),
    command("privacy", show_privacy),
    button(StayHere, ignore_press),
]
# Tried after all others.
LAST = [
    any_button(answer_unknown_button),
    # Only what a person sent: a service message that PTB does not know yet gets no answer.
    message(show_help, filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT)),
]
