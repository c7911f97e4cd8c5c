"""Says the results: one table for people, one file for programs."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contestants import OURS
from benchmarks.measures import Measure

FILE = Path(__file__).parent / "results.json"
LOAD = round(os.getloadavg()[0], 2)  # before we began: what else ran on this machine
VERDICTS = {True: "[green]reached[/]", False: "[bold red]missed[/]", None: ""}


def machine() -> dict[str, Any]:
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cores": os.cpu_count(),
        "load_before": LOAD,
    }


def show(measures: Sequence[Measure], seconds: float) -> None:
    console = Console(width=None if Console().is_terminal else 120)
    title = "{python}, {cores} cores, load before {load_before}, {platform}".format(**machine())
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
        if measure.is_reached is False:
            console.print(f"[bold red]MISSED: {measure.case}, {measure.what}: {_verdict_words(measure)}[/]")


def _verdict_words(measure: Measure) -> str:
    assert measure.goal is not None
    wanted = measure.goal.words(measure.unit)
    if measure.goal.ratio_to is None:
        return f"{_number(measure.median(OURS))} {measure.unit}, the goal is {wanted}"
    return f"{measure.ratio(measure.goal.ratio_to):.2f}× {measure.goal.ratio_to}, the goal is {wanted}"


def _rows(measure: Measure) -> Iterable[tuple[str, ...]]:
    for number, (name, samples) in enumerate(measure.samples.items()):
        ours = name == OURS
        ratio = measure.ratio(name)
        yield (
            measure.case if number == 0 else "",
            measure.what if number == 0 else "",
            f"[bold]{name}[/]" if ours else name,
            f"{_number(measure.median(name))} {measure.unit}",
            f"{_number(min(samples))}–{_number(max(samples))}" if len(samples) > 1 else "",
            f"{ratio:.2f}×" if ratio is not None else "",
            measure.goal.words(measure.unit) if ours and measure.goal else "",
            VERDICTS[measure.is_reached] if ours else "",
        )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def write(measures: Sequence[Measure], seconds: float, *, quick: bool) -> None:
    made = {"machine": machine(), "quick": quick, "seconds": round(seconds, 1)}
    FILE.write_text(json.dumps(made | {"measures": list(map(_json, measures))}, indent=2) + "\n", encoding="utf-8")


def _json(measure: Measure) -> dict[str, Any]:
    return {
        "case": measure.case,
        "measure": measure.what,
        "unit": measure.unit,
        "medians": {name: measure.median(name) for name in measure.samples},
        "ours_is_times": {name: measure.ratio(name) for name in measure.samples if name != OURS},
        "goal": measure.goal.words(measure.unit) if measure.goal else None,
        "reached": measure.is_reached,
        "samples": measure.samples,
    }
