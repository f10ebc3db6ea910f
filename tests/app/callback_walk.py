"""Every callback of the server, and the requests that fire it: as a page would, and as nobody's page would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any

from dash.development.base_component import Component
from flask import Flask

from pages import PAGES, shell

Callback = dict[str, Any]
Body = dict[str, Any]


def every_callback(server: Flask) -> list[Callback]:
    """The server's callbacks as the browser is told them."""
    return [one for one in server.test_client().get("/_dash-dependencies").get_json() if not one["clientside_function"]]


@cache
def page_values() -> dict[tuple[str, str], Any]:
    """What the controls of all pages hold when they open: (id, property) -> value."""
    found: dict[tuple[str, str], Any] = {("_pages_location", "pathname"): "/"}
    for layout in [*(page() for _, _, _, page in PAGES), shell.layout("Site", "UTC", None)]:
        for part in [layout, *layout._traverse()]:
            if isinstance(part, Component) and isinstance(name := getattr(part, "id", None), str):
                for key, value in part.to_plotly_json()["props"].items():
                    if not isinstance(value, Component):
                        found[name, key] = value
    return found


def bodies(
    one: Callback, values: Sequence[object], devices: Sequence[object] = (), others: Sequence[object] = ()
) -> Iterator[Body]:
    """Requests that fire a callback: one for each value, in the place of every input and state; then, for what wants
    a device and a metric at once, each of `devices` in each place with each of `others` in all the rest, and with what
    the pages hold in all the rest."""
    parts = list(one["inputs"]) + list(one["state"])
    held = page_values()
    usual = [held.get((part["id"], part["property"])) for part in parts]
    for value in values:
        yield body(one, [value] * len(parts))
    for place in range(len(parts)):
        for other, device in product(others, devices):
            yield body(one, [device if here == place else other for here in range(len(parts))])
        for device in devices:
            yield body(one, [*usual[:place], device, *usual[place + 1 :]])


def body(one: Callback, row: Sequence[object]) -> Body:
    """The request with these values for all inputs and states, in their order."""
    output = str(one["output"])
    names = output.strip(".").split("...") if output.startswith("..") else [output]
    outputs = [dict(zip(("id", "property"), name.partition("@")[0].rsplit(".", 1), strict=True)) for name in names]
    inputs = len(one["inputs"])
    filled = [
        {"id": part["id"], "property": part["property"], "value": value}
        for part, value in zip([*one["inputs"], *one["state"]], row, strict=True)
    ]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": filled[:inputs],
        "state": filled[inputs:],
        "changedPropIds": [f"{part['id']}.{part['property']}" for part in filled[:inputs]],
    }
