"""The preview page with all texts for an editor: its sections, headings, and what is missing."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from outreachbot.domain.content.corrections import list_all_corrections
from outreachbot.domain.content.model import Content, Notice, Text
from outreachbot.domain.content.paging import ENTRIES_A_PAGE
from outreachbot.domain.messages.message import Message, escape
from outreachbot.domain.messages.pictures import Drawn
from outreachbot.domain.reminders.schedule import Group, Item, list_upcoming
from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.views import language as languages
from outreachbot.views import reports
from outreachbot.views.i18n import words
from outreachbot.views.pages import campaign, corrections, facts, figures, info, timeline
from outreachbot.views.parts import content_plain
from outreachbot.views.reminders import reminder, settings, subscription, timezone

Say = Callable[[str], Message | None]
"""The message in a language; None if there is none in it."""
Fitting = Callable[[Drawn], int]
"""How many of its items a picture can show."""


@dataclass(frozen=True, slots=True)
class PreviewInput:
    """The content with marks where a text is missing, and without them for pictures, which can't show marks."""

    content: Content
    unmarked: Content
    now: dt.datetime
    fitting: Fitting


@dataclass(frozen=True, slots=True)
class Section:
    """Messages below one heading (HTML)."""

    heading: str
    says: tuple[Say, ...]


def list_sections(seen: PreviewInput) -> Iterator[Section]:
    """All texts of the content in their messages, with headings in the default language."""
    content, first = seen.content, seen.content.default_language
    _ = words(first)
    profile = (content.short_description, content.description)
    yield Section(_("Profile"), tuple(partial(_plain, content, text) for text in profile))
    pages = (info.welcome, info.help_text, info.about, info.privacy)
    yield Section(_("Start, help, about, privacy"), tuple(partial(say, content) for say in pages))
    asking = (campaign.campaign, campaign.letter)
    yield Section(_("What you can do"), tuple(partial(say, content) for say in asking))
    yield Section(_("Topics"), (partial(facts.topic_list, content),))
    for topic, topic_facts in content.facts_by_topic.items():
        title = content_plain(seen.unmarked, seen.unmarked.topic_by_id[topic].title, first)
        of_topic = tuple(say for fact in topic_facts for say in _of_fact(seen, fact.id))
        yield Section(_("Facts: {topic}", topic=title), of_topic)
    starts = range(0, max(1, len(list_all_corrections(content))), ENTRIES_A_PAGE)
    yield Section(_("Corrections"), tuple(partial(_corrections, content, start) for start in starts))
    yield Section(_("Report a mistake"), (partial(_question, content), reports.thanks))
    starts = range(0, max(1, len(content.timeline)), ENTRIES_A_PAGE)
    entries = (partial(_timeline, content, start) for start in starts)
    yield Section(_("Timeline"), (partial(_strip, seen), *entries))
    items = (
        Item(occurrence, notice)
        for occurrence in list_upcoming(content.anniversaries, seen.now.date())
        for notice in Notice
    )
    yield Section(_("Reminders"), tuple(partial(_reminder, content, item) for item in items))
    choices = (_subscribed, _next, _settings, _zones, _languages)
    yield Section(_("Subscribing and settings"), tuple(partial(say, seen) for say in choices))


def _plain(content: Content, text: Text, language: str) -> Message:
    return Message(escape(content_plain(content, text, language)))


def _of_fact(seen: PreviewInput, fact_id: str) -> Iterator[Say]:
    yield partial(_fact, seen.content, fact_id)
    if len(seen.content.fact_by_id[fact_id].figures) > 1:
        yield partial(_chart, seen, fact_id)


def _fact(content: Content, fact_id: str, language: str) -> Message:
    return facts.fact_page(content, language, content.fact_by_id[fact_id])


def _chart(seen: PreviewInput, fact_id: str, language: str) -> Message | None:
    drawn = figures.figure_chart(seen.unmarked, language, seen.unmarked.fact_by_id[fact_id])
    if drawn is None:
        return None
    fact = seen.content.fact_by_id[fact_id]
    return figures.chart_page(seen.content, language, fact, 0, drawn, seen.fitting(drawn))


def _corrections(content: Content, first: int, language: str) -> Message:
    return corrections.page_at(content, language, first)


def _question(content: Content, language: str) -> Message:
    return reports.ask_for_report(content, language, content.facts[0].id)


def _strip(seen: PreviewInput, language: str) -> Message | None:
    drawn = timeline.timeline_strip(seen.unmarked, language, 0)
    return None if drawn is None else timeline.strip_page(seen.content, language, 0, drawn, seen.fitting(drawn))


def _timeline(content: Content, first: int, language: str) -> Message:
    return timeline.page_at(content, language, first)


def _reminder(content: Content, item: Item, language: str) -> Message:
    return reminder.reminder(content, language, [item], Group(content.zone, content.hour))


def _subscribed(seen: PreviewInput, language: str) -> Message:
    return subscription.subscribed(seen.content, language, ChatSettings(), seen.now, new=True)


def _next(seen: PreviewInput, language: str) -> Message:
    return subscription.upcoming(seen.content, language, ChatSettings(), seen.now.date(), subscribed=True)


def _settings(seen: PreviewInput, language: str) -> Message:
    return settings.settings_menu(seen.content, language, ChatSettings(), subscribed=True)


def _zones(seen: PreviewInput, language: str) -> Message:
    return timezone.country_menu(language, seen.content.countries, seen.now, seen.content.zone, is_chosen=False)


def _languages(seen: PreviewInput, language: str) -> Message:
    return languages.language_menu(language, seen.content.languages)


def summary(language: str, lacking: int) -> str:
    """What the page is, and how many texts are missing, as HTML."""
    _ = words(language)
    what = _("This is how members see each text.")
    if not lacking:
        return f"{what} {_('Nothing lacks in any language.')}"
    gaps = _.plural(
        "{n} text lacks a translation: the default language’s stands there, marked.",
        "{n} texts lack a translation: the default language’s stand there, marked.",
        lacking,
    )
    return f"{what} {gaps}"


def missing_note(language: str, number: int) -> str:
    """How many texts are missing in a language, as HTML; `language` is that of the note."""
    _ = words(language)
    return _.plural("{n} text lacks", "{n} texts lack", number) if number else _("complete")


def picture_name(language: str, picture: str) -> str:
    """The placeholder for a picture, as HTML."""
    return words(language)("picture: {name}", name=picture)
