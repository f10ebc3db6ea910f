"""The styles of an image in matplotlib's settings, which belong to the whole process: one image at a time."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callbacks.common.styles import style_sheet
from data.errors import BusyError
from pages.graph.styles import TRANSPARENT

FONTS = Path(__file__).parents[2] / "app" / "assets" / "vendor" / "inter"
POINT = 0.75  # of a pixel of a page
# What any image has, whatever its style: nobody's `$` is a formula, and the same image is the same bytes.
ALWAYS: dict[str, Any] = {
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": True,
    "axes.autolimit_mode": "data",
    "path.simplify": True,
    "savefig.bbox": None,
    "svg.hashsalt": "arboretum",
    "svg.fonttype": "path",
}
MOST_AT_ONCE = 3  # one is drawn and two wait: the other threads of a worker stay free
MOST_SECONDS = 10.0

_queue = threading.BoundedSemaphore(MOST_AT_ONCE)
_settings = threading.Lock()


@contextmanager
def styled(style: str, theme: str) -> Iterator[None]:
    """matplotlib in that style, for this thread alone.

    Raises BusyError when others draw for too long, or too many wait.
    """
    if not _queue.acquire(blocking=False):
        raise BusyError("Too many images are being drawn: ask again in a few seconds.")
    try:
        if not _settings.acquire(timeout=MOST_SECONDS):
            raise BusyError("Another image takes long to draw: ask again in a few seconds.")
        try:
            with _in_style(style, theme):
                yield
        finally:
            _settings.release()
    finally:
        _queue.release()


@contextmanager
def _in_style(style: str, theme: str) -> Iterator[None]:
    from matplotlib import style as sheets

    sheet = matplotlib_name(style)
    chosen: Any = sheet if sheet in sheets.available else settings(style, theme)
    with warnings.catch_warnings(), sheets.context([chosen, ALWAYS], after_reset=True):
        # A letter the type lacks is a box, and labels that leave no room for the plot are the reader's own.
        warnings.filterwarnings("ignore", category=UserWarning, module="callbacks")
        yield


def matplotlib_name(style: str) -> str:
    """What matplotlib calls a style of the form."""
    return style.replace("seaborn", "seaborn-v0_8", 1)


def settings(style: str, theme: str) -> dict[str, Any]:
    """A style that matplotlib does not have, such as the site's own, as matplotlib's settings."""
    row = style_sheet(style, theme)
    size = row.size * POINT
    return {
        "font.family": [*_inter(), "DejaVu Sans"],
        "font.size": size,
        "text.color": row.ink,
        "figure.facecolor": row.ground or row.paper,
        "axes.facecolor": "none" if row.plot == TRANSPARENT else row.plot,
        "axes.edgecolor": row.frame or row.grid or row.ink,
        "axes.labelcolor": row.ink,
        "axes.labelsize": size,
        "axes.labelpad": 9,
        "axes.linewidth": row.frame_width * POINT,
        "axes.titlelocation": "left",
        "axes.titlesize": row.title_size * POINT,
        "axes.titleweight": "bold",
        "axes.titlepad": 14,
        "axes.grid": bool(row.grid),
        "axes.grid.axis": "both" if row.second_grid else "y",
        "axes.axisbelow": True,
        **{f"axes.spines.{side}": bool(row.frame) for side in ("left", "right", "top", "bottom")},
        "grid.color": row.grid or row.ink,
        "grid.linewidth": row.grid_width * POINT,
        "grid.linestyle": "--" if row.grid_dash == "dash" else "-",
        "lines.linewidth": row.line * POINT,
        "lines.markersize": row.marker * POINT,
        "lines.solid_joinstyle": "round",
        "legend.frameon": False,
        "legend.fontsize": size,
        **{f"{axis}tick.color": row.quiet or row.ink for axis in "xy"},
        **{f"{axis}tick.direction": "in" if row.ticks == "inside" else "out" for axis in "xy"},
        **{f"{axis}tick.labelsize": size for axis in "xy"},
        **{f"{axis}tick.major.size": row.tick_length * POINT if row.ticks else 0 for axis in "xy"},
        **{f"{axis}tick.major.pad": 7 for axis in "xy"},
    }


def _inter() -> list[str]:
    """The site's type, as matplotlib knows it from now on."""
    from matplotlib import font_manager

    present = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(str(path) for path in FONTS.glob("*.ttf")):
        if path not in present:
            font_manager.fontManager.addfont(path)
    return ["Inter"]
