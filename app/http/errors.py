"""Error answers: a page that says what to do, or one JSON shape: {"error": …, "reference": …}."""

from __future__ import annotations

import errno
import logging
import secrets

from dash.exceptions import DependencyException
from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from app.http.error_texts import ALL_TEXTS, OTHERWISE
from app.http.log_masking import masked
from app.http.spelling import is_json_address
from data.errors import DocumentError, NotFoundError, RangeError

errors = Blueprint("errors", __name__)
log = logging.getLogger(__name__)

KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
RETRY_AFTER_SECONDS = 30
BUSY = "The database is busy or cannot be reached at the moment."
TOO_OLD = "The page you sent this from is too old: load it again, then send it."
# What SQLite says when it cannot write now, but may be able to later.  Other operational errors are ours.
SQLITE_LATER = ("locked", "busy", "full", "disk i/o error", "readonly", "read-only", "unable to open")


def wants_json() -> bool:
    """Whether the present request is answered in JSON: by its address, or because it asks for nothing but JSON."""
    accepted = request.accept_mimetypes
    return is_json_address(request.path) or (
        accepted.accept_json and not accepted.accept_html and bool(request.headers.get("Accept"))
    )


def error_response(code: int, message: str | None = None) -> Response:
    """The answer for that status; `message` replaces the general sentence in JSON and stands below it on a page."""
    reference = secrets.token_hex(4)
    words = ALL_TEXTS.get(code, OTHERWISE)
    log.log(
        logging.ERROR if code >= 500 else logging.INFO,
        "%s %r answered %d, reference %s: %s",  # %r: a path may hold a line end
        request.method,
        masked(request.path),
        code,
        reference,
        message or words.sentence,
    )
    if wants_json():
        # A page that asked for a part of itself shows a next step of its own.
        sentence = words.sentence if request.path.startswith("/_") else f"{words.sentence} {words.next_step}"
        response = jsonify(error=message or sentence, reference=reference)
    else:
        response = make_response(
            render_template("error.html", code=code, words=words, message=message, reference=reference)
        )
    response.status_code = code
    if code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


@errors.app_errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """The answer to an HTTP error that Flask or a view raised."""
    if error.response is not None:
        return make_response(error.response)
    own_words = error.description if error.description != type(error).description else None
    if isinstance(error, CSRFError):
        own_words = f"{TOO_OLD} ({own_words})"
    response = error_response(error.code or 500, own_words)
    if isinstance(error, CSRFError):
        response.headers["X-Page-Too-Old"] = "yes"  # app/assets/session.js tells whose page it is
    for name, value in error.get_headers():
        if name in KEPT_HEADERS:
            response.headers[name] = value
    return response


@errors.app_errorhandler(NotFoundError)
@errors.app_errorhandler(RangeError)
@errors.app_errorhandler(DocumentError)
def wrong_request(error: NotFoundError | RangeError | DocumentError) -> Response:
    """The answer to a question for what is not there, or to an invalid value or document."""
    return error_response(404 if isinstance(error, NotFoundError) else 400, str(error))


@errors.app_errorhandler(DependencyException)
def no_such_file(error: DependencyException) -> Response:
    """The answer to a request for a library file that Dash does not serve."""
    log.debug("%s", error)
    return error_response(404)


@errors.app_errorhandler(Exception)
def malfunction(error: Exception) -> Response:
    """The answer to an unexpected error; its traceback goes to the log, its reference to the reader."""
    if is_passing(error):
        log.warning("the database cannot be used at the moment: %s", error)
        asks = request.method == "GET" or request.path.startswith("/_")
        return error_response(
            503, BUSY if asks else "The database is busy or full; nothing was stored. Send it again later."
        )
    log.error("unexpected error", exc_info=error)
    return error_response(500)


def is_passing(error: Exception) -> bool:
    """Whether the error is temporary: the database is locked, full or not reachable."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, OperationalError):
        from_sqlite = type(error.orig).__module__ == "sqlite3"
        return not from_sqlite or any(word in str(error.orig).lower() for word in SQLITE_LATER)
    return isinstance(error, PoolTimeoutError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
