"""The administrators' pages of what is stored: a device's documents by time, one as it was posted, its correction."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.audience import Audience, audience
from app.security.identity import client_address
from app.services import parts
from app.views.document_lists import entry_page, instant_of
from data import queries
from data.document import parse_content
from data.errors import BusyError, DocumentError, NotFoundError, RangeError
from data.families import KINDS
from data.queries import DeviceRow, corrections
from data.queries.devices import by_id
from data.queries.documents import rows as rows_between
from data.queries.status import store_status
from data.ranges import parse_instant, to_milliseconds

admin_entries = Blueprint("admin_entries", __name__)

PAGE = 50
MOST_CORRECTIONS = 100
ONE_MINUTE, LENGTH_TO_MINUTES = timedelta(minutes=1), len("2026-03-01T12:00")


@admin_entries.get("/admin/devices/<int:device_id>/entries")
@audience(Audience.ADMINISTRATORS)
def entries(device_id: int) -> Any:
    """The documents of a device, the newest first, from the time that the address names."""
    before = instant_of(request.args.get("before", "")) or stated_until()
    with parts().sessions() as session:
        device = by_id(session, device_id)
        page = entry_page(session, device_id, before, PAGE)
        changed = corrections.corrections(session, MOST_CORRECTIONS, device_id)
    rows = [(document, to_milliseconds(document.recorded_at), values(document.readings)) for document in page.entries]
    return render_template(
        "admin_entries.html", device=device, rows=rows, before=page.before, first=before is None, changed=changed
    )


def stated_until() -> datetime | None:
    """The end of the minute in the form; an invalid time is ignored, with a warning."""
    stated = request.args.get("until", "").strip()
    if not stated:
        return None
    try:
        at = parse_instant(f"{stated} 23:59" if len(stated) == 10 else stated)
    except RangeError as problem:
        flash(str(problem), "warning")
        return None
    if not queries.EVER.start_at < at < queries.EVER.end_at:
        return None
    return at + (ONE_MINUTE if len(stated) <= LENGTH_TO_MINUTES else timedelta(milliseconds=1))


def values(readings: dict[str, float]) -> str:
    """The first readings of a document, and how many there are."""
    texts = ", ".join(f"{key} {value:.6g}" for key, value in list(readings.items())[:3])
    return f"{texts} and {len(readings) - 3} more" if len(readings) > 3 else texts or "no numbers"


@admin_entries.get("/admin/devices/<int:device_id>/entries/<family>/<milliseconds>")
@audience(Audience.ADMINISTRATORS)
def entry(device_id: int, family: str, milliseconds: str) -> Any:
    """One document as it was posted, what can be done with it, and what was done before."""
    return entry_page_of(device_id, family, milliseconds)


def entry_page_of(device_id: int, family: str, milliseconds: str) -> str:
    """The page of one document; after a refused correction it keeps the submitted text."""
    device, at, text = stored(device_id, family, milliseconds)
    with parts().sessions() as session:
        changed = [
            correction
            for correction in corrections.corrections(session, MOST_CORRECTIONS, device_id)
            if (correction.family, correction.recorded_at) == (family, at)
        ]
    return render_template(
        "admin_entry.html",
        device=device,
        family=family,
        at=at,
        milliseconds=milliseconds,
        text=text,
        pretty=json.dumps(parse_content(text), indent=2, ensure_ascii=False),
        changed=changed,
        written=request.form,
    )


def stored(device_id: int, family: str, milliseconds: str) -> tuple[DeviceRow, datetime, str]:
    """The device, the time and the text of a document.  Raises NotFoundError."""
    at = instant_of(milliseconds)
    with parts().sessions() as session:
        device = by_id(session, device_id)
        if at is not None and family in KINDS[device.kind]:
            start = to_milliseconds(at)
            for row in rows_between(session, device_id, family, start, start + 1):
                return device, at, row.text
    raise NotFoundError(f"{device.slug} has no document of that time: it may have been taken out")


@admin_entries.post("/admin/devices/<int:device_id>/entries/<family>/<milliseconds>/<any(replace, remove):change>")
@audience(Audience.ADMINISTRATORS)
def correct(device_id: int, family: str, milliseconds: str, change: str) -> Response | str:
    """Put another document in its place, or take it out, with a reason; what was there is kept."""
    device, at, _ = stored(device_id, family, milliseconds)
    try:
        after = None
        if change == "replace":
            after = json.dumps(parse_content(request.form.get("content", "")), ensure_ascii=False)
        reason = request.form.get("reason", "")
        corrections.correct(
            parts().sessions, device.slug, family, at, after, str(current_user.username), reason, client_address()
        )
    except (BusyError, DocumentError) as problem:
        flash(str(problem), "danger")
        return entry_page_of(device_id, family, milliseconds)
    done = "taken out" if after is None else "replaced"
    flash(f"The document of {at:%Y-%m-%d %H:%M:%S} UTC has been {done}; what was there is kept below.", "success")
    if after is None:
        return redirect(url_for("admin_entries.entries", device_id=device_id, before=to_milliseconds(at) + 1), 303)
    return redirect(url_for("admin_entries.entry", device_id=device_id, family=family, milliseconds=milliseconds), 303)


@admin_entries.get("/admin/store")
@audience(Audience.ADMINISTRATORS)
def store() -> Any:
    """What is stored and what it costs, by device and level."""
    with parts().sessions() as session:
        contents = store_status(session)
        ids = {row.slug: row.id for row in queries.devices(session)}
    samples = sum(device.samples for device in contents.devices)
    size = sum(device.original_bytes + sum(level.bytes for level in device.levels) for device in contents.devices)
    return render_template(
        "admin_store.html",
        store=contents,
        ids=ids,
        samples=samples,
        per_sample=size / samples if samples else None,
        now=datetime.now(UTC),
    )
