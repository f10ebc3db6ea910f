"""The names of lines at their right ends, pushed apart where lines end close to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from callbacks.common.lines import Numbers

LABEL_SPACING = 17

End = tuple[str, float, str]  # the name of a line, its last value and its colour


def line_end(name: str, values: Numbers, color: str) -> list[End]:
    """The end of a line; empty when it has no value."""
    finite = values[np.isfinite(values)]
    return [(name, float(finite[-1]), color)] if len(finite) else []


def end_labels(
    ends: Iterable[End],
    axis: str,
    axis_range: Sequence[float],
    pixels: float,
    spacing: float = LABEL_SPACING,
    lowest: float = -np.inf,
) -> list[dict[str, Any]]:
    """Plotly's annotations, from the lowest up; `pixels` is the height of the panel, `lowest` the first free one."""
    low, high = axis_range
    annotations = []
    for name, value, color in sorted(ends, key=lambda end: end[1]):
        height = (value - low) / ((high - low) or 1) * pixels
        place = max(height, lowest)
        lowest = place + spacing
        annotations.append(
            {
                "text": name,
                "font": {"color": color},
                "xref": "paper",
                "x": 1,
                "xanchor": "left",
                "xshift": 6,
                "yref": axis,
                "y": value,
                "yshift": place - height,
                "showarrow": False,
            }
        )
    return annotations
