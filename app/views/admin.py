"""The administrators' pages: users, devices, sensors, keys and the audit log, in one place.  Never a hash."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.audience import Audience, audience
from app.http.answers import harmless
from app.mail.messages import and_deliver, send_link, send_welcome
from app.security.identity import actor
from app.services import parts
from app.views.forms import UserForm
from data import queries
from data.accounts import account_changes, audit, device_changes, outbox
from data.accounts import users as accounts
from data.accounts.audit import Criteria
from data.database.models import User
from data.errors import DocumentError, NotFoundError, RangeError
from data.ranges import parse_instant
from data.roles import ROLES

admin_pages = Blueprint("admin", __name__)

PAGE = 100
LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)  # nothing is later, and no day can be added


@admin_pages.get("/admin")
@audience(Audience.ADMINISTRATORS)
def home() -> Any:
    """The overview: numbers, and links to the other pages."""
    with parts().sessions() as session:
        counts = {
            "users": len(accounts.users(session)),
            "devices": len(queries.devices(session)),
            "keys": sum(key.revoked_at is None for key in accounts.keys(session)),
        }
        refused = audit.entries(session, Criteria(action="login refused", since=datetime.now(UTC) - timedelta(days=1)))
        unsent, oldest = outbox.waiting(session)
    return render_template("admin.html", counts=counts, refused=len(refused), most=PAGE, unsent=unsent, oldest=oldest)


@admin_pages.route("/admin/users", methods=("GET", "POST"))
@audience(Audience.ADMINISTRATORS)
def users() -> Any:
    """All users; a new one gets a link to set the password."""
    form = UserForm()
    if form.validate_on_submit():
        try:
            with parts().sessions.begin() as session:
                user = accounts.create_user(
                    session,
                    str(form.username.data),
                    str(form.email.data),
                    secrets.token_urlsafe(24),
                    str(form.role.data),
                    parts().peppers,
                )
                send_welcome(session, user)
                audit.record(session, actor(), "account made", user.username, f"role {user.role}")
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            flash(f"{user.username} has an account; a link to set its password goes to {user.email}.", "success")
            return and_deliver(redirect(url_for("admin.users"), 303))
    with parts().sessions() as session:
        rows = accounts.users(session)
        counts = {user.id: len(accounts.sensors_of(session, user)) for user in rows}
    return render_template("admin_users.html", form=form, users=rows, counts=counts, roles=ROLES)


@admin_pages.post("/admin/users/<int:user_id>/<any(role, logout, link, delete):change>")
@audience(Audience.ADMINISTRATORS)
def change_user(user_id: int, change: str) -> AnyResponse:
    """Change a role, end sessions, send a link to set a password, or delete the account with its data."""
    with parts().sessions() as session:
        user = accounts.user_by_id(session, user_id)
    if user is None:
        raise NotFoundError(f"no user with the id {user_id}")
    try:
        flash(changed(user, change), "success")
    except DocumentError as problem:
        flash(str(problem), "danger")
    return and_deliver(redirect(url_for("admin.users"), 303))


def changed(user: User, change: str) -> str:
    """Make the change and write it into the audit log; the sentence for the user."""
    with parts().sessions.begin() as session:
        if change == "role":
            role = request.form.get("role", "")
            account_changes.set_role(session, user.id, role)
            audit.record(session, actor(), "role changed", user.username, f"from {user.role} to {role}")
            sentence = f"{user.username} is {role} now, and logs in anew."
        elif change == "logout":
            account_changes.end_sessions(session, user.id)
            audit.record(session, actor(), "sessions ended", user.username)
            sentence = f"{user.username} is logged out everywhere."
        elif change == "link":
            send_link(session, user)
            audit.record(session, actor(), "password reset asked", user.username, "by an administrator")
            sentence = f"A link to set a password goes to {user.email}."
        else:
            if request.form.get("username", "").strip() != user.username:
                raise DocumentError(f"nothing was deleted: write {user.username} to confirm it")
            account_changes.delete_user(session, user.id)
            audit.record(session, actor(), "account deleted", user.username, "with its sensors and data")
            sentence = f"{user.username} and all data of that account have been deleted."
    return sentence


@admin_pages.get("/admin/devices")
@audience(Audience.ADMINISTRATORS)
def devices() -> Any:
    """All devices, sensors among them, with who owns and who sees them."""
    with parts().sessions() as session:
        rows = queries.devices(session)
        names = {user.id: user.username for user in accounts.users(session)}
    return render_template("admin_devices.html", devices=rows, names=names)


@admin_pages.post("/admin/devices/<int:device_id>")
@audience(Audience.ADMINISTRATORS)
def change_device(device_id: int) -> AnyResponse:
    """A device's name, who sees it, and how often it should be heard."""
    try:
        with parts().sessions.begin() as session:
            slug, detail = device_changes.change(
                session,
                device_id,
                request.form.get("name", ""),
                request.form.get("public") == "yes",
                request.form.get("interval", ""),
            )
            audit.record(session, actor(), "device changed", slug, detail)
    except DocumentError as problem:
        flash(str(problem), "danger")
    else:
        flash(f"{slug} has been changed.", "success")
    return redirect(url_for("admin.devices"), 303)


@admin_pages.get("/admin/keys")
@audience(Audience.ADMINISTRATORS)
def keys() -> Any:
    """All keys with whom they are for and their last use."""
    with parts().sessions() as session:
        rows = accounts.keys(session)
        holders = {
            user.id: f"everything, as {user.username}" if user.admin else f"{user.username}’s sensors"
            for user in accounts.users(session)
        }
    return render_template("admin_keys.html", keys=rows, holders=holders, now=datetime.now(UTC))


@admin_pages.post("/admin/keys/<int:key_id>/revoke")
@audience(Audience.ADMINISTRATORS)
def revoke_key(key_id: int) -> AnyResponse:
    """Refuse any key from now on."""
    with parts().sessions.begin() as session:
        key = accounts.revoke_key(session, key_id)
        audit.record(session, actor(), "key revoked", key.label, "by an administrator")
    flash(f"The key {key.label} is refused from now on.", "success")
    return redirect(url_for("admin.keys"), 303)


@admin_pages.get("/admin/audit")
@audience(Audience.ADMINISTRATORS)
def audit_log() -> Any:
    """The audit log, filtered, the newest first."""
    before = request.args.get("before", "")
    with parts().sessions() as session:
        rows = audit.entries(
            session, stated_criteria(), int(before) if before.isdecimal() and len(before) < 18 else None, PAGE
        )
    more = {**request.args.to_dict(), "before": str(rows[-1].id)} if len(rows) == PAGE else None
    return render_template("admin_audit.html", entries=rows, actions=audit.ACTIONS, more=more)


@admin_pages.get("/admin/audit.csv")
@audience(Audience.ADMINISTRATORS)
def audit_csv() -> Response:
    """The filtered audit log as CSV, complete."""
    criteria, sessions = stated_criteria(), parts().sessions
    with sessions.begin() as session:
        audit.record(session, actor(), "audit log exported", current_user.username)

    def lines() -> Iterator[str]:
        yield csv_line("at", "who", "what", "subject", "detail", "from")
        with sessions() as session:
            for entry in audit.every_entry(session, criteria):
                yield csv_line(
                    entry.at.isoformat(), entry.username, entry.action, entry.subject, entry.detail, entry.address
                )

    answer = Response(lines(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def csv_line(*cells: str) -> str:
    """One line; no cell is a formula to a spreadsheet."""
    file = io.StringIO()
    csv.writer(file).writerow([harmless(cell) for cell in cells])
    return file.getvalue()


def stated_criteria() -> Criteria:
    """The criteria in the address; an invalid date is ignored, with a warning."""
    days: dict[str, datetime | None] = {"since": None, "until": None}
    for name in days:
        if stated := request.args.get(name, ""):
            try:
                days[name] = parse_instant(f"{stated} 00:00:00" if len(stated) == 10 else stated)
            except RangeError as problem:
                flash(str(problem), "warning")
    until = days["until"]
    if until is not None:
        until = until + timedelta(days=1) if until < LAST_DAY else None
    return Criteria(request.args.get("who", "").strip(), request.args.get("what", ""), days["since"], until)
