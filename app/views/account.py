"""Login, registration, passwords, the end of an account: plain pages that also work when Dash does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user, decode_cookie, login_user, logout_user
from werkzeug.wrappers import Response

from app.audience import Audience, audience
from app.mail.messages import NOBODY, and_deliver, send_link
from app.security import reset_links
from app.security.guard import local_target
from app.security.identity import SignedIn, actor, check_wait, counted_address, is_held_back
from app.security.login import logged_in
from app.services import parts
from app.views.forms import ChangePasswordForm, DeleteAccountForm, ForgottenForm, LoginForm, RegisterForm, ResetForm
from app.views.sensors import SENSORS_PAGE
from data.accounts import account_changes, audit, rate_limits, users
from data.database.models import User
from data.errors import DocumentError, GoneError, TakenError

accounts_pages = Blueprint("accounts", __name__)

FIRST_PASSWORD = "The password of the first start was printed for all to read: choose one of your own at Account."
WRONG_LOGIN = "Login unsuccessful. Please check your username and password."
# The same words for both: who has an account is nobody's business.
REMEMBER_COOKIE = "remember_token"  # flask-login's
TAKEN = "The username is taken or the e-mail address is taken: choose another, log in, or ask for a new password."
# Said whether or not there is such an account.
LINK_SENT = (
    "If an account has this address, a link is on its way: it is good for one hour and one use. "
    "If nothing comes within ten minutes, an administrator can see whether e-mails go out."
)


@accounts_pages.route("/sensors/users/login", methods=("GET", "POST"))
@audience(Audience.EVERYBODY)
def login() -> Any:
    """Log in by username; then to the page that asked for it, or to the sensors."""
    after = local_target(request.args.get("next"), SENSORS_PAGE)
    if current_user.is_authenticated:
        return redirect(after)
    form = LoginForm()
    if form.validate_on_submit():
        user = logged_in(str(form.username.data), str(form.password.data))
        if user is not None:
            begin_session()
            who = SignedIn(user)
            login_user(who, remember=bool(form.remember.data) and not who.must_choose)
            if who.must_choose:
                flash(FIRST_PASSWORD, "warning")
                if is_held_back():
                    return redirect(url_for("accounts.password", next=after), 303)
            else:
                flash(f"Welcome, {user.username}.", "success")
            return redirect(after, 303)
        flash(WRONG_LOGIN, "danger")
    return render_template("login.html", form=form)


def begin_session() -> None:
    """Clear the old session and the token of its forms, so that the new session has nothing of it."""
    session.clear()
    g.pop("csrf_token", None)


@accounts_pages.route("/sensors/users/register", methods=("GET", "POST"))
@audience(Audience.VISITORS)
def register() -> Any:
    """Make a user; then to the login."""
    if current_user.is_authenticated:
        return redirect(SENSORS_PAGE)
    form = RegisterForm()
    if form.validate_on_submit():
        with parts().sessions.begin() as database:
            wait = rate_limits.hit(database, rate_limits.REGISTER, counted_address(), datetime.now(UTC))
        check_wait(wait, "Too many accounts were made from here")
        try:
            with parts().sessions.begin() as database:
                user = users.create_user(
                    database,
                    str(form.username.data),
                    str(form.email.data),
                    str(form.password.data),
                    peppers=parts().peppers,
                )
                audit.record(database, actor(user.username), "account made", user.username, f"role {user.role}")
        except TakenError:
            flash(TAKEN, "danger")
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            flash("Your account has been created: you can log in now.", "success")
            return redirect(url_for("accounts.login"), 303)
    return render_template("register.html", form=form)


@accounts_pages.get("/logout")
@audience(Audience.EVERYBODY)
def logout() -> Response:
    """Log out, on every device; to the home page.  A link on another site does not log anybody out."""
    if current_user.is_authenticated and request.headers.get("Sec-Fetch-Site") != "cross-site":
        with parts().sessions.begin() as database:
            account_changes.end_sessions(database, int(current_user.id))
            audit.record(database, actor(), "logout", current_user.username)
        logout_user()
        session.clear()
        # flask-login removes its own cookie when it finds this.
        session["_remember"] = "clear"
    return redirect("/home")


@accounts_pages.route("/sensors/users/forgotten", methods=("GET", "POST"))
@audience(Audience.EVERYBODY)
def forgotten() -> Any:
    """Send a link to set a new password; the answer is the same for every address."""
    form = ForgottenForm()
    if form.validate_on_submit():
        email, now = str(form.email.data).strip(), datetime.now(UTC)
        with parts().sessions.begin() as database:
            wait = rate_limits.hit(database, rate_limits.RESET_OF_ADDRESS, counted_address(), now)
            over = rate_limits.hit(database, rate_limits.RESET_OF_ACCOUNT, email, now)
            user = users.user_by_email(database, email)
            if not wait and not over:
                send_link(database, user or NOBODY)
                audit.record(database, actor(), "password reset asked", user.username if user else "")
        check_wait(wait, "Too many links were asked for from here")
        flash(LINK_SENT, "success")
        return and_deliver(redirect(url_for("accounts.login"), 303))
    return render_template("forgotten.html", form=form)


@accounts_pages.route("/sensors/users/reset/<token>", methods=("GET", "POST"))
@audience(Audience.EVERYBODY)
def reset(token: str) -> Any:
    """Set a password by way of the link in an e-mail."""
    secret = str(current_app.secret_key)
    user_id = reset_links.user_id_in(secret, token)
    with parts().sessions() as database:
        user = users.user_by_id(database, user_id) if user_id is not None else None
    if user is None or not reset_links.is_good(secret, token, user):
        return link_used()
    form = ResetForm()
    if form.validate_on_submit():
        try:
            with parts().sessions() as database:
                user = account_changes.set_password(
                    database, user.id, str(form.password.data), parts().peppers, user.session_stamp
                )
                audit.record(database, actor(user.username), "password changed", user.username, "by a link")
                database.commit()
        except GoneError:
            return link_used()
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            flash("Your password has been set: log in with it.", "success")
            return redirect(url_for("accounts.login"), 303)
    return render_template("reset.html", form=form, username=user.username)


def link_used() -> Response:
    """A redirect to the page that sends a new link."""
    flash("This link is too old, or was used already: ask for a new one.", "warning")
    return redirect(url_for("accounts.forgotten"), 303)


@accounts_pages.get("/account")
@audience(Audience.ACCOUNTS)
def account() -> Any:
    """The user's account and what can be done with it."""
    return render_template("account.html", user=own_user())


@accounts_pages.route("/account/password", methods=("GET", "POST"))
@audience(Audience.ACCOUNTS)
def password() -> Any:
    """Change the password; every other session ends."""
    form, first = ChangePasswordForm(), current_user.must_choose
    remembered = decode_cookie(request.cookies.get(REMEMBER_COOKIE, "")) == current_user.get_id()
    if form.validate_on_submit() and confirmed(str(form.present.data)):
        try:
            with parts().sessions() as database:
                user = account_changes.set_password(
                    database, int(current_user.id), str(form.password.data), parts().peppers
                )
                audit.record(database, actor(), "password changed", user.username)
                database.commit()
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            begin_session()
            login_user(SignedIn(user), remember=remembered)
            flash("Your password has been changed; you are logged out everywhere else.", "success")
            return redirect(local_target(request.args.get("next"), url_for("accounts.account")), 303)
    return render_template("password.html", form=form, first=first, held_back=is_held_back())


@accounts_pages.route("/account/delete", methods=("GET", "POST"))
@audience(Audience.ACCOUNTS)
def delete() -> Any:
    """Delete the account with its sensors and data, once the password confirms it."""
    form = DeleteAccountForm()
    if form.validate_on_submit() and confirmed(str(form.present.data)):
        try:
            with parts().sessions.begin() as database:
                account_changes.delete_user(database, int(current_user.id))
                audit.record(database, actor(), "account deleted", current_user.username, "by the user")
        except DocumentError as problem:
            flash(str(problem), "danger")
        else:
            logout_user()
            flash("Your account and all its data have been deleted.", "success")
            return redirect("/sensors/users/login", 303)
    with parts().sessions() as database:
        sensors = [sensor.name for sensor in users.sensors_of(database, own_user())]
    return render_template("delete_account.html", form=form, sensors=sensors)


def confirmed(present: str) -> bool:
    """Whether that is the user's password; says so when it is not.  Tries are limited like those of a login."""
    attempt = f"{current_user.username} {counted_address()}"
    with parts().sessions.begin() as database:
        wait = rate_limits.hit(database, rate_limits.LOGIN_OF_NAME, attempt, datetime.now(UTC))
    check_wait(wait, "Too many passwords were tried")
    with parts().sessions() as database:
        user = users.verify(database, str(current_user.username), present, parts().peppers)
    if user is None:
        flash("This is not your present password.", "danger")
    return user is not None


def own_user() -> User:
    """The row of the user who is logged in."""
    with parts().sessions() as database:
        user = users.user_by_id(database, int(current_user.id))
    return user if user is not None else abort(401)
