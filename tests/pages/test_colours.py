"""The colours of the style sheet: text and marks stand out from their ground, in light and in dark."""

from __future__ import annotations

import pytest

from app.http.static_errors import colors
from callbacks.common.styles import MEANINGS, meaning
from pages.graph.styles import OWN_DARK, OWN_LIGHT, StyleSheet

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
    known = colors(theme)
    assert {
        pair: round(contrast(known[pair[0]], known[pair[1]]), 2)
        for pair in TEXT
        if contrast(known[pair[0]], known[pair[1]]) < 4.5
    } == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_and_edges_stand_out_from_their_ground(theme: str) -> None:
    known = colors(theme)
    assert {
        pair: round(contrast(known[pair[0]], known[pair[1]]), 2)
        for pair in MARKS
        if contrast(known[pair[0]], known[pair[1]]) < 3
    } == {}


def test_both_themes_name_the_same_colours() -> None:
    assert colors("light").keys() == colors("dark").keys()


@pytest.mark.parametrize(("theme", "style"), [("light", OWN_LIGHT), ("dark", OWN_DARK)])
def test_graphs_have_the_colours_of_the_style_sheet(theme: str, style: StyleSheet) -> None:
    sheet = colors(theme)
    drawn = {"ink": style.ink, "ink-2": style.quiet, "paper": style.ground}
    drawn |= {name: meaning(name, theme) for name in MEANINGS if name in sheet}
    assert {"sun", "sun-2", "battery", "load", "heat"} < drawn.keys()
    wrong = {name: color for name, color in drawn.items() if color != sheet[name]}
    assert wrong == {}, "pages/graph/styles.py and callbacks/common/styles.py against app/assets/view/arboretum.css"


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
