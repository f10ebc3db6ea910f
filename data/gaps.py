"""Gaps: how far apart a device's readings usually are, when one is missing, and how much of a window was measured.

Every page, route and export judges by these.  Times are milliseconds, stretches of them go from a first to a last
reading with no gap between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low

from data.ranges import TimeRange, to_milliseconds

Stretch = tuple[int, int]

# Two readings may be missed in a row by a weak link, or one be late: only more than that is a gap.
GAP_SPACINGS = 2.5
# Controllers were read every ten minutes for years: those readings are one line, whatever comes between them today.
SHORTEST_GAP = timedelta(minutes=25)
# One reading may be on its way; when the next is due too, the number on the screen asks for attention.
LATE_SPACINGS = 2
# Three readings in a row are not lost by chance: what the device said last is no longer how it stands now.
SILENT_SPACINGS = 3
# A modem that dials again takes minutes: a shorter silence is no news, however often the device speaks.
SHORTEST_SILENCE = timedelta(minutes=10)
# Collectors post every minute: that is expected of a device until its documents show otherwise.
UNKNOWN_SPACING = timedelta(minutes=1)
# The middle one of fewer spacings may be an outage.
FEWEST_SPACINGS = 3
# A controller's log has one record a day, however often it is posted.
DAILY_SPACING = timedelta(days=1)


def usual_spacing(spacings: Sequence[int]) -> timedelta | None:
    """The median of the spacings between neighbouring documents; None when they are too few to tell."""
    return timedelta(milliseconds=median_low(spacings)) if len(spacings) >= FEWEST_SPACINGS else None


def longest_join(spacing: timedelta | None) -> timedelta:
    """The longest time between two readings that is no gap, at a usual spacing; None: it is not known."""
    return max(SHORTEST_GAP, GAP_SPACINGS * spacing) if spacing is not None else SHORTEST_GAP


def late_after(spacing: timedelta) -> timedelta:
    """The age from which on the newest reading is late."""
    return LATE_SPACINGS * spacing


def silent_after(spacing: timedelta) -> timedelta:
    """The age from which on a device is silent, and its newest reading no longer counts as now."""
    return max(SHORTEST_SILENCE, SILENT_SPACINGS * spacing)


def common(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """What lies in a stretch of both; each ascends."""
    shared, place = [], 0
    for start, end in some:
        while place < len(others) and others[place][1] < start:
            place += 1
        ahead = place
        while ahead < len(others) and others[ahead][0] <= end:
            shared.append((max(start, others[ahead][0]), min(end, others[ahead][1])))
            ahead += 1
    return shared


def measured_until(stretches: Sequence[Stretch], now: datetime, longest: timedelta) -> int:
    """Up to when readings can be there: the last one while the next may still come, else `now`."""
    present = to_milliseconds(now)
    last = stretches[-1][1] if stretches else None
    return last if last is not None and 0 <= present - last <= longest // timedelta(milliseconds=1) else present


def coverage(stretches: Sequence[Stretch], window: TimeRange, now: datetime, longest: timedelta) -> float:
    """The part (0 to 1) of the window that lies between readings without a gap.

    The stretches hold all readings up to `now` from `longest` before the window to `longest` after it, so that the
    parts of a window add up.  What cannot have been measured yet is not missing.
    """
    start = to_milliseconds(window.start_at)
    end = min(to_milliseconds(window.end_at), measured_until(stretches, now, longest))
    measured = sum(max(0, min(end, last) - max(start, first)) for first, last in stretches)
    return measured / (end - start) if end > start else 0.0
