"""The menu with which an admin narrows down to whom a broadcast goes."""

import hashlib
from collections.abc import Iterable, Sequence

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
from outreachbot.views.parts import button

LABEL = 40  # characters of a button's label


def audience_menu(
    language: str, content: Content, plan: BroadcastPlan, languages: Sequence[str], codes: Sequence[str]
) -> Message:
    """The menu with which an audience is narrowed down; each press counts anew."""
    _ = words(language)
    outbox_id, audience = plan.message.id, plan.message.broadcast_audience
    chats = _.plural("{n} chat", "{n} chats", plan.chats)
    narrowed = (
        _("Everybody who subscribed") if audience.is_everybody else describe_audience(audience, content, language)
    )
    rows = [
        *_in_rows(
            _tick(ToggleLanguage(outbox_id, code), language_name(code, _), code in audience.languages)
            for code in languages
        ),
        *_in_rows(
            _tick(ToggleChatGroup(outbox_id, group), kind_name(group, _), set(kinds) <= set(audience.kinds))
            for group, kinds in KINDS.items()
        ),
        *_in_rows(
            (
                _tick(
                    ToggleAnniversary(outbox_id, position),
                    content.say(anniversary.title, language),
                    anniversary.id == audience.anniversary,
                )
                for position, anniversary in enumerate(content.anniversaries)
            ),
            1,
        ),
        *_in_rows(
            (_tick(ToggleStartCode(outbox_id, hash_start_code(code)), code, code == audience.joined) for code in codes),
            2,
        ),
    ]
    everybody = () if audience.is_everybody else ((button(_("Everybody"), ClearAudience(outbox_id)),),)
    text = f"<b>{_('To whom?')}</b>\n{narrowed}: {chats}"
    return Message(text, (*rows, *everybody, (button(_("‹ Back"), ShowQuestion(outbox_id)),)))


def hash_start_code(code: str) -> str:
    """A start code in a button's 64 bytes: it may have as many itself, and its place in the list changes."""
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def _tick(callback: Callback, label: str, ticked: bool) -> Button:
    short = shorten(label, LABEL)
    return button(f"✓ {short}" if ticked else short, callback)


def _in_rows(buttons: Iterable[Button], width: int = 3) -> list[tuple[Button, ...]]:
    row = list(buttons)
    return [tuple(row[start : start + width]) for start in range(0, len(row), width)]
