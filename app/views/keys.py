"""A user's own keys: made, shown once with what to copy, listed with their last use, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.audience import Audience, audience
from app.http.answers import site_address
from app.security.identity import actor
from app.services import parts
from app.views.forms import KeyForm
from app.views.snippets import (
    USUAL,
    CollectorDevice,
    collector_device,
    collector_toml,
    curl_line,
    device_address,
    reading_address,
    reading_line,
)
from data import queries
from data.accounts import audit, users
from data.database.models import ApiKey, User
from data.errors import DocumentError, NotFoundError
from data.queries import DeviceRow

keys_pages = Blueprint("keys", __name__)

MOST_KEYS = 50


@keys_pages.get("/account/keys")
@audience(Audience.MEMBERS)
def mine() -> Any:
    """The user's keys, none of which can be read again."""
    with parts().sessions() as session:
        user = users.user_by_id(session, int(current_user.id)) or abort(401)
        rows = users.keys_of(session, user)
    holders = {user.id: "everything on this site" if user.admin else "all your sensors"}
    return render_template("keys.html", keys=rows, holders=holders, now=datetime.now(UTC))


@keys_pages.route("/account/keys/new", methods=("GET", "POST"))
@audience(Audience.MEMBERS)
def make() -> Any:
    """Make a key and show it, this once."""
    with parts().sessions() as session:
        user = users.user_by_id(session, int(current_user.id)) or abort(401)
        slugs = [f"{user.username}/{sensor.name}" for sensor in users.sensors_of(session, user)]
        if user.admin:
            slugs += [device.slug for device in queries.devices(session) if device.sensor_id is None]
        many = sum(key.revoked_at is None for key in users.keys_of(session, user)) >= MOST_KEYS
    form = KeyForm()
    form.bound.choices = [
        SelectChoice("", "everything on this site" if user.admin else "all my sensors"),
        *(SelectChoice(slug, slug) for slug in slugs),
    ]
    if request.method == "GET" and request.args.get("sensor") in slugs:
        form.bound.data = request.args["sensor"]
    if many:
        flash(f"You have {MOST_KEYS} keys: revoke one that is not used before you make another.", "warning")
        return redirect(url_for("keys.mine"), 303)
    if form.validate_on_submit():
        try:
            return shown(form, user)
        except DocumentError as problem:
            flash(str(problem), "danger")
    return render_template("new_key.html", form=form)


def shown(form: KeyForm, user: User) -> str:
    """Make the key, and the page that shows it."""
    scopes = [scope for scope in users.SCOPES if form[scope].data]
    days = int(form.days.data)
    bound = str(form.bound.data or "")
    with parts().sessions.begin() as session:
        key, token = users.create_key(
            session,
            str(form.label.data),
            None if bound else user,
            bound or None,
            scopes,
            datetime.now(UTC) + timedelta(days=days) if days else None,
        )
        audit.record(session, actor(), "key made", key.label, f"for {bound or user.username}, {key.scopes}")
    url, target = site_address(), post_target(key, user)
    toml = collector_toml(url, token, parts().config.site_timezone, collector_devices(bound or None))
    return render_template(
        "made_key.html",
        key=key,
        token=token,
        posting=curl_line(token, url + target.address, target.field, target.device),
        reading=reading_line(token, url + reading_address(key.device_slug)),
        target=target,
        toml=toml,
        collects=user.admin and "/" not in bound,
        listed="admin.keys" if bound and "/" not in bound else "keys.mine",
    )


@dataclass(frozen=True, slots=True)
class Target:
    """Where the command beside a new key posts to: an address, a field as its documents may have it, and what it is
    called; `name` is empty for a user who has no sensor yet."""

    address: str
    field: str
    name: str
    device: DeviceRow | None = None  # of one that posts to the route of documents alone


def post_target(key: ApiKey, user: User) -> Target:
    """A device that the key may post for."""
    with parts().sessions() as session:
        own = {f"{user.username}/{sensor.name}": sensor for sensor in users.sensors_of(session, user)}
        slug = key.device_slug or next(iter(own), "")
        device = None if not slug or "/" in slug else queries.device(session, slug)
    if device is not None and device.kind == "device":
        return Target("/api/v1/documents", "bat_voltage", slug, device)
    field = own[slug].type if slug in own else ""
    return Target(device_address(slug or f"{user.username}/SENSOR"), field or "value", slug)


def collector_devices(slug: str | None) -> Sequence[CollectorDevice]:
    """The devices for which a collector with that key may post: the one it is bound to, else the site's usual ones."""
    if slug is None or "/" in slug:
        return USUAL
    with parts().sessions() as session:
        return [collector_device(queries.device(session, slug))]


@keys_pages.post("/account/keys/<int:key_id>/revoke")
@audience(Audience.MEMBERS)
def revoke(key_id: int) -> Response:
    """Refuse one of the user's own keys from now on."""
    with parts().sessions() as session:
        user = users.user_by_id(session, int(current_user.id)) or abort(401)
        if key_id not in {key.id for key in users.keys_of(session, user)}:
            raise NotFoundError(f"you have no key with the id {key_id}")
    with parts().sessions.begin() as session:
        key = users.revoke_key(session, key_id)
        audit.record(session, actor(), "key revoked", key.label)
    flash(f"The key {key.label} is refused from now on.", "success")
    return redirect(url_for("keys.mine"), 303)
