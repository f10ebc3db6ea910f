"""Login, registration and a user's own sensors: plain pages that also work when Dash does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.auth import SignedIn
from app.forms import LoginForm, RegisterForm, SensorForm
from app.guard import local_target
from app.parts import parts
from data import accounts, queries
from data.errors import DocumentError
from data.queries import Latest

accounts_pages = Blueprint("accounts", __name__)

WRONG_LOGIN = "Login unsuccessful. Please check your username and password."


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One sensor of the list."""

    name: str
    type: str
    units: str
    protocol: str
    public: bool
    address: str
    age: str | None
    values: str


@accounts_pages.route("/sensors/users/login", methods=("GET", "POST"))
def login() -> Any:
    """Log in by username; then to the page that asked for it, or to the sensors."""
    after = local_target(request.args.get("next"), url_for("accounts.sensors"))
    if current_user.is_authenticated:
        return redirect(after)
    form = LoginForm()
    if form.validate_on_submit():
        with parts().sessions() as session:
            user = accounts.verify(session, str(form.username.data), str(form.password.data))
            session.commit()
            if user is not None:
                login_user(SignedIn(user), remember=bool(form.remember.data))
                flash(f"Welcome, {user.username}.", "success")
                return redirect(after, 303)
        flash(WRONG_LOGIN, "danger")
    return render_template("login.html", form=form)


@accounts_pages.route("/sensors/users/register", methods=("GET", "POST"))
def register() -> Any:
    """Make a user; then to the login."""
    if current_user.is_authenticated:
        return redirect(url_for("accounts.sensors"))
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            with parts().sessions() as session:
                accounts.create_user(session, str(form.username.data), str(form.email.data), str(form.password.data))
                session.commit()
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            flash("Your account has been created: you can log in now.", "success")
            return redirect(url_for("accounts.login"), 303)
    return render_template("register.html", form=form)


@accounts_pages.get("/logout")
def logout() -> Response:
    """Log out; to the home page."""
    logout_user()
    return redirect("/home")


@accounts_pages.route("/sensors", methods=("GET", "POST"))
def sensors() -> Any:
    """The user's own sensors with their newest values and the address each posts to."""
    if request.method == "POST":
        return redirect(url_for("accounts.sensors"), 303)
    now = datetime.now(UTC)
    with parts().sessions() as session:
        user = accounts.user_by_id(session, int(current_user.id))
        if user is None:
            abort(401)
        newest = {
            row.device.sensor_id: row
            for row in queries.latest_all(session, ["sensor"])
            if row.device.owner_id == user.id
        }
        rows = [
            SensorRow(
                sensor.name,
                sensor.type or "",
                sensor.units or "",
                sensor.protocol or "",
                sensor.public,
                url_for("posting.sensor", username=user.username, sensor_name=sensor.name),
                *newest_words(newest.get(sensor.id), now),
            )
            for sensor in accounts.sensors_of(session, user)
        ]
    return render_template("sensors.html", rows=rows, host=request.host_url.rstrip("/"))


@accounts_pages.route("/sensors/register", methods=("GET", "POST"))
def register_sensor() -> Any:
    """Register a sensor; all four fields are kept."""
    form = SensorForm()
    if form.validate_on_submit():
        try:
            with parts().sessions() as session:
                user = accounts.user_by_id(session, int(current_user.id))
                if user is None:
                    abort(401)
                accounts.register_sensor(
                    session,
                    user,
                    str(form.sensor_name.data),
                    form.type.data or "",
                    form.units.data or "",
                    form.protocol.data or "",
                )
                session.commit()
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            flash(f"{form.sensor_name.data} has been registered: it may post now.", "success")
            return redirect(url_for("accounts.sensors"), 303)
    return render_template("register_sensor.html", form=form)


def newest_words(newest: Latest | None, now: datetime) -> tuple[str | None, str]:
    """The age and the values of a sensor's newest document; (None, "") for a sensor that never posted."""
    if newest is None:
        return None, ""
    shown = [f"{key} {value:.6g}" for key, value in list(newest.readings.items())[:3]]
    return age_words(now - newest.recorded_at), ", ".join(shown)


def age_words(age: timedelta) -> str:
    """An age in the largest unit that says enough."""
    seconds = max(0, int(age.total_seconds()))
    for limit, unit, name in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds // unit} {name} ago"
    return f"{seconds // 86_400} days ago"
