"""Measures how long `outreachbot check` takes, including the start of the process."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks import contents
from benchmarks.arena import ROOT
from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure, Scale

NAME = "start"
RUNS = 3  # in each round; the first reads from disk
MANY = 10_000


async def run(scale: Scale) -> list[Measure]:
    check = Measure(NAME, "outreachbot check", "s", [Goal(most=1.0)], more_is_better=False)
    many = Measure(NAME, f"outreachbot check, {MANY:,} facts", "s", [Goal(most=10.0)], more_is_better=False)
    large = Measure(NAME, f"outreachbot check, {MANY:,} with figures", "s", [Goal(most=20.0)], more_is_better=False)
    with tempfile.TemporaryDirectory() as folder:
        facts, figures = Path(folder) / "facts.yaml", Path(folder) / "figures.yaml"
        facts.write_text(contents.make_large(MANY, "is so"))
        figures.write_text(_add_facts_with_figures((ROOT / "content.yaml").read_text()))
        for _ in range(scale.rounds):
            for _ in range(RUNS):
                check.add_sample(OURS, _time_check(ROOT / "content.yaml"))
            many.add_sample(OURS, _time_check(facts))
            large.add_sample(OURS, _time_check(figures))
    return [check, many, large]


def _add_facts_with_figures(shipped: str) -> str:
    """The content with many more facts, which makes 8 MB: close to the maximum."""
    topic = _first_id(shipped, "topics")
    source = _first_id(shipped, "sources")
    facts = "".join(_build_fact(number, topic, source) for number in range(MANY))
    return shipped.replace("\nfacts:\n", f"\nfacts:\n{facts}", 1)


def _first_id(shipped: str, section: str) -> str:
    match = re.search(rf"^{section}:\n  - id: (\S+)", shipped, re.MULTILINE)
    assert match, section
    return match[1]


def _build_fact(number: int, topic: str, source: str) -> str:
    return f"""\
  - id: made-{number}
    topic: {topic}
    claim:
      en: >-
        Claim {number}: {"what somebody states, **with care**, of what he has seen; " * 6}
    stated_by: {{en: Somebody}}
    sources: [{source}]
    certainty: stated
    figures:
      - {{number: {number}, counts: {{en: things}}, stated_by: {{en: Somebody}}, year: 1992, source: {source}}}
      - {{number: {number}, counts: {{en: things}}, stated_by: {{en: Another}}, year: 1993, source: {source}}}
"""


def _time_check(file: Path) -> float:
    started = perf_counter()
    command = [sys.executable, "-m", "outreachbot", "check", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return perf_counter() - started
