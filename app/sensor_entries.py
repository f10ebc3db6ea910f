"""Every entry of a sensor as a table, for its owner and administrators: the first site's address, in pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from app.entry_lists import entry_page, instant_of, rows_of
from app.parts import parts
from app.sensor_pages import own_sensor
from data import queries

sensor_entries = Blueprint("sensor_entries", __name__)

PAGE = 50
MOST_ROWS = 500  # of one entry; the rest is in the JSON that the page links to


@sensor_entries.get("/sensors/get-data-by-sensor-id/<int:sensor_id>")
def every_entry(sensor_id: int) -> Any:
    """A card for each entry, the newest first; 404 for a sensor that is not there or not the user's."""
    with parts().sessions() as session:
        sensor, owner = own_sensor(session, sensor_id)
        device = queries.sensor_device(session, sensor.id)
        page = entry_page(session, device.id, instant_of(request.args.get("before", "")), PAGE)
    cards = []
    for one in page.entries:
        rows = list(rows_of(one.content))
        cards.append((one, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)))
    return render_template(
        "sensor_entries.html",
        sensor=sensor,
        owner=owner.username,
        cards=cards,
        before=page.before,
        first="before" not in request.args,
    )
