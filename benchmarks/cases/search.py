"""Measures the search in a large content file."""

from time import perf_counter

from benchmarks import contents
from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure, Scale, percentile
from outreachbot.domain.content import file, search
from outreachbot.views.pages import facts

NAME = "search"
QUERIES = 300


async def run(scale: Scale) -> list[Measure]:
    times = Measure(
        NAME, f"{scale.facts:,} facts: /facts with words, p99", "ms", [Goal(most=20.0)], more_is_better=False
    )
    raw = contents.make_large(scale.facts, "is so").encode()
    content = file.read_content(raw, contents.NAME).content
    for language in content.languages:
        search.prepare_search(content, language)  # as the bot does at startup
    words = sorted({word for text in search.prepare_search(content, "en") for word in text.split()})
    queries = [f"{words[n * 7 % len(words)]} {words[n * 31 % len(words)][:4]}"[n % 2 :] for n in range(QUERIES)]
    for _ in range(scale.rounds):
        waits = []
        for number, query in enumerate(queries):
            started = perf_counter()
            facts.answer_query(content, content.languages[number % len(content.languages)], query)
            waits.append(perf_counter() - started)
        times.add_sample(OURS, percentile(waits, 99) * 1000)
    return [times]
