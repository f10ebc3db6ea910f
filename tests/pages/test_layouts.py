"""The layouts: callable without a request, every control there, labelled, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dash import dcc, html
from dash.development.base_component import Component
from flask import Flask

from callbacks import WIRED
from callbacks.values.pages import VALUE_PAGES
from pages import PAGES, ids, overview, shell
from pages.device_links import LINKS
from pages.graph.form import CONTROLS
from pages.ids import GraphIds

LAYOUT_OF = {address: layout for _, address, _, layout in PAGES}
LAYOUTS = [
    (LAYOUT_OF["/BMS"], ids.BMS),
    (LAYOUT_OF["/Tristar"], ids.TRISTAR),
    (LAYOUT_OF["/sensors"], ids.SENSORS),
    (LAYOUT_OF["/devices/<slug>"], ids.DEVICES),
]
FOLDER = Path(__file__).parents[2] / "pages"
HELPERS = {"__init__", "components", "device_links", "ids", "shell", "value_page"}


def components(root: Any) -> Iterator[Component]:
    """The component and all within it."""
    if isinstance(root, Component):
        yield root
        yield from components(getattr(root, "children", None))
    elif isinstance(root, (list, tuple)):
        for child in root:
            yield from components(child)


def all_ids(root: Any) -> list[str]:
    return [component.id for component in components(root) if getattr(component, "id", None)]


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row[1])
def test_a_layout_needs_nothing_and_has_each_id_once(row: tuple[str, str, str, Any]) -> None:
    counted = Counter(all_ids([row[3](), shell.layout("Arboretum", "UTC", None).children[:-1]]))
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row[1])
def test_a_layout_takes_any_query(row: tuple[str, str, str, Any]) -> None:
    assert isinstance(row[3](nonsense="1", units=["a", "b"], start="x"), html.Div)


def test_every_page_module_is_in_the_table_of_pages() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - HELPERS
    layouts = {layout.__module__.rpartition(".")[2] for *_, layout in PAGES if not isinstance(layout, partial)}
    assert modules == layouts - {"pages"}, "PAGES of pages/__init__.py (where the rows of the graph pages are made)"


def test_every_page_of_values_has_a_row_in_the_callbacks_and_a_link_in_the_head_of_its_kind() -> None:
    rows = {layout.args for *_, layout in PAGES if isinstance(layout, partial)}
    assert {(kind, value_ids) for kind, value_ids, _ in rows} == {(page.kind, page.ids) for page in VALUE_PAGES}
    assert [address for kind, _, address in rows if address not in dict(LINKS[kind])] == []


def test_every_module_that_wires_callbacks_is_called() -> None:
    folder = FOLDER.parent / "callbacks"
    wiring = {
        ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if "\ndef register(" in path.read_text(encoding="utf-8")
    }
    assert wiring == {module.__name__ for module in WIRED}, "WIRED of callbacks/__init__.py"


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row[1])
def test_the_clock_of_a_page_ticks_for_a_callback(row: tuple[str, str, str, Any], server: Flask) -> None:
    dependencies = server.test_client().get("/_dash-dependencies").get_json()
    heard = {part["id"] for callback in dependencies for part in callback["inputs"]}
    clocks = {part.id for part in components(row[3]()) if isinstance(part, dcc.Interval)}
    assert clocks - heard == set(), f"callbacks.WIRED has no row for {row[1]}"


def test_the_pages_stand_at_the_addresses_of_old() -> None:
    assert [path for _, path, _, _ in PAGES] == [
        "/",
        "/home",
        "/BMS",
        "/BMS/Instantaneous",
        "/BMS/pins",
        "/Tristar",
        "/Tristar/Instantaneous",
        "/Tristar/ChargeSettings",
        "/Tristar/DailyValues",
        "/sensors",
        "/devices/<slug>",
        "/about",
    ]


@pytest.mark.parametrize("kind", LINKS)
def test_the_pages_of_a_device_lead_to_each_other_and_say_which_one_is_here(kind: str) -> None:
    layouts = {path: layout for _, path, _, layout in PAGES}
    for here, name in LINKS[kind]:
        parts = list(components(layouts[here]()))
        assert [(one.href, one.children) for one in parts if isinstance(one, dcc.Link)] == [
            way for way in LINKS[kind] if way[0] != here
        ]
        (current,) = [one for one in parts if getattr(one, "aria-current", None) == "page"]
        assert current.children == name


@pytest.mark.parametrize(("layout", "names"), LAYOUTS)
def test_a_graph_page_has_every_control_with_a_label(layout: Any, names: GraphIds) -> None:
    page = layout()
    present = set(all_ids(page))
    labelled = {component.htmlFor for component in components(page) if isinstance(component, html.Label)}
    labelled |= {
        component.id for component in components(page) if type(component).__name__ == "Switch" and component.label
    }
    labelled |= {names.of("range")}  # its group has a legend
    wanted = {names.of(name) for name in CONTROLS}
    assert wanted - present == set()
    assert wanted - labelled == set()


def test_a_link_opens_with_its_controls_set() -> None:
    page = LAYOUT_OF["/Tristar"](controller="tristar-msview", style="ggplot", tight_layout="yes", interval="60")
    found = {component.id: component for component in components(page) if getattr(component, "id", None)}
    assert found["tristar-style"].value == "ggplot"
    assert found["tristar-tight_layout"].value is True
    assert found["tristar-interval"].value == "60"
    assert "tristar-msview" in [option["value"] for option in found["tristar-controller"].options]
    assert found["tristar-retimed-field"].hidden is False


def test_the_bar_says_who_is_logged_in() -> None:
    def links(username: str | None) -> list[tuple[str, Any]]:
        page = shell.layout("Arboretum", "America/Los_Angeles", username)
        return [(one.href, one.children) for one in components(page) if isinstance(one, html.A)]

    assert ("/sensors/users/login", "Log in") in links(None)
    assert ("/logout", "Logout - ada") in links("ada")


def test_the_zone_is_named_once() -> None:
    page = shell.layout("Arboretum", "America/Los_Angeles", None)
    named = [one for one in components(page) if getattr(one, "children", None) == "Times are America/Los_Angeles"]
    assert len(named) == 1


def test_the_overview_says_aloud_when_its_sentence_changes() -> None:
    found = {component.id: component for component in components(overview.layout()) if getattr(component, "id", None)}
    assert getattr(found[ids.OVERVIEW_SAY], "aria-live") == "polite"
