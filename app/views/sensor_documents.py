"""Every entry of a sensor as a table, for its owner and administrators: the first site's address, in pages."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import Parameter
from app.routes.routing import HTML, Arguments, Body, Example, route, serve_routes
from app.services import parts
from app.views.document_lists import entry_page, instant_of, rows_of
from app.views.sensors import own_sensor
from data import queries

PAGE = 50
MOST_ROWS = 500  # of one entry; the rest is in the JSON that the page links to


PAGES = {HTML: schemas.of("string", "A page.")}
BEFORE = Parameter(
    "before",
    "Only entries measured before this instant; the link at the foot of a page has it.",
    schemas.of("string", examples=["1575402120000"]),
    loose=True,
)


@route(
    {"sensor_entries": "/sensors/get-data-by-sensor-id/<int:sensor_id>"},
    "Every entry of a sensor, for people",
    Body("A page.", PAGES),
    (BEFORE,),
    others={302: Body("Nobody is logged in: to the login.", PAGES)},
    group="Reading as on the first site",
    strict=False,
    answers_in=HTML,
    example=Example(""),
    audience=Audience.OWNERS,
)
def every_entry(arguments: Arguments) -> Response:
    """A page with a card for each entry, the newest first; 404 for a sensor that is not there or not the user's.

    For its owner and administrators, who log in; programs ask for the device's documents.
    """
    with parts().sessions() as session:
        sensor, owner = own_sensor(session, arguments["sensor_id"])
        device = queries.sensor_device(session, sensor.id)
        page = entry_page(session, device.id, instant_of(arguments["before"] or ""), PAGE)
    cards = []
    for document in page.entries:
        rows = list(rows_of(document.content))
        cards.append((document, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)))
    return make_response(
        render_template(
            "sensor_entries.html",
            sensor=sensor,
            owner=owner.username,
            cards=cards,
            before=page.before,
            first="before" not in request.args,
        )
    )


ROUTES = (every_entry,)
sensor_entries = Blueprint("sensor_entries", __name__)
serve_routes(sensor_entries, ROUTES)
