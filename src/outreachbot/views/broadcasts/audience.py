"""The menu with which an admin narrows down to whom a broadcast goes."""

import hashlib
from collections.abc import Sequence

from outreachbot.domain.callbacks import Callback
from outreachbot.domain.callbacks.broadcasts import (
    ClearAudience,
    ShowQuestion,
    ToggleAnniversary,
    ToggleChatGroup,
    ToggleLanguage,
    ToggleStartCode,
)
from outreachbot.domain.content.model import Content
from outreachbot.domain.messages.message import Button, Message, shorten
from outreachbot.views.broadcasts.confirm import BroadcastPlan
from outreachbot.views.broadcasts.names import KINDS, describe_audience, kind_name, language_name
from outreachbot.views.i18n import words
from outreachbot.views.parts import button, in_rows

LABEL = 40  # characters of a button's label


def audience_menu(
    language: str, content: Content, plan: BroadcastPlan, languages: Sequence[str], codes: Sequence[str]
) -> Message:
    """The menu that narrows an audience down, with the present number of chats."""
    _ = words(language)
    outbox_id, audience = plan.message.id, plan.message.broadcast_audience
    chats = _.plural("{n} chat", "{n} chats", plan.chats)
    narrowed = (
        _("Everybody who subscribed") if audience.is_everybody else describe_audience(audience, content, language)
    )
    by_language = (
        _tick(ToggleLanguage(outbox_id, code), language_name(code, _), code in audience.languages) for code in languages
    )
    by_kind = (
        _tick(ToggleChatGroup(outbox_id, group), kind_name(group, _), set(kinds) <= set(audience.kinds))
        for group, kinds in KINDS.items()
    )
    by_anniversary = (
        _tick(
            ToggleAnniversary(outbox_id, position),
            content.say(anniversary.title, language),
            anniversary.id == audience.anniversary,
        )
        for position, anniversary in enumerate(content.anniversaries)
    )
    by_code = (
        _tick(ToggleStartCode(outbox_id, hash_start_code(code)), code, code == audience.joined) for code in codes
    )
    rows = (*in_rows(by_language, 3), *in_rows(by_kind, 3), *in_rows(by_anniversary, 1), *in_rows(by_code, 2))
    everybody = () if audience.is_everybody else ((button(_("Everybody"), ClearAudience(outbox_id)),),)
    text = f"<b>{_('To whom?')}</b>\n{narrowed}: {chats}"
    return Message(text, (*rows, *everybody, (button(_("‹ Back"), ShowQuestion(outbox_id)),)))


def hash_start_code(code: str) -> str:
    """A start code as 12 hexadecimal digits: the code itself may be as long as all callback data of a button."""
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def _tick(callback: Callback, label: str, ticked: bool) -> Button:
    short = shorten(label, LABEL)
    return button(f"✓ {short}" if ticked else short, callback)
