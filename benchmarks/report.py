"""Reports the results: a table for people, a JSON file for programs."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure

FILE = Path(__file__).parent / "results.json"
LOAD = round(os.getloadavg()[0], 2)  # at import, so that the benchmark's own load does not count
VERDICTS = {True: "[green]reached[/]", False: "[bold red]missed[/]", None: ""}


def describe_machine() -> dict[str, Any]:
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cores": os.cpu_count(),
        "load_before": LOAD,
    }


def show(measures: Sequence[Measure], seconds: float) -> None:
    console = Console(width=None if Console().is_terminal else 120)
    title = "{python}, {cores} cores, load before {load_before}, {platform}".format(**describe_machine())
    table = Table(title=f"{title}; {seconds:.0f} s", title_justify="left")
    for name in ("case", "measure", "contestant"):
        table.add_column(name)
    for name in ("median", "from–to", "ours is"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("goal", no_wrap=True)
    table.add_column("", no_wrap=True)
    for measure in measures:
        for row in _rows(measure):
            table.add_row(*row)
        table.add_section()
    console.print(table)
    for measure in measures:
        for goal in measure.goals:
            if measure.is_reached(goal) is False:
                console.print(f"[bold red]MISSED: {measure.case}, {measure.what}: {_describe_miss(measure, goal)}[/]")


def _describe_miss(measure: Measure, goal: Goal) -> str:
    target = goal.describe(measure.unit)
    if goal.ratio_to is None:
        return f"{_format_number(measure.median(OURS))} {measure.unit}".strip() + f", the goal is {target}"
    return f"{measure.ratio(goal.ratio_to) or 0:.2f}× {goal.ratio_to}, the goal is {target}"


def _rows(measure: Measure) -> Iterable[tuple[str, ...]]:
    for number, (name, samples) in enumerate(measure.samples.items()):
        ratio = measure.ratio(name)
        goals = measure.goals_for(name)
        yield (
            measure.case if number == 0 else "",
            measure.what if number == 0 else "",
            f"[bold]{name}[/]" if name == OURS else name,
            f"{_format_number(measure.median(name))} {measure.unit}",
            f"{_format_number(min(samples))}–{_format_number(max(samples))}" if len(samples) > 1 else "",
            f"{ratio:.2f}×" if ratio is not None else "",
            "\n".join(goal.describe(measure.unit) for goal in goals),
            "\n".join(VERDICTS[measure.is_reached(goal)] for goal in goals),
        )


def _format_number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def write(measures: Sequence[Measure], seconds: float, *, quick: bool) -> None:
    header = {"machine": describe_machine(), "quick": quick, "seconds": round(seconds, 1)}
    FILE.write_text(
        json.dumps(header | {"measures": list(map(_measure_json, measures))}, indent=2) + "\n", encoding="utf-8"
    )


def _measure_json(measure: Measure) -> dict[str, Any]:
    return {
        "case": measure.case,
        "measure": measure.what,
        "unit": measure.unit,
        "medians": {name: measure.median(name) for name in measure.samples},
        "ours_is_times": {name: measure.ratio(name) for name in measure.samples if name != OURS},
        "goals": [
            {"of": goal.ratio_to or OURS, "goal": goal.describe(measure.unit), "reached": measure.is_reached(goal)}
            for goal in measure.goals
        ],
        "samples": measure.samples,
    }
