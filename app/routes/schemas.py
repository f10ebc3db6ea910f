"""The shapes of the answers of /api/v1, as JSON schemas; the tests hold the answers against them."""

from __future__ import annotations

from typing import Any

from app.routes.parameters import Schema


def thing(description: str = "", **properties: Schema) -> dict[str, Any]:
    """An object with these members, all of them always there, and no others."""
    told = {"description": description} if description else {}
    return {
        "type": "object",
        **told,
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
DEVICES = thing(
    devices=many(
        thing(
            device=DEVICE,
            kind=of("string", enum=["bms", "tristar", "sensor"]),
            name=of("string", "As the pages show it."),
            string=maybe("integer", "Which string of panels, for a charge controller."),
            public=of("boolean", "Whether strangers may read it."),
            expected_interval_seconds=maybe("integer", "How often it should send."),
        )
    )
)
SERIES = thing(
    device=DEVICE,
    **{"from": MAYBE_AT, "to": MAYBE_AT},
    series=many(
        thing(
            metric=of("string", "Its key."),
            label=of("string"),
            unit=UNIT,
            quantity=maybe("string", "What is measured: voltage, current …"),
            aggregate=maybe("string", "How samples are joined: mean, last or counter."),
            explanation=maybe("string", "What it is, in a sentence."),
            codes={"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        )
    ),
)
READING = {
    "value": NUMBER,
    "text": maybe("string", "What the value stands for, where it is a code."),
    "unit": UNIT,
    "recorded_at": MAYBE_AT,
}
LATEST = thing(
    device=DEVICE,
    metrics=by_metric(
        thing(label=of("string"), **READING, age_seconds=maybe("number", "How long ago it was measured."))
    ),
)
NEAREST = thing(
    device=DEVICE,
    at=AT,
    metrics=by_metric(thing(**READING, distance_seconds=maybe("number", "How far from `at` it was measured."))),
)
DOCUMENTS = thing(
    device=DEVICE,
    documents=many(
        thing(
            family=of("string"),
            recorded_at=AT,
            received_at=AT,
            clock=of("string"),
            content=of("object", "The document as it was posted."),
        )
    ),
    next=maybe("string", "The address of the page after this one."),
)
ENERGY = thing(
    device=DEVICE,
    metric=of("string"),
    **{"from": AT, "to": AT},
    watt_hours=maybe("number", "null: nothing of the window was measured."),
    coverage=of("number", "The part of the elapsed window that was measured.", minimum=0, maximum=1),
)
EVENTS = thing(
    device=DEVICE,
    events=many(
        thing(
            kind=of("string", "faults, alarms …"),
            name=of("string", "As the device names it."),
            started_at=AT,
            last_seen_at=AT,
            ended_at=MAYBE_AT,
        )
    ),
)
RANGE = thing(
    device=DEVICE,
    **{"from": AT, "to": AT},
    width_seconds=maybe("integer", "The width of a bucket; null for samples as measured."),
    at=many(AT),
    units=by_metric(UNIT),
    metrics=by_metric(
        {
            "type": "object",
            "description": "`value` as measured, or the measures asked for; as many numbers as `at` has instants.",
            "additionalProperties": many(NUMBER),
        }
    ),
)
STRETCH = thing(
    "One line.",
    device=DEVICE,
    width_seconds=maybe("integer"),
    at=RANGE["properties"]["at"],
    metrics=RANGE["properties"]["metrics"],
)
RESULT = thing(
    "One line for each line sent that was not blank.",
    line=of("integer", "The line, counted from 1."),
    result=of("string", enum=["stored", "repeated", "refused"]),
    reason=maybe("string", "Why it was refused."),
)
