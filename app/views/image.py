"""/BMS/serverside: the battery manager's graph as an image that is drawn here, for each request, and kept nowhere."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ServiceUnavailable

from app.audience import Audience, audience
from app.security.identity import viewer
from app.services import parts
from app.views.image_form import UNITS, ImageForm, read_form
from callbacks.common.context import Site
from callbacks.graph.controls import field_text, selection
from callbacks.graph.view import GraphView, Question, ends, view
from callbacks.image.figure import FORMATS, SIZES, image_file, pixels
from callbacks.image.image import KIND, MOST_VALUES, elsewhere, image_drawing, rows
from data import catalogue
from data.errors import BusyError, RangeError
from data.ranges import zone_named
from pages.graph.form import IMAGE_PAGE, OWN_STYLE, QUICK_RANGES, query_from_values

images = Blueprint("images", __name__)

THEMES = ("light", "dark")
RETRY_AFTER_SECONDS = 5
# An image runs nothing, wherever it is opened.
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def looked_up(given: MultiDict[str, str], filled: bool = False) -> tuple[ImageForm, GraphView | None]:
    """The form with the errors of its fields, and the graph to show; None when there are errors."""
    config, now = parts().config, datetime.now(UTC)
    site = Site(config.site_name, zone_named(config.site_timezone))
    form = read_form(given, field_text(now, site.zone), filled)
    values = form.values()
    if form.validate():
        with parts().sessions() as session:
            shown = view(Question(KIND, values, viewer(), site), session, now)
        form.say(shown.errors)
        form.keep(shown.values, shown.subject.choice.options)
        return form, shown if shown.window is not None else None
    selected = selection(values, now, site.zone, [])
    form.say({name: words for name, words in selected.errors.items() if not form[name].errors})
    form.keep(ends(values, selected, site), [])
    return form, None


@images.route(IMAGE_PAGE, methods=("GET", "POST"))
@audience(Audience.VISITORS)
def page() -> str:
    """The form and the image; an address with the fields shows the same."""
    filled = request.method == "POST"
    form, shown = looked_up(request.form if filled else request.args, filled)
    values = form.values()
    query = query_from_values(KIND, values) if shown is not None else ""
    lines = shown.lines if shown is not None else ()
    return render_template(
        "image.html",
        form=form,
        shown=shown,
        rows=rows(lines),
        elsewhere=elsewhere(shown) if shown is not None and not lines else None,
        image=image_addresses(query),
        link=IMAGE_PAGE + query,
        graph="/BMS" + query,
        units=[(key, catalogue.metric(key).label) for key in UNITS],
        chosen=[catalogue.metric(key).label for key in values["units"] if key in UNITS],
        most_values=MOST_VALUES,
        ranges=QUICK_RANGES,
        range=values["range"],
        themed=values["style"] == OWN_STYLE,
        pixels={name: pixels(lines, size) for name, size in SIZES.items()},
    )


def image_addresses(query: str) -> dict[str, str]:
    """Where the image is: as `wide`, `wide_dark`, `phone`, `phone_dark` for the page, as `png` and `svg` to take."""

    def address(kind: str, **more: str) -> str:
        fields = "&".join(f"{name}={value}" for name, value in more.items())
        together = "&".join(part for part in (query.removeprefix("?"), fields) if part)
        return f"{IMAGE_PAGE}.{kind}" + (f"?{together}" if together else "")

    return {
        "wide": address("png"),
        "wide_dark": address("png", theme="dark"),
        "phone": address("png", size="phone"),
        "phone_dark": address("png", size="phone", theme="dark"),
        "png": address("png"),
        "svg": address("svg"),
    }


@images.get(f"{IMAGE_PAGE}.png", endpoint="png")
@audience(Audience.VISITORS)
def png() -> Response:
    """The image in pixels, two for each of a page."""
    return file_of("png")


@images.get(f"{IMAGE_PAGE}.svg", endpoint="svg")
@audience(Audience.VISITORS)
def svg() -> Response:
    """The image in lines."""
    return file_of("svg")


def file_of(kind: str) -> Response:
    """The image that the address asks for, as a file of that kind.

    Raises RangeError with what is wrong with the address; 503 when too many images are being drawn.
    """
    theme, size = choice("theme", THEMES), choice("size", tuple(SIZES))
    form, shown = looked_up(request.args)
    if shown is None or shown.window is None:
        raise RangeError(" ".join(form.wrong()))
    config, values = parts().config, form.values()
    # matplotlib notes the fonts of the machine once; it wants a folder of its own for that.
    os.environ.setdefault("MPLCONFIGDIR", str(config.data_dir / "matplotlib"))
    try:
        drawn = image_file(
            kind,
            shown.lines,
            image_drawing(values, theme),
            shown.window,
            zone_named(config.site_timezone),
            size,
            shown.sentence,
        )
    except BusyError as busy:
        raise ServiceUnavailable(str(busy), retry_after=RETRY_AFTER_SECONDS) from busy
    answer = Response(drawn, mimetype=FORMATS[kind])
    answer.headers["Content-Disposition"] = f'inline; filename="{file_name(values)}.{kind}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = IMAGE_POLICY
    return answer


def choice(name: str, choices: tuple[str, ...]) -> str:
    """The value of that parameter in the address, the first choice by default; RangeError for an unknown value."""
    value = request.args.get(name, choices[0])
    if value not in choices:
        raise RangeError(f"{name} is one of: {', '.join(choices)}.")
    return value


def file_name(values: dict[str, Any]) -> str:
    """The name of the file, made of its metrics."""
    return "-".join(["arboretum", *values["units"][:3]])
