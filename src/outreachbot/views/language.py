"""Says which language a chat reads, with a button for each that the content has."""

from collections.abc import Sequence

from outreachbot.domain.callbacks.pages import SetLanguage
from outreachbot.domain.messages.message import Message
from outreachbot.views.i18n import get_native_name, words
from outreachbot.views.parts import button


def language_menu(language: str, codes: Sequence[str]) -> Message:
    """What `/language` says. Each language has its own name in it, which its readers can read."""
    _ = words(language)
    text = _("Language: {name}", name=get_native_name(language))
    labels = {code: f"✓ {get_native_name(code)}" if code == language else get_native_name(code) for code in codes}
    return Message(f"<b>{text}</b>", tuple((button(label, SetLanguage(code)),) for code, label in labels.items()))
