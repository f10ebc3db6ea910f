"""One measured number, how it is taken, and the table of all of them."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OUT = Path(__file__).parent / "out" / "bench.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit; `bar` what it should reach, `reference` the plain way beside it, `ratio` to that.

    `peer` is what the best of other programs had, on another day.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    reference: float | None = None
    ratio: float | None = None
    peer: float | None = None


def median_seconds(work: Callable[[], object], runs: int = 7, warm: int = 1) -> float:
    """The median wall time of `work` after some runs that are not counted."""
    for _ in range(warm):
        work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, aligned."""
    width = max((len(figure.name) for figure in figures), default=0)
    lines = []
    for figure in figures:
        bar = f"   bar {figure.bar:g}" if figure.bar is not None else ""
        against = f"   reference {figure.reference:,.2f}" if figure.reference is not None else ""
        ratio = f"   ratio {figure.ratio:.2f}" if figure.ratio is not None else ""
        peer = f"   best peer {figure.peer:,g}" if figure.peer is not None else ""
        lines.append(f"{figure.name:<{width}}  {figure.value:>12,.2f} {figure.unit:<14}{bar}{against}{ratio}{peer}")
    return "\n".join(lines)


def write(figures: Sequence[Figure], path: Path = OUT) -> None:
    """Keep the figures as a list of objects in JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{name: value for name, value in asdict(figure).items() if name != "peer"} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
