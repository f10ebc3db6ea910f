"""Numbers, ages, moments and foreign texts as a person reads them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from data.catalogue import Metric

THIN_SPACE = "\u202f"  # the one that does not break a line
MINUS = "\u2212"
NOTHING = "–"
BEYOND_READING = 1e15  # from here on digits say less than the power of ten
LOOKALIKES = str.maketrans({"<": "‹", ">": "›"})


def plain(text: str) -> str:
    """A text of people or devices that Plotly takes for nothing else: it reads tags and templates in every text."""
    return text.translate(LOOKALIKES).replace("%{", "% {")


def number(value: float | None, decimals: int) -> str:
    """Fixed decimals, thin spaces between thousands from 10 000 on, a true minus; `–` where there is no value."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if abs(value) >= BEYOND_READING:
        return f"{value:.4g}".replace("-", MINUS)
    text = f"{abs(value):.{decimals}f}"
    whole, dot, rest = text.partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", THIN_SPACE)
    negative = value < 0 and float(text) != 0
    return f"{MINUS if negative else ''}{whole}{dot}{rest}"


def on_screen(metric: Metric, value: float) -> float:
    """The value in the unit that screens show (coulombs as Ah)."""
    return value * metric.screen_factor


def reading(metric: Metric, value: float | None) -> tuple[str, str]:
    """Number and unit of a reading; a coded state gives its word and no unit."""
    if value is None or not math.isfinite(value):
        return NOTHING, ""
    if metric.codes is not None:
        return metric.codes.name(value) or f"code {value:g}", ""
    if metric.quantity == "switches":
        return switches(round(value)), ""
    return number(on_screen(metric, value), metric.decimals), unit(metric)


def switches(word: int) -> str:
    """Which switches are on, counted from 1 as on the case; bit 0 is the first."""
    on = [str(bit + 1) for bit in range(word.bit_length()) if word >> bit & 1]
    return f"{', '.join(on)} on" if on else "all off"


def unit(metric: Metric) -> str:
    """The unit as written on screens."""
    return unit_words(metric.screen_unit)


def unit_words(text: str) -> str:
    """A unit of the catalogue as written on screens: °C for degC."""
    return {"degC": "°C", "degF": "°F", "ohm": "Ω", "mohm": "mΩ"}.get(text, text)


def with_unit(text: str, unit_text: str) -> str:
    """Number, thin space, unit."""
    return f"{text}{THIN_SPACE}{unit_text}" if unit_text and text != NOTHING else text


def unbroken(words: str) -> str:
    """Words that stay on one line: a string and its number."""
    return words.replace(" ", "\u00a0")


def capitalised(text: str) -> str:
    """The text without spaces around it, its first letter large."""
    text = text.strip()
    return text[:1].upper() + text[1:]


def in_sentence(name: str) -> str:
    """A name inside a sentence: its first letter small, but of an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def span(length: timedelta) -> str:
    """A length of time in one unit: `8 s`, `12 min`, `3 h`, `2 days`; never negative."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 90:
        return f"{seconds}{THIN_SPACE}s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)}{THIN_SPACE}min"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)}{THIN_SPACE}h"
    return f"{round(seconds / 86400)} days"


def ago(length: timedelta) -> str:
    """`8 s ago`."""
    return f"{span(length)} ago"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time of day near `now`, with the day when it is another: `15:40`, `tomorrow 06:10`, `Tue 06:10`."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = local.strftime("%H:%M")
    days = (local.date() - today).days
    if days == 0:
        return clock
    if days == 1:
        return f"tomorrow {clock}"
    if days == -1:
        return f"yesterday {clock}"
    return local.strftime("%a %H:%M") if abs(days) < 6 else local.strftime("%-d %b %Y %H:%M")


def rounded_to(at: datetime, minutes: int) -> datetime:
    """The nearest whole multiple of so many minutes: a forecast is not good to the minute."""
    step = minutes * 60
    return datetime.fromtimestamp(round(at.timestamp() / step) * step, at.tzinfo)


def day_range(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> str:
    """`10 Sep 2018 to 23 Mar 2019`."""
    return f"{start_at.astimezone(zone):%-d %b %Y} to {end_at.astimezone(zone):%-d %b %Y}"
