"""The colours of the style sheet: text and marks stand out from their ground, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).parents[2] / "app" / "assets" / "view" / "arboretum.css"
TEXT = (
    ("ink", "paper"),
    ("ink", "raised"),
    ("ink", "sunk"),
    ("ink", "accent-wash"),
    ("ink-2", "paper"),
    ("ink-2", "raised"),
    ("ink-2", "sunk"),
    ("accent", "paper"),
    ("accent-ink", "accent"),
    ("attention", "paper"),
    ("attention", "attention-wash"),
    ("ink", "attention-wash"),
    ("alarm", "paper"),
    ("alarm", "alarm-wash"),
    ("ink", "alarm-wash"),
    ("nodata", "nodata-wash"),
    ("nodata", "paper"),
    ("ink", "nodata-wash"),
)
MARKS = (
    ("edge", "paper"),
    ("edge", "raised"),
    ("accent", "raised"),
    ("sun", "paper"),
    ("sun-2", "paper"),
    ("battery", "paper"),
    ("load", "paper"),
    ("heat", "paper"),
)


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme, by name."""
    block = re.search(rf'data-bs-theme="{theme}"\] \{{(.*?)\}}', SHEET.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--arb-([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(theme: str) -> None:
    known = tokens(theme)
    assert {
        pair: round(contrast(known[pair[0]], known[pair[1]]), 2)
        for pair in TEXT
        if contrast(known[pair[0]], known[pair[1]]) < 4.5
    } == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_and_edges_stand_out_from_their_ground(theme: str) -> None:
    known = tokens(theme)
    assert {
        pair: round(contrast(known[pair[0]], known[pair[1]]), 2)
        for pair in MARKS
        if contrast(known[pair[0]], known[pair[1]]) < 3
    } == {}


def test_both_themes_name_the_same_colours() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
