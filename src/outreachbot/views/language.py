"""Says which language a chat reads, with a button for each that the content has."""

from collections.abc import Sequence

from outreachbot.domain.messages.message import Button, Message
from outreachbot.views.i18n import get_native_name, words
from outreachbot.views.parts import LANGUAGE


def language_menu(language: str, codes: Sequence[str]) -> Message:
    """What `/language` says. Each language stands there by its own name: who needs it may read no other."""
    _ = words(language)
    text = _("Language: {name}", name=get_native_name(language))
    buttons = [
        Button(f"✓ {get_native_name(one)}" if one == language else get_native_name(one), f"{LANGUAGE}:{one}")
        for one in codes
    ]
    return Message(f"<b>{text}</b>", tuple((button,) for button in buttons))
