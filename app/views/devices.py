"""/devices/<slug>: whether there is such a device for who asks, before Dash answers with its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from app.api.lookup import readable
from app.audience import DASH_PAGE, Audience, audience
from app.security.guard import to_the_login
from app.services import parts

device_pages = Blueprint("devices", __name__)


@device_pages.get("/devices/<path:slug>")
@audience(Audience.VISITORS)
def page(slug: str) -> Any:
    """The page of the device; 404 where there is none, and to who is logged in and may not see it."""
    with parts().sessions() as session:
        try:
            readable(session, slug)
        except Unauthorized:
            if current_user.is_authenticated:
                abort(404)
            return to_the_login()
    return current_app.view_functions[DASH_PAGE](path=f"devices/{slug}")
