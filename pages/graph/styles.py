"""The styles of a graph, one row each: the form offers them, Plotly and matplotlib draw them.

Colours, backgrounds, grids, sizes and widths are those of matplotlib's style sheets
(https://matplotlib.org/stable/gallery/style_sheets/style_sheets_reference.html), points taken as pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

TRANSPARENT = "rgba(0,0,0,0)"
INTER = "Inter Variable, system-ui, sans-serif"
DEJAVU = "DejaVu Sans, Verdana, Geneva, sans-serif"
ARIAL = "Arial, Liberation Sans, DejaVu Sans, sans-serif"


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """What a style decides.  No `grid` colour means no grid; `frame` is the colour of the box around a plot, if any;
    `ground` is what lies behind a transparent `paper`, for an image."""

    colors: tuple[str, ...]
    paper: str = "#ffffff"
    ground: str = ""
    plot: str = "#ffffff"
    ink: str = "#000000"
    quiet: str = ""  # tick labels; the ink where empty
    font: str = DEJAVU
    size: float = 13
    title_size: float = 16
    line: float = 2.0
    grid: str = ""
    grid_width: float = 1.0
    grid_dash: str = "solid"
    frame: str = "#000000"
    frame_width: float = 1.0
    ticks: str = "outside"
    tick_length: float = 5
    marker: float = 7
    second_grid: bool = True  # vertical lines too


def _colors(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TAB10 = _colors("#1f77b4 #ff7f0e #2ca02c #d62728 #9467bd #8c564b #e377c2 #7f7f7f #bcbd22 #17becf")
DEEP = ("#4C72B0", "#55A868", "#C44E52", "#8172B2", "#CCB974", "#64B5CD")

# Told apart by readers with any common kind of colour vision; after Okabe and Ito, tuned to each ground for contrast.
# Those with a meaning (MEANINGS) come last: a second value of the battery should not look like the sun.
OWN_LIGHT = StyleSheet(
    colors=("#0b7a70", "#2f7fb8", "#9a3f86", "#5f7a1f", "#6b625a", "#b06a00", "#5a50c4", "#bd3a1b"),
    paper=TRANSPARENT,
    ground="#faf8f2",
    plot=TRANSPARENT,
    ink="#1e2923",
    quiet="#55605a",
    font=INTER,
    title_size=18,
    grid="#e6e0d2",
    frame="",
    ticks="",
    second_grid=False,
)
OWN_DARK = replace(
    OWN_LIGHT,
    colors=("#45c9b6", "#6cb8ee", "#ee8fd6", "#b3cf6a", "#b9b2a6", "#f2b03d", "#a9a1ff", "#ff9270"),
    ground="#12191b",
    ink="#e9ece5",
    quiet="#a5b0aa",
    grid="#28343a",
)


@dataclass(frozen=True, slots=True)
class Style:
    """A row: the key of the address, how to draw it, and how to draw it in the dark where it follows the theme.

    matplotlib has a style sheet for most of these keys, and draws with that; for any other it is set as the row says.
    """

    key: str
    light: StyleSheet
    dark: StyleSheet | None = None
    label: str = ""  # the key where empty

    @property
    def name(self) -> str:
        """What the form calls it."""
        return self.label or self.key


_PLAIN = StyleSheet(colors=TAB10)
_SEABORN = StyleSheet(
    colors=DEEP,
    plot="#EAEAF2",
    ink="#262626",
    font=ARIAL,
    size=12,
    title_size=15,
    line=2.3,
    grid="#ffffff",
    frame="",
    ticks="",
    tick_length=0,
)
_SMOOTH = replace(_PLAIN, tick_length=0, ticks="")
_DARK_INK = replace(_PLAIN, ink="#262626", font=ARIAL, frame="#262626", frame_width=1.3)
_WHITE = replace(_DARK_INK, tick_length=0, ticks="")

# The first is the site's own.
STYLES = (
    Style("arboretum", OWN_LIGHT, OWN_DARK, "Arboretum"),
    Style(
        "bmh",
        label="BMH",
        light=StyleSheet(
            colors=_colors("#348ABD #A60628 #7A68A6 #467821 #D55E00 #CC79A7 #56B4E9 #009E73 #F0E442 #0072B2"),
            plot="#eeeeee",
            grid="#b2b2b2",
            grid_width=0.7,
            grid_dash="dash",
            frame="#bcbcbc",
            line=2.7,
            title_size=19,
            ticks="inside",
        ),
    ),
    Style(
        "classic",
        StyleSheet(
            colors=("#0000ff", "#007f00", "#ff0000", "#00bfbf", "#bf00bf", "#bfbf00", "#000000"),
            paper="#bfbfbf",
            line=1.3,
            size=16,
            title_size=19,
            ticks="inside",
            tick_length=6,
        ),
    ),
    Style(
        "dark_background",
        StyleSheet(
            colors=_colors("#8dd3c7 #feffb3 #bfbbd9 #fa8174 #81b1d2 #fdb462 #b3de69 #bc82bd #ccebc4 #ffed6f"),
            paper="#000000",
            plot="#000000",
            ink="#ffffff",
            frame="#ffffff",
        ),
    ),
    Style("fast", _PLAIN),
    Style(
        "fivethirtyeight",
        StyleSheet(
            colors=("#008fd5", "#fc4f30", "#e5ae38", "#6d904f", "#8b8b8b", "#810f7c"),
            paper="#f0f0f0",
            plot="#f0f0f0",
            grid="#cbcbcb",
            frame="",
            ticks="",
            tick_length=0,
            line=4,
            size=15,
            title_size=22,
            marker=9,
        ),
    ),
    Style(
        "ggplot",
        StyleSheet(
            colors=("#E24A33", "#348ABD", "#988ED5", "#777777", "#FBC15E", "#8EBA42", "#FFB5B8"),
            plot="#E5E5E5",
            ink="#555555",
            grid="#ffffff",
            frame="#ffffff",
            title_size=17,
        ),
    ),
    Style("grayscale", StyleSheet(colors=("#000000", "#666666", "#999999", "#b3b3b3"), paper="#bfbfbf")),
    Style("seaborn-bright", replace(_PLAIN, colors=_colors("#003FFF #03ED3A #E8000B #8A2BE2 #FFC400 #00D7FF"))),
    Style("seaborn-colorblind", replace(_PLAIN, colors=_colors("#0072B2 #009E73 #D55E00 #CC79A7 #F0E442 #56B4E9"))),
    Style("seaborn-dark-palette", replace(_PLAIN, colors=_colors("#001C7F #017517 #8C0900 #7600A1 #B8860B #006374"))),
    Style("seaborn-dark", replace(_SEABORN, colors=TAB10, grid="", size=13, line=2.0)),
    Style("seaborn-darkgrid", replace(_SEABORN, colors=TAB10, size=13, line=2.0)),
    Style("seaborn-deep", replace(_PLAIN, colors=DEEP)),
    Style("seaborn-muted", replace(_PLAIN, colors=_colors("#4878CF #6ACC65 #D65F5F #B47CC7 #C4AD66 #77BEDB"))),
    Style("seaborn-notebook", replace(_SMOOTH, size=12, title_size=14, line=2.3, marker=8)),
    Style("seaborn-paper", replace(_SMOOTH, size=10, title_size=11, line=1.9, frame_width=0.8, marker=6)),
    Style("seaborn-pastel", replace(_PLAIN, colors=_colors("#92C6FF #97F0AA #FF9F9A #D0BBFF #FFFEA3 #B0E0E6"))),
    Style("seaborn-poster", replace(_SMOOTH, size=21, title_size=26, line=4.5, frame_width=2, marker=13)),
    Style("seaborn-talk", replace(_SMOOTH, size=17, title_size=21, line=3.4, frame_width=1.6, marker=10)),
    Style("seaborn-ticks", replace(_DARK_INK, tick_length=8)),
    Style("seaborn-white", _WHITE),
    Style("seaborn-whitegrid", replace(_WHITE, frame="#cccccc", frame_width=1.0, grid="#cccccc")),
    Style("seaborn", _SEABORN),
    Style(
        "Solarize_Light2",
        StyleSheet(
            colors=("#268BD2", "#2AA198", "#859900", "#B58900", "#CB4B16", "#DC322F", "#D33682", "#6C71C4"),
            paper="#FDF6E3",
            plot="#EEE8D5",
            ink="#657b83",
            grid="#FDF6E3",
            frame="#EEE8D5",
            line=2.7,
            title_size=21,
        ),
    ),
    Style(
        "tableau-colorblind10",
        replace(
            _PLAIN,
            colors=_colors("#006BA4 #FF800E #ABABAB #595959 #5F9ED1 #C85200 #898989 #A2C8EC #FFBC79 #CFCFCF"),
        ),
    ),
)
