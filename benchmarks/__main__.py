"""Runs the benchmarks and reports the results: `python -m benchmarks [case…] [--quick]`."""

import argparse
import asyncio
from time import perf_counter

from benchmarks import report
from benchmarks.cases import (
    audience,
    broadcast,
    fuzz,
    limits,
    meanwhile,
    memory,
    reload,
    reminders,
    replies,
    search,
    start,
)
from benchmarks.measures import QUICK, Measure, Scale

CASES = {
    case.NAME: case.run
    for case in (start, search, fuzz, replies, broadcast, limits, meanwhile, reload, audience, memory, reminders)
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and memory, side by side.")
    parser.add_argument("cases", nargs="*", metavar="case", help=f"of {', '.join(CASES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller numbers, one round: a look, not a measurement")
    arguments = parser.parse_args()
    if unknown := set(arguments.cases) - CASES.keys():
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    started = perf_counter()
    measures = asyncio.run(_run_cases(arguments.cases or list(CASES), QUICK if arguments.quick else Scale()))
    seconds = perf_counter() - started
    report.show(measures, seconds)
    report.write(measures, seconds, quick=arguments.quick)


async def _run_cases(names: list[str], scale: Scale) -> list[Measure]:
    measures: list[Measure] = []
    for name in names:
        print(f"{name} …", flush=True)
        measures += await CASES[name](scale)
    return measures


if __name__ == "__main__":
    main()
