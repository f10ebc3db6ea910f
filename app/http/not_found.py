"""Unknown addresses, which Dash would answer with its page and 200; and posts of the old forms."""

from __future__ import annotations

from collections.abc import Container

from flask import Blueprint, Flask, Response, abort, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from app.audience import Audience, audience
from app.http.spelling import API_PAGE, JSON_PREFIXES, is_json_address

missing = Blueprint("missing", __name__)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DASH_PAGES = ("/", "/<path:path>")


@audience(Audience.EVERYBODY)
def json_address(**_rest: str) -> Response:
    """No such JSON route: 404 as JSON."""
    abort(404, description=f"There is no such route: {API_PAGE} lists them.")


for prefix in JSON_PREFIXES:
    missing.add_url_rule(f"{prefix}/<path:rest>", "json_address", json_address, methods=METHODS)


@missing.post("/BMS", endpoint="graph_form")
@missing.post("/Tristar", endpoint="graph_form")
@missing.post("/sensors", endpoint="graph_form")
@audience(Audience.VISITORS)
def graph_form() -> AnyResponse:
    """Redirect a post of the old graph forms to the page at the same address."""
    return redirect(request.path, 303)


def install_wrong_methods(server: Flask) -> None:
    """Answer 405 to the other methods on each JSON route; else Dash would answer a GET there with its page."""
    methods_of = {
        rule.rule: rule.methods - {"HEAD", "OPTIONS"}
        for rule in server.url_map.iter_rules()
        if rule.methods
        and (is_json_address(rule.rule) or rule.rule == API_PAGE)
        and not rule.rule.startswith("/_")
        and "<path:" not in rule.rule
    }

    @audience(Audience.EVERYBODY)
    def wrong_method(**_names: str) -> Response:
        rule = request.url_rule
        taken = sorted(methods_of[rule.rule]) if rule is not None else []
        raise MethodNotAllowed(taken, f"{request.method} is not taken here: use {' or '.join(taken)}.")

    for address, methods in methods_of.items():
        server.add_url_rule(
            address,
            "missing.wrong_method",
            wrong_method,
            methods=[method for method in METHODS if method not in methods],
        )


def install_not_found(server: Flask, pages: Container[str]) -> None:
    """Answer 404 where Dash has no page."""

    def leads_nowhere() -> bool:
        """Whether only Dash, which takes any address, would answer a GET here."""
        adapter = server.create_url_adapter(request)
        try:
            endpoint, _ = adapter.match(method="GET") if adapter is not None else ("", {})
        except (HTTPException, RequestRedirect):
            return False
        return endpoint in DASH_PAGES and request.path not in pages

    @server.before_request
    def not_found() -> None:
        if request.endpoint in DASH_PAGES and request.path not in pages:
            abort(404)
        if isinstance(request.routing_exception, MethodNotAllowed) and leads_nowhere():
            abort(404)
