"""The texts of the seventeen error pages: what happened, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A title, one sentence that says what happened, one that says what to do, and the link that does it."""

    title: str
    sentence: str
    next_step: str
    link: str = "To the home page"
    address: str = "/"


ERROR_TEXTS = {
    400: ErrorText(
        "Bad Request",
        "The request was malformed and could not be understood.",
        "Clear the cookies of this site and try again; else contact the webmaster with the reference below.",
    ),
    401: ErrorText(
        "Unauthorized",
        "You are not authorised for this page.",
        "Log in, or check your name and password.",
        "Log in",
        "/sensors/users/login",
    ),
    403: ErrorText(
        "Forbidden",
        "Your account lacks the permission for this.",
        "Log out and in with another account, or ask an administrator for access.",
    ),
    404: ErrorText(
        "Not Found",
        "The page you are looking for is not here.",
        "Check the address, or start again from the home page.",
    ),
    405: ErrorText(
        "Method Not Allowed",
        "This address does not accept that method: a device may be posting in the wrong place.",
        "Compare the address with the routes for programs; documents are sent with POST.",
        "The routes for programs",
        "/api/v1",
    ),
    408: ErrorText(
        "Request Timeout",
        "The server waited too long for the rest of the request.",
        "Check the connection and send it again.",
    ),
    410: ErrorText(
        "Gone", "This page was removed for good.", "Remove the bookmark, and start again from the home page."
    ),
    413: ErrorText(
        "Content Too Large",
        "The upload is above 1.2 MB, the most this site accepts at once.",
        "Send it in smaller parts.",
    ),
    414: ErrorText(
        "Address Too Long",
        "The address is too long to be read.",
        "Shorten it, or choose fewer metrics in the form and request the graph again.",
    ),
    415: ErrorText(
        "Unsupported Media Type",
        "The body must be JSON.",
        "Send a JSON object with the header Content-Type: application/json.",
        "The routes for programs",
        "/api/v1",
    ),
    421: ErrorText(
        "Misdirected Request",
        "The request reached a server that cannot answer for that address.",
        "Check the name in the address, or start again from the home page.",
    ),
    429: ErrorText(
        "Too Many Requests",
        "Too many requests came from you within five minutes.",
        "Wait a little, then try again; if this comes back, wait an hour.",
    ),
    451: ErrorText(
        "Unavailable For Legal Reasons", "This page is withheld for legal reasons.", "Ask the webmaster which ones."
    ),
    500: ErrorText(
        "Server Malfunction",
        "Our server is experiencing technical difficulties.",
        "Try again later; what was stored is safe. If it comes back, tell the webmaster the reference below.",
    ),
    502: ErrorText(
        "Bad Gateway",
        "The web server is up, but the site behind it does not answer.",
        "Try again in about five minutes.",
    ),
    503: ErrorText(
        "Service Unavailable",
        "The site is overloaded or under maintenance.",
        "Try again in ten minutes, else tomorrow. Collectors keep what they could not send and send it later.",
    ),
    504: ErrorText(
        "Gateway Timeout", "The site behind the web server is too slow to answer.", "Try again in five to ten minutes."
    ),
}

# What no page shows, but a program may be told.
MORE_TEXTS = {
    409: ErrorText(
        "Conflict",
        "Another document of this device has the same time.",
        "Give the document the time at which it was measured, to the millisecond.",
    )
}
OTHERWISE = ErrorText("Error", "The request could not be answered.", "Start again from the home page.")

# The same to programs, on the routes that answer in JSON.
TO_PROGRAMS = {
    400: "A parameter, the address or the body is not as described: `error` says what came and what would be right.",
    401: "A key is needed, or the one that came is unknown, expired or revoked: `error` says how to get one.",
    403: "The key is good, but not for this: `error` says which one is needed.",
    404: "No such device, sensor, metric or address: `error` says where to look.",
    409: "Another document of this device has the same time: send the time of measurement to the millisecond.",
    410: "The sensor is archived: its owner can make it take posts again.",
    413: "The body is larger than the route takes: send it in smaller parts.",
    414: "The address is too long: ask for fewer metrics at once.",
    415: "The body is not JSON, or packed in a way that is not understood: `error` says which are.",
    421: "The site does not answer to that name: check the host in the address.",
    429: "More came than the site takes from one sender: `Retry-After` says when to go on.",
    500: "Our mistake, and nothing was stored: tell the webmaster the `reference`.",
    503: "The database is busy or full, and nothing was stored: send it again after `Retry-After` seconds.",
}
