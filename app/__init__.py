"""The web application, its commands and its launcher: the only room that knows all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config

__all__ = ["create_app"]


def create_app(config: Config | None = None) -> Flask:
    """The Flask application of app.factory, imported late: the launcher must not carry Dash and pandas."""
    from app.factory import create_app as build

    return build(config)
