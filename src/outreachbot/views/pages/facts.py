"""The messages of /facts: the topics, a single fact, and search results."""

from outreachbot.domain.callbacks.pages import ReportMistake, ShowFact, ShowTopic, ShowTopics
from outreachbot.domain.content import corrections, search
from outreachbot.domain.content.model import Certainty, Content, Fact
from outreachbot.domain.messages.markup import to_plain
from outreachbot.domain.messages.message import Message, Rows, escape, shorten
from outreachbot.views.i18n import Words, words
from outreachbot.views.pages import figures
from outreachbot.views.pages.corrections import correction_lines
from outreachbot.views.parts import button, content_html, paging_row, source_title

SHOWN_RESULTS = 8
BUTTON_LENGTH = 48  # characters of a claim on a button; more would be cut on a phone


def answer_query(content: Content, language: str, query: str) -> Message:
    """Answers `/facts` and `/facts query`."""
    if not query:
        return topic_list(content, language)
    if query.isascii() and query.isdigit() and not search.find_by_number(content, query):
        return topic_list(content, language, _no_such_number(content, language, query))
    if (fact := search.find_by_number(content, query)) or (fact := content.fact_by_id.get(query.lower())):
        return fact_page(content, language, fact)
    if topic := search.find_topic(content, query, language):
        return topic_page(content, language, topic.id)
    return search_results(content, language, query, search.search_facts(content, query, language))


def _no_such_number(content: Content, language: str, query: str) -> str:
    _ = words(language)
    return _.plural(
        "There is no fact {query}: there is {n}.",
        "There is no fact {query}: there are {n}.",
        len(content.facts),
        query=query[:12],
    )


def topic_list(content: Content, language: str, notice: str = "") -> Message:
    """The topics as buttons, with how many facts each has."""
    _ = words(language)
    lines = [
        f"<b>{_('Facts')}</b>",
        _.plural("{n} fact, with its source.", "{n} facts, each with its source.", len(content.facts)),
        _("Choose a topic, or write words to look for: /facts word"),
    ]
    rows = tuple(
        (
            button(
                f"{content.say(topic.title, language)} · {_.number(len(content.facts_by_topic[topic.id]))}",
                ShowTopic(topic.id),
            ),
        )
        for topic in content.topics
        if content.facts_by_topic[topic.id]
    )
    return Message("\n".join([notice, "", *lines] if notice else lines), rows)


def topic_page(content: Content, language: str, topic_id: str) -> Message:
    """The first fact of a topic; the topics if it is gone."""
    topic_facts = content.facts_by_topic.get(topic_id)
    return fact_page(content, language, topic_facts[0]) if topic_facts else fact_not_found(content, language)


def fact_by_id(content: Content, language: str, fact_id: str) -> Message:
    """The fact; the topics if it is gone."""
    fact = content.fact_by_id.get(fact_id)
    return fact_page(content, language, fact) if fact else fact_not_found(content, language)


def fact_not_found(content: Content, language: str) -> Message:
    _ = words(language)
    return topic_list(content, language, _("This is no longer here: the facts have been edited since."))


def fact_page(content: Content, language: str, fact: Fact) -> Message:
    """A fact: claim, who states it, figures side by side, sources, corrections; with buttons to its neighbours."""
    _ = words(language)
    topic = content.topic_by_id[fact.topic]
    number = content.number_by_id[fact.id]
    lines = [
        f"<b>{escape(content.say(topic.title, language))}</b> · {_('fact {number}', number=number)}",
        "",
        content_html(content, fact.claim, language),
        "",
        f"<b>{_('Stated by')}:</b> {content_html(content, fact.stated_by, language)}",
        f"<b>{_('Certainty')}:</b> {_certainty(fact.certainty, _)}",
    ]
    sources = figures.figure_sources(fact)
    if fact.figures:
        lines += ["", f"<b>{_('The figures, side by side')}</b>"]
        lines += [figures.figure_line(content, language, fact, figure) for figure in fact.figures]
    lines += ["", f"<b>{_('Sources')}</b>"]
    lines += [f"[{n}] {source_title(content.source_by_id[source], _)}" for n, source in enumerate(sources, start=1)]
    for correction in corrections.list_corrections(fact):
        lines += ["", f"<b>{_('Corrected on {date}', date=_.date(correction.on))}</b>"]
        lines += correction_lines(content, language, correction, _)
    report = (button(_("Report a mistake"), ReportMistake(fact.id), below=True),)
    return Message(
        "\n".join(lines), (*figures.chart_button(content, language, fact), *_neighbours(content, fact, _), report)
    )


def _neighbours(content: Content, fact: Fact, _: Words) -> Rows:
    facts = content.facts_by_topic[fact.topic]
    place = content.place_in_topic[fact.id]
    back = ShowFact(facts[place - 1].id) if place else None
    forward = ShowFact(facts[place + 1].id) if place + 1 < len(facts) else None
    all_topics = (button(_("All topics"), ShowTopics()),)
    if len(facts) == 1:
        return (all_topics,)
    return (paging_row(back, f"{place + 1} / {len(facts)}", forward), all_topics)


def _certainty(certainty: Certainty, _: Words) -> str:
    match certainty:
        case Certainty.DOCUMENTED:
            return _("documented: independent sources agree")
        case Certainty.STATED:
            return _("stated: by the source named here")
        case Certainty.DISPUTED:
            return _("disputed: sources contradict each other")


def search_results(content: Content, language: str, query: str, results: list[Fact]) -> Message:
    """The search results as buttons; a single result is shown at once."""
    _ = words(language)
    if len(results) == 1:
        return fact_page(content, language, results[0])
    shown = shorten(query, BUTTON_LENGTH)
    if not results:
        return topic_list(content, language, _("Nothing was found for “{query}”.", query=shown))
    lines = [_.plural("{n} fact for “{query}”:", "{n} facts for “{query}”:", len(results), query=shown)]
    if len(results) > SHOWN_RESULTS:
        lines.append(_("Here are the closest; one more word narrows it down."))
    rows = tuple((button(_teaser(content, language, fact), ShowFact(fact.id)),) for fact in results[:SHOWN_RESULTS])
    return Message("\n".join(lines), (*rows, (button(_("All topics"), ShowTopics()),)))


def _teaser(content: Content, language: str, fact: Fact) -> str:
    claim = to_plain(content.say(fact.claim, language)).strip()
    return shorten(claim, BUTTON_LENGTH, whole_words=True)
