"""Buttons of the pages that members read, of subscribing and of the language."""

from outreachbot.domain.callbacks.codec import Callback, wire
from outreachbot.domain.callbacks.fields import Number
from outreachbot.domain.content.values import Id, Language


@wire("here")
class StayHere(Callback):
    """Do nothing: the button between the arrows only shows which page this is."""


@wire("facts")
class ShowTopics(Callback):
    pass


@wire("facts:{topic_id}")
class ShowTopic(Callback):
    topic_id: Id


@wire("fact:{fact_id}")
class ShowFact(Callback):
    fact_id: Id


@wire("chart:{fact_id}[:{first}]")
class ShowChart(Callback):
    """A fact's figures as a picture, from figure `first` on, counted from 0."""

    fact_id: Id
    first: Number | None = None


@wire("timeline[:{first}]")
class ShowTimeline(Callback):
    """The page of the timeline that begins with this entry, counted from 0."""

    first: Number | None = None


@wire("strip:{first}")
class ShowStrip(Callback):
    """The same page as a picture."""

    first: Number


@wire("corrections[:{first}]")
class ShowCorrections(Callback):
    """The page of the corrections that begins with this entry, counted from 0."""

    first: Number | None = None


@wire("report:{fact_id}")
class ReportMistake(Callback):
    fact_id: Id


@wire("campaign")
class ShowCampaign(Callback):
    pass


@wire("letter")
class ShowLetter(Callback):
    pass


@wire("subscribe")
class Subscribe(Callback):
    pass


@wire("unsubscribe")
class Unsubscribe(Callback):
    pass


@wire("calendar")
class SendCalendar(Callback):
    """The days of remembrance as a calendar file."""


@wire("language:{language}")
class SetLanguage(Callback):
    language: Language
