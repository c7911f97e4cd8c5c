"""Content files that chance has broken: each is read, or refused in plain words, never with a traceback."""

from time import perf_counter

from hypothesis import HealthCheck, given, settings

from benchmarks import contents
from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure, Scale

NAME = "fuzz"


async def run(scale: Scale) -> list[Measure]:
    """Raises what the check raises, with the file that made it do so."""
    whole = Measure(NAME, "broken content files read or refused in plain words", "", [Goal(least=scale.broken)])
    most = Measure(NAME, "the longest of them", "s", [Goal(most=1.0)], more_is_better=False)
    seconds = []

    @settings(max_examples=scale.broken, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(contents.BROKEN)
    def check(raw: bytes) -> None:
        begin = perf_counter()
        contents.refused(raw)
        seconds.append(perf_counter() - begin)

    check()
    whole.add(OURS, len(seconds))
    most.add(OURS, max(seconds))
    return [whole, most]
