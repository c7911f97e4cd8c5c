"""Checks randomly broken content files: each must be read, or refused with error messages instead of a traceback."""

from time import perf_counter

from hypothesis import HealthCheck, given, settings

from benchmarks import contents
from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure, Scale

NAME = "fuzz"


async def run(scale: Scale) -> list[Measure]:
    """Raises whatever the check raises, together with the file that caused it."""
    checked = Measure(NAME, "broken content files read or refused in plain words", "", [Goal(least=scale.broken)])
    slowest = Measure(NAME, "the longest of them", "s", [Goal(most=1.0)], more_is_better=False)
    seconds = []

    @settings(max_examples=scale.broken, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(contents.BROKEN)
    def check(raw: bytes) -> None:
        started = perf_counter()
        contents.is_refused(raw)
        seconds.append(perf_counter() - started)

    check()
    checked.add_sample(OURS, len(seconds))
    slowest.add_sample(OURS, max(seconds))
    return [checked, slowest]
