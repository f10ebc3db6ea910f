"""What is in scope at the prompt of `flask --app wsgi shell`: the models and a session."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.services import parts_of
from data.database import models


def shell_context(server: Flask) -> dict[str, Any]:
    """The models by their names, and `session`, open until the prompt is left."""
    tables = {mapper.class_.__name__: mapper.class_ for mapper in models.Base.registry.mappers}
    return {**tables, "BMSDataEntry": models.BMSDataEntry, "session": parts_of(server).sessions()}
