"""Says which language a chat reads, with a button for each that the content has."""

from collections.abc import Sequence

from outreachbot.domain.callbacks.pages import SetLanguage
from outreachbot.domain.messages.message import Message
from outreachbot.views.i18n import own_name, words
from outreachbot.views.parts import button


def language_menu(language: str, codes: Sequence[str]) -> Message:
    """What `/language` says. Each language stands there by its own name: who needs it may read no other."""
    _ = words(language)
    text = _("Language: {name}", name=own_name(language))
    labels = {code: f"✓ {own_name(code)}" if code == language else own_name(code) for code in codes}
    return Message(f"<b>{text}</b>", tuple((button(label, SetLanguage(code)),) for code, label in labels.items()))
