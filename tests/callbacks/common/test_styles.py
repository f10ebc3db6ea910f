"""Styles: one style sheet each, none like another."""

from __future__ import annotations

import itertools

import pytest

from callbacks.common import styles
from pages.graph.form import STYLE_NAMES
from pages.graph.styles import STYLES


def test_every_style_has_a_key_and_a_name_of_its_own() -> None:
    assert len(STYLES) == len(STYLE_NAMES) == len(set(STYLE_NAMES.values()))


def test_no_style_looks_like_another() -> None:
    drawn = {style: styles.template(style, "light").to_plotly_json() for style in STYLE_NAMES}
    # `fast` is matplotlib's default style, as it is there.
    assert [pair for pair in itertools.combinations(drawn, 2) if drawn[pair[0]] == drawn[pair[1]]] == []


@pytest.mark.parametrize(
    ("style", "paper", "first"),
    [
        ("fivethirtyeight", "#f0f0f0", "#008fd5"),
        ("dark_background", "#000000", "#8dd3c7"),
        ("ggplot", "#ffffff", "#E24A33"),
        ("Solarize_Light2", "#FDF6E3", "#268BD2"),
        ("classic", "#bfbfbf", "#0000ff"),
    ],
)
def test_a_style_has_the_colours_of_matplotlib(style: str, paper: str, first: str) -> None:
    layout = styles.template(style, "light").layout
    assert (layout.paper_bgcolor, layout.colorway[0]) == (paper, first)


def test_only_our_own_style_follows_the_theme() -> None:
    different = [style for style in STYLE_NAMES if styles.template(style, "light") != styles.template(style, "dark")]
    assert different == ["arboretum"]


@pytest.mark.parametrize("style", list(STYLE_NAMES))
def test_every_colour_can_be_made_faint(style: str) -> None:
    assert [color for color in styles.style_sheet(style, "dark").colors if len(color) != 7 or color[0] != "#"] == []
