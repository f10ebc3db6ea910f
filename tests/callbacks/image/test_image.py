"""An image is the graph: its numbers, its gaps, its words, in every style, for each who asks alone."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib.colors import to_hex

from callbacks.common import styles
from callbacks.common.lines import Line
from callbacks.graph.figure import Drawing
from callbacks.image import styles as image_styles
from callbacks.image.figure import FORMATS, SIZES, image_figure, image_file, pixels, wrapped
from callbacks.image.styles import MOST_AT_ONCE, styled
from callbacks.image.ticks import time_ticks, value_ticks
from data.errors import BusyError
from pages.graph.form import MARKERS, OWN_STYLE, STYLE_NAMES
from pages.graph.styles import STYLES, TRANSPARENT, Style, StyleSheet
from tests.callbacks.frames import SITE, made, window

PLAIN = Drawing(style=OWN_STYLE, theme="light")
LENGTH = 144
COULOMBS: list[float | None] = [(700 + 150 * math.sin(n / 22)) * 1000 for n in range(LENGTH)]
COULOMBS[60:70] = [None] * 10
COULOMBS[100] = COULOMBS[102] = None
HOSTILE = (
    "$",
    "$x^2$ and $y$",
    "\\frac{1}{0}",
    "\\",
    "100 % {x} %(y)s %",
    "<b>&amp;</b>",
    "--> ]]> <script>",
    "電池 🔋 батарея",
    "x" * 120,
    "'\"`;",
)


@pytest.fixture(scope="module")
def charge() -> Line:
    """A day of battery charge with a gap, and a reading that stands alone."""
    return made("battery_charge", COULOMBS, spread=9000)


def figure(lines: list[Line], drawing: Drawing = PLAIN, size: str = "wide") -> Any:
    """The figure that an image is made of."""
    with styled(drawing.style, drawing.theme):
        return image_figure(lines, drawing, window(LENGTH), SITE, SIZES[size], "Nothing.")


def drawn(lines: list[Line], drawing: Drawing = PLAIN, kind: str = "png", size: str = "wide") -> bytes:
    """The file."""
    return image_file(kind, lines, drawing, window(LENGTH), SITE, size, "Battery Charge 194.4 Ah.")


def dots(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])  # type: ignore[return-value]


def test_the_numbers_drawn_are_those_of_the_line_and_a_gap_is_a_gap(charge: Line) -> None:
    (axes,) = figure([charge]).axes
    (line,) = axes.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), charge.value)
    np.testing.assert_array_equal(line.get_xdata(), charge.at.astype("datetime64[ms]"))
    assert np.isnan(line.get_ydata()).sum() == 1  # an hour and a half is a gap; a bucket without a sample is none
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("Battery Charge (Ah)", "Time, America/Los_Angeles")


def test_a_reading_between_two_gaps_is_a_dot() -> None:
    values: list[float | None] = [3.6e5] * 20
    values[5:10] = values[11:16] = [None] * 5
    line, alone = figure([made("battery_charge", values)]).axes[0].get_lines()
    assert list(alone.get_ydata()) == [100.0]
    assert np.isnan(line.get_ydata()).sum() == 2


def test_the_band_reaches_from_the_smallest_to_the_largest(charge: Line) -> None:
    (band,) = figure([charge]).axes[0].collections
    heights = np.concatenate([path.vertices[:, 1] for path in band.get_paths()])
    assert charge.low is not None
    assert charge.high is not None
    assert (heights.min(), heights.max()) == (np.nanmin(charge.low), np.nanmax(charge.high))


def test_values_of_other_units_have_a_panel_of_their_own_and_names_where_one_has_several(charge: Line) -> None:
    cells = [made(f"cell_{n}_voltage", [3.2 + n / 10] * LENGTH) for n in (1, 2)]
    made_of = figure([charge, *cells])
    assert [axes.get_ylabel() for axes in made_of.axes] == ["Battery Charge (Ah)", "Voltage (V)"]
    (legend,) = made_of.legends
    assert [text.get_text() for text in legend.get_texts()] == ["Cell 1 Voltage", "Cell 2 Voltage"]
    assert not figure([charge]).legends


def test_a_state_is_steps_with_its_words() -> None:
    (axes,) = figure([made("charging_stage", [0.0, 2.0, 2.0, 0.0])]).axes
    assert axes.get_lines()[0].get_drawstyle() == "steps-post"
    words = [label.get_text() for label in axes.get_yticklabels()]
    assert len(words) == 2
    assert all(word and not word.replace(".", "").isdecimal() for word in words)


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_every_style_draws_on_every_size(charge: Line, style: str) -> None:
    long = replace(PLAIN, style=style, title="A long title " * 9, ylabel="A long name of the axis " * 2)
    for size in SIZES:
        width, height = pixels([charge], SIZES[size])
        assert dots(drawn([charge], long, size=size)) == (2 * width, 2 * height)


def test_a_style_of_large_type_is_drawn_smaller_for_a_phone(charge: Line) -> None:
    large, usual = (figure([charge], replace(PLAIN, style=style), "phone") for style in ("seaborn-poster", "fast"))
    assert large.get_figwidth() > 1.5 * usual.get_figwidth()
    assert dots(drawn([charge], replace(PLAIN, style="seaborn-poster"), size="phone"))[0] == 780


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.key)
def test_a_row_of_styles_has_the_grounds_that_matplotlib_draws(charge: Line, style: Style) -> None:
    drawn = figure([charge], replace(PLAIN, style=style.key))
    sheet = style.light
    assert to_hex(drawn.get_facecolor()) == (sheet.ground or sheet.paper).lower()
    assert to_hex(drawn.axes[0].get_facecolor(), keep_alpha=True)[:7] == (
        "#000000" if sheet.plot == TRANSPARENT else sheet.plot.lower()
    )


def test_a_style_that_matplotlib_does_not_have_is_drawn_as_its_row_says(
    charge: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = StyleSheet(colors=("#123456",), paper="#fedcba", plot="#eeeeee", frame="#010203", grid="#cccccc")
    monkeypatch.setitem(styles.BY_KEY, "a new one", Style("a new one", sheet))
    drawn = figure([charge], replace(PLAIN, style="a new one"))
    (axes,) = drawn.axes
    assert (to_hex(drawn.get_facecolor()), to_hex(axes.get_facecolor())) == (sheet.paper, sheet.plot)
    assert (axes.get_lines()[0].get_color(), to_hex(axes.spines["top"].get_edgecolor())) == ("#123456", sheet.frame)


@pytest.mark.parametrize("marker", MARKERS)
def test_every_marker_draws_and_is_another(charge: Line, marker: str) -> None:
    line = figure([charge], replace(PLAIN, marker=marker)).axes[0].get_lines()[0]
    assert line.get_marker() == marker
    # A pixel is less than the line is wide.
    assert (drawn([charge], replace(PLAIN, marker=marker)) == drawn([charge])) == (marker in ("None", ","))


@pytest.mark.parametrize(
    "change",
    [
        {"style": "ggplot"},
        {"theme": "dark"},
        {"marker": "o"},
        {"title": "A day"},
        {"xlabel": "Hours"},
        {"ylabel": "Charge"},
        {"tick_format": "%H h"},
        {"tight": True},
        {"logarithmic": True},
    ],
)
def test_every_choice_changes_the_image_and_the_same_choices_are_the_same_bytes(
    charge: Line, change: dict[str, Any]
) -> None:
    for kind in FORMATS:
        other = drawn([charge], replace(PLAIN, **change), kind)
        assert other != drawn([charge], PLAIN, kind)
        assert other == drawn([charge], replace(PLAIN, **change), kind)


def test_titles_and_names_of_axes_are_in_the_image_with_the_unit(charge: Line) -> None:
    (axes,) = figure([charge], replace(PLAIN, title="A day", xlabel="Hours", ylabel="Charge")).axes
    said = [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()]
    assert said == ["A day", "Hours", "Charge (Ah)"]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("style", [OWN_STYLE, "classic"])
def test_a_title_is_words_whatever_it_says(charge: Line, words: str, style: str) -> None:
    drawing = replace(PLAIN, style=style, title=words, xlabel=words, ylabel=words, tick_format=words[:0])
    (axes,) = figure([charge], drawing).axes
    written = (axes.get_title(loc="left") or axes.get_title()).replace("\n", "").replace(" ", "")
    assert written == words.replace(" ", "")
    assert not axes.title.get_parse_math()
    dots(drawn([charge], drawing))
    svg = image_file("svg", [charge], drawing, window(LENGTH), SITE, "wide", words)
    assert {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(svg).iter()}.isdisjoint({"script", "b"})


def test_a_title_that_is_too_long_for_its_lines_ends_in_dots() -> None:
    assert wrapped("one two three four", 9, 1) == "one two …"


def test_a_logarithmic_scale_has_ticks_in_figures_and_leaves_out_what_it_cannot_show() -> None:
    values = [0.0, -5.0, *(float(10**n) for n in range(5))]
    (axes,) = figure([made("total_current", values)], replace(PLAIN, logarithmic=True)).axes
    assert axes.get_yscale() == "log"
    assert np.isnan(axes.get_lines()[0].get_ydata()).sum() == 2
    assert "100" in [label.get_text() for label in axes.get_yticklabels()]
    assert value_ticks(140.0, 160.0, 6, True) == (
        [140.0, 145.0, 150.0, 155.0, 160.0],
        ["140", "145", "150", "155", "160"],
    )


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((3.41, 3.53), ["3.425", "3.450", "3.475", "3.500", "3.525"]),
        ((-20.0, 20.0), ["−20", "−10", "0", "10", "20"]),
        ((0.0, 40000.0), ["0", "10\u202f000", "20\u202f000", "30\u202f000", "40\u202f000"]),
    ],
)
def test_ticks_of_values_tell_neighbours_apart(ends: tuple[float, float], words: list[str]) -> None:
    assert value_ticks(*ends, 5, False)[1] == words


def test_ticks_that_hardly_differ_are_still_told_apart() -> None:
    _, words = value_ticks(1e-3, 1.0000001e-3, 5, False)
    assert len(words) == len(set(words)) > 3


def test_ticks_of_time_name_the_day_where_it_begins_and_follow_a_format() -> None:
    start, end = np.datetime64("2019-12-03T12:00"), np.datetime64("2019-12-04T12:00")
    _, words = time_ticks(start, end, 5, "", 100)
    assert words == ["12:00\n3 Dec", "18:00\n ", "00:00\n4 Dec", "06:00\n ", "12:00\n "]
    assert time_ticks(start, end, 5, "%d.%m. %Hh", 100)[1][0] == "03.12. 12h"
    assert len(time_ticks(start, end, 9, "%A %d %B %Y %H:%M:%S", 100)[1]) <= 3
    assert len(time_ticks(start, end, 9, "%A %d %B %Y %H:%M:%S", 40)[1]) == 1


def test_times_are_those_of_the_site(charge: Line) -> None:
    (axes,) = figure([charge]).axes
    assert axes.get_xticklabels()[0].get_text() == "12:00\n3 Dec"  # 20:00 in Greenwich


def test_no_data_is_said_in_the_image() -> None:
    (axes,) = figure([]).axes
    assert [text.get_text() for text in axes.texts] == ["Nothing."]
    dots(drawn([], size="phone"))


def test_tight_goes_from_the_first_reading_to_the_last(charge: Line) -> None:
    (axes,) = figure([charge], replace(PLAIN, tight=True)).axes
    assert charge.low is not None
    assert axes.get_ylim()[0] == pytest.approx(np.nanmin(charge.low))
    (wide,) = figure([charge]).axes
    assert axes.get_xlim()[1] < wide.get_xlim()[1]


def test_images_drawn_at_once_are_each_as_if_drawn_alone(charge: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_styles, "MOST_SECONDS", 600.0)  # however slow the machine is
    asked = [replace(PLAIN, style=style, title=style) for style in (OWN_STYLE, "ggplot", "dark_background") * 4]
    alone = [drawn([charge], one) for one in asked[:3]] * 4
    with ThreadPoolExecutor(MOST_AT_ONCE) as together:
        assert list(together.map(lambda one: drawn([charge], one), asked)) == alone


@pytest.fixture
def drawing_elsewhere() -> Iterator[None]:
    """Somebody else's image, which takes its time."""
    with ThreadPoolExecutor(1) as other:
        held = styled(OWN_STYLE, "light")
        other.submit(held.__enter__).result()
        yield
        other.submit(held.__exit__, None, None, None).result()


def test_who_waits_too_long_for_another_image_is_told_so(
    drawing_elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_styles, "MOST_SECONDS", 0.01)
    with pytest.raises(BusyError, match="takes long"), styled(OWN_STYLE, "light"):
        pass


def test_a_queue_of_images_ends(drawing_elsewhere: None) -> None:
    places = MOST_AT_ONCE - 1
    for _ in range(places):
        assert image_styles._queue.acquire(blocking=False)
    with pytest.raises(BusyError, match="Too many"), styled(OWN_STYLE, "light"):
        pass
    image_styles._queue.release(places)


def test_the_settings_of_matplotlib_are_afterwards_what_they_were(charge: Line) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawn([charge], replace(PLAIN, style="seaborn-poster"))
    assert dict(matplotlib.rcParams) == before


def test_an_image_of_another_zone_says_so(charge: Line) -> None:
    with styled(OWN_STYLE, "light"):
        made_of = image_figure([charge], PLAIN, window(LENGTH), ZoneInfo("UTC"), SIZES["wide"])
    assert made_of.axes[0].get_xlabel() == "Time, UTC"
