"""Everything the site keeps of a user, as one file to take away."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Any

from flask import Blueprint, Response, abort, send_file
from flask_login import current_user
from sqlalchemy.orm import Session

from app.audience import Audience, audience
from app.http.answers import file_name
from app.security.identity import actor
from app.services import parts
from data import queries
from data.accounts import audit, users
from data.accounts.audit import Criteria
from data.database.models import Sensor, User
from data.ranges import TimeRange

exports = Blueprint("exports", __name__)

AT_ONCE = 1_000
IN_MEMORY = 8_000_000


@exports.get("/account/export")
@audience(Audience.ACCOUNTS)
def mine() -> Response:
    """A zip: the account, its keys without what they are, what the log has of it, its sensors, and every document they
    posted."""
    with parts().sessions() as session:
        user = users.user_by_id(session, int(current_user.id)) or abort(401)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("account.json", json.dumps(account(session, user), indent=2, ensure_ascii=False))
            with archive.open("log.ndjson", "w") as part:
                for line in log_lines(session, user):
                    part.write(line)
            for sensor in users.sensors_of(session, user):
                with archive.open(f"sensors/{sensor.id}-{file_name(sensor.name)}.ndjson", "w") as part:
                    for line in document_lines(session, sensor):
                        part.write(line)
    with parts().sessions.begin() as session:
        audit.record(session, actor(), "account exported", user.username)
    file.seek(0)
    answer = send_file(
        file, mimetype="application/zip", as_attachment=True, download_name=f"arboretum-{file_name(user.username)}.zip"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def account(session: Session, user: User) -> dict[str, Any]:
    """The account as it is kept, but the hash of its password."""
    return {
        **fields_of(user, "username", "email", "role", "created_at", "last_login_at"),
        "keys": [
            {
                "label": key.label,
                "device": key.device_slug,
                "scopes": key.scopes.split(","),
                **fields_of(key, "created_at", "expires_at", "revoked_at", "last_used_at", "last_used_from"),
            }
            for key in users.keys_of(session, user)
        ],
        "sensors": [
            fields_of(sensor, "id", "name", "type", "units", "protocol", "public", "created_at", "archived_at")
            for sensor in users.sensors_of(session, user)
        ],
    }


def fields_of(row: object, *names: str) -> dict[str, Any]:
    """These fields of a row, instants as texts."""
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def log_lines(session: Session, user: User) -> Iterator[bytes]:
    """What the audit log has of the user, the newest first, one entry a line."""
    # A name may have been somebody else's before: what the log has of them is theirs.
    for entry in audit.every_entry(session, Criteria(username=user.username, since=user.created_at)):
        line = fields_of(entry, "at", "action", "subject", "detail", "address")
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def document_lines(session: Session, sensor: Sensor) -> Iterator[bytes]:
    """The documents of a sensor, the newest first, one a line."""
    device = queries.sensor_device(session, sensor.id)
    span = queries.span(session, device.id, "sensor")
    if span is None:
        return
    window = TimeRange(span.start_at, span.end_at + timedelta(milliseconds=1))
    before: datetime | None = None
    while documents := queries.documents(session, device.id, window, AT_ONCE, before):
        for document in documents:
            line = fields_of(document, "recorded_at", "received_at", "clock")
            # Line ends stand between the parts of a document: within a text they are escaped.
            content = document.text.replace("\r", " ").replace("\n", " ")
            yield f'{json.dumps(line, ensure_ascii=False)[:-1]}, "content": {content}}}\n'.encode()
        before = documents[-1].recorded_at
        session.expunge_all()
