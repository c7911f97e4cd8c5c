"""How long `outreachbot check` takes, from the shell's point of view."""

import subprocess
import sys
from time import perf_counter

from benchmarks.arena import ROOT
from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure, Scale

NAME = "start"
RUNS = 3  # in each round; the first one reads the disk


async def run(scale: Scale) -> list[Measure]:
    check = Measure(NAME, "outreachbot check", "s", [Goal(most=1.0)], more_is_better=False)
    for _ in range(scale.rounds * RUNS):
        check.add(OURS, _time_check())
    return [check]


def _time_check() -> float:
    begin = perf_counter()
    command = [sys.executable, "-m", "outreachbot", "check", "content.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return perf_counter() - begin
