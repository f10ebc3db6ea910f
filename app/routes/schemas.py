"""Parts of the JSON schemas of answers; the tests check the answers against them."""

from __future__ import annotations

from typing import Any

from app.routes.parameters import Schema


def thing(description: str = "", /, **properties: Schema) -> dict[str, Any]:
    """An object with these members, all of them always there, and no others."""
    about = {"description": description} if description else {}
    return {
        "type": "object",
        **about,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def many(items: Schema) -> dict[str, Any]:
    """A list of these."""
    return {"type": "array", "items": items}


def by_metric(items: Schema) -> dict[str, Any]:
    """An object with one of these for each metric."""
    return {"type": "object", "additionalProperties": items}


def of(kind: str, description: str = "", **more: Any) -> dict[str, Any]:
    """A value of that JSON type."""
    return {"type": kind, **({"description": description} if description else {}), **more}


def maybe(kind: str, description: str = "") -> dict[str, Any]:
    """A value of that JSON type, or null."""
    return {"type": [kind, "null"], **({"description": description} if description else {})}


AT = of(["integer", "string"], "Milliseconds since 1970, or a text with `times=iso`.")  # type: ignore[arg-type]
MAYBE_AT = of(["integer", "string", "null"], "An instant; null when there is none.")  # type: ignore[arg-type]
DEVICE = of("string", "The device's name.", examples=["bms", "tristar-1", "admin/VEML7700"])
UNIT = of("string", "The unit; empty when none is known.")
NUMBER = maybe("number", "null: not measured.")

ERROR = thing(
    "What went wrong.",
    error=of("string", "What is wrong and what to do."),
    reference=of("string", "Stands in the server's log beside the request."),
)
READING = {
    "value": NUMBER,
    "text": maybe("string", "What the value stands for, where it is a code."),
    "unit": UNIT,
    "recorded_at": MAYBE_AT,
}
