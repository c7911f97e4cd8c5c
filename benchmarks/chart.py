"""Plots the cost of a calendar check against the number of chats as SVG, with logarithmic axes."""

import math
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 360, 90, 60, 40
LINES = (
    ("nothing due", "#2563eb"),
    ("one chat in ten due at once", "#b45309"),
    ("the same, until all are queued", "#047857"),
)
SHORTEST, LONGEST = 1e-3, 10.0  # seconds


def write(file: Path, costs: Sequence[tuple[int, Sequence[float]]]) -> None:
    """`costs` has the seconds of each line for every number of chats."""
    fewest_chats, most_chats = costs[0][0], costs[-1][0]

    def x(chats: float) -> float:
        return LEFT + (WIDTH - LEFT - 30) * math.log(chats / fewest_chats) / math.log(most_chats / fewest_chats)

    def y(seconds: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * math.log(LONGEST / seconds) / math.log(LONGEST / SHORTEST)

    title = "Cost of a look at the calendar over the number of chats"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        "<style>text { font: 13px sans-serif }</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(round(math.log10(SHORTEST)), round(math.log10(LONGEST)) + 1):
        at, label = y(10.0**power), f"{10.0**power:g} s" if power >= 0 else f"{10.0 ** (power + 3):g} ms"
        parts.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - 30}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    for chats, _ in costs:
        parts.append(f'<text x="{x(chats):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{chats:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 12}" text-anchor="middle">subscribed chats</text>')
    for number, (label, colour) in enumerate(LINES):
        points = " ".join(f"{x(chats):.1f},{y(seconds[number]):.1f}" for chats, seconds in costs)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [
            f'<circle cx="{x(chats):.1f}" cy="{y(seconds[number]):.1f}" r="4" fill="{colour}"/>'
            for chats, seconds in costs
        ]
        parts.append(f'<text x="{LEFT + 10}" y="{TOP - 18 + 18 * number}" fill="{colour}">{label}</text>')
    file.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")
