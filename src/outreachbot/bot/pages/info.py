"""Answers /help, /about, /privacy, and what nothing else answers."""

from telegram.ext import filters

from outreachbot.bot.context import Ask, House, Note
from outreachbot.bot.routing import any_button, button, command, message
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import info
from outreachbot.views.parts import HERE


async def help_(house: House, ask: Ask) -> Message:
    admin = ask.in_private and ask.user_id in house.admins
    return info.help_text(house.content, ask.language, admin=admin, in_group=not ask.in_private)


async def about(house: House, ask: Ask) -> Message:
    return info.about(house.content, ask.language)


async def privacy(house: House, ask: Ask) -> Message:
    return info.privacy(house.content, ask.language)


async def here(_house: House, _ask: Ask) -> Note:
    """The button that says which page this is."""
    return Note("")


async def unknown_button(_house: House, ask: Ask) -> Note:
    return Note(info.pressed_unknown(ask.language))


HANDLERS = [
    command("help", help_),
    command("about", about),
    command("privacy", privacy),
    button(HERE, here),
]
# These come after all others.
LAST = [
    any_button(unknown_button),
    # Only what a person wrote or sent: a service message of a kind that PTB does not know yet is none of it.
    message(help_, filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT)),
]
