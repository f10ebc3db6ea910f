"""The styles of pages/graph/styles.py as Plotly draws them, and the colours that mean the same on every page."""

from __future__ import annotations

import plotly.graph_objects as go

from pages.graph.styles import OWN_DARK, OWN_LIGHT, STYLES, StyleSheet

BY_KEY = {style.key: style for style in STYLES}

# Ticks of a time axis: what changes on the first line, the day or the year under it where it begins.
TIME_TICKS = [
    {"dtickrange": [None, 60_000], "value": "%H:%M:%S\n%-d %b"},
    {"dtickrange": [60_000, 86_400_000], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [86_400_000, "M1"], "value": "%-d %b\n%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b\n%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]

# What means the same on every page: (light, dark); string 2 has its own tint.
MEANINGS = {
    "sun": ("#b06a00", "#f2b03d"),
    "sun-2": ("#8f5200", "#ffd58a"),
    "battery": ("#0b7a70", "#45c9b6"),
    "load": ("#5a50c4", "#a9a1ff"),
    "heat": ("#bd3a1b", "#ff9270"),
    "night": ("rgba(40, 52, 70, 0.045)", "rgba(150, 175, 220, 0.08)"),
}
# A colour sensor's fields are drawn in what they measure.
TINTS = ("red", "green", "blue", "clear")
MEANINGS |= {
    "red": MEANINGS["heat"],
    "green": (OWN_LIGHT.colors[3], OWN_DARK.colors[3]),
    "blue": (OWN_LIGHT.colors[1], OWN_DARK.colors[1]),
    "clear": (OWN_LIGHT.colors[4], OWN_DARK.colors[4]),
}


def style_sheet(style: str, theme: str) -> StyleSheet:
    """The sheet of a style; the site's own, which any unknown style is, follows the theme, `light` or `dark`."""
    row = BY_KEY.get(style, STYLES[0])
    return row.dark if row.dark is not None and theme == "dark" else row.light


def is_own(style: str) -> bool:
    """Whether a style is the site's own, in which a colour has a meaning."""
    return BY_KEY.get(style, STYLES[0]) is STYLES[0]


def meaning(name: str, theme: str) -> str:
    """The colour that means the sun, the battery, the load, warmth or the night."""
    return MEANINGS[name][1 if theme == "dark" else 0]


def template(style: str, theme: str) -> go.layout.Template:
    """The Plotly template of a style."""
    sheet = style_sheet(style, theme)
    axis = {
        "gridcolor": sheet.grid or None,
        "gridwidth": sheet.grid_width,
        "griddash": sheet.grid_dash,
        "linecolor": sheet.frame or None,
        "linewidth": sheet.frame_width,
        "showline": bool(sheet.frame),
        "mirror": "all" if sheet.frame else False,  # around every panel
        "ticks": sheet.ticks,
        "ticklen": sheet.tick_length,
        "tickcolor": sheet.frame or sheet.ink,
        "tickfont": {"color": sheet.quiet or sheet.ink, "size": sheet.size},
        "title": {"font": {"size": sheet.size, "color": sheet.ink}, "standoff": 12},
        "zeroline": False,
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "colorway": list(sheet.colors),
            "paper_bgcolor": sheet.paper,
            "plot_bgcolor": sheet.plot,
            "font": {"family": sheet.font, "size": sheet.size, "color": sheet.ink},
            "title": {"font": {"size": sheet.title_size, "weight": 600}, "x": 0, "xanchor": "left"},
            "xaxis": {**axis, "showgrid": bool(sheet.grid) and sheet.second_grid},
            "yaxis": {**axis, "showgrid": bool(sheet.grid)},
            "legend": {"font": {"size": sheet.size}},
            "hoverlabel": {"font": {"family": sheet.font, "size": 13}},
        },
        data={"scatter": [{"line": {"width": sheet.line}, "marker": {"size": sheet.marker}}]},
    )
