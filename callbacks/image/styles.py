"""The styles of a picture in matplotlib's settings, which belong to the whole process: one picture at a time."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callbacks.common import styles as looks
from data.errors import BusyError

FONTS = Path(__file__).parents[2] / "app" / "assets" / "vendor" / "inter"
PAPERS = {"light": "#faf8f2", "dark": "#12191b"}  # of the site's pages
POINT = 0.75  # of a pixel of a page
# What any picture has, whatever its style: nobody's `$` is a formula, and the same picture is the same bytes.
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
def styled(style: str, theme: str, most_seconds: float = MOST_SECONDS) -> Iterator[None]:
    """matplotlib in that style, for this thread alone.

    Raises BusyError when others draw for too long, or too many wait.
    """
    if not _queue.acquire(blocking=False):
        raise BusyError("Too many pictures are being drawn: ask again in a few seconds.")
    try:
        if not _settings.acquire(timeout=most_seconds):
            raise BusyError("Another picture takes long to draw: ask again in a few seconds.")
        try:
            with _in_style(style, theme):
                yield
        finally:
            _settings.release()
    finally:
        _queue.release()


@contextmanager
def _in_style(style: str, theme: str) -> Iterator[None]:
    from matplotlib import style as styles

    sheets = [own(theme)] if style not in looks.LOOKS else [matplotlib_name(style)]
    with warnings.catch_warnings(), styles.context([*sheets, ALWAYS], after_reset=True):
        # A letter the type lacks is a box, and labels that leave no room for the plot are the reader's own.
        warnings.filterwarnings("ignore", category=UserWarning, module="callbacks")
        yield


def matplotlib_name(style: str) -> str:
    """What matplotlib calls a style of the form."""
    return style.replace("seaborn", "seaborn-v0_8", 1)


def own(theme: str) -> dict[str, Any]:
    """The site's own look as matplotlib's settings."""
    look = looks.look("", theme)
    size = look.size * POINT
    return {
        "font.family": [*_inter(), "DejaVu Sans"],
        "font.size": size,
        "text.color": look.ink,
        "figure.facecolor": PAPERS[theme],
        "axes.facecolor": "none",
        "axes.edgecolor": look.grid,
        "axes.labelcolor": look.ink,
        "axes.labelsize": size,
        "axes.labelpad": 9,
        "axes.titlelocation": "left",
        "axes.titlesize": look.title_size * POINT,
        "axes.titleweight": "bold",
        "axes.titlepad": 14,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.spines.bottom": False,
        "grid.color": look.grid,
        "grid.linewidth": look.grid_width * POINT,
        "lines.linewidth": look.line * POINT,
        "lines.markersize": look.marker * POINT,
        "lines.solid_joinstyle": "round",
        "legend.frameon": False,
        "legend.fontsize": size,
        **{f"{axis}tick.color": look.quiet for axis in "xy"},
        **{f"{axis}tick.labelsize": size for axis in "xy"},
        **{f"{axis}tick.major.size": 0 for axis in "xy"},
        **{f"{axis}tick.major.pad": 7 for axis in "xy"},
    }


def _inter() -> list[str]:
    """The site's type, as matplotlib knows it from now on."""
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(str(path) for path in FONTS.glob("*.ttf")):
        if path not in known:
            font_manager.fontManager.addfont(path)
    return ["Inter"]
