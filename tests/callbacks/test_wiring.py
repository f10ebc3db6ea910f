"""The callbacks as a browser fires them, on a real database, asked by strangers and by users."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from callbacks.graph.page import parts
from data import queries
from data.database import jobs
from data.database.models import Device
from data.ranges import TimeRange
from pages import ids
from pages.graph.form import CONTROLS, DEFAULTS
from pages.ids import GraphIds
from tests.browser.sunny_day import fill
from tests.builders import fire

OVERVIEW = (
    "..overview-say.children...overview-sub.children...overview-notices.children...overview-cards.children..."
    "overview-graph.figure...overview-proof.hidden...overview-raw.children...overview-seen.data.."
)


def output_of(names: GraphIds) -> str:
    """The outputs of a graph page as Dash names them together."""
    outputs = [part.output for part in parts(names).values()]
    return f"..{'...'.join(f'{output.component_id}.{output.component_property}' for output in outputs)}.."


def draw(client: FlaskClient, names: GraphIds, changed: str | None = None, **changes: Any) -> dict[str, Any]:
    """Fire the callback of a graph page; what it answers, by output id."""
    values = {**DEFAULTS[names.prefix], **changes}
    inputs = [{"id": names.of(name), "property": "value", "value": values[name]} for name in CONTROLS]
    inputs += [
        {"id": ids.THEME, "property": "data", "value": "light"},
        {"id": names.clock, "property": "n_intervals", "value": 0},
        {"id": names.go_there, "property": "n_clicks", "value": 0},
    ]
    state = [
        {"id": names.suggestion, "property": "data", "value": None},
        {"id": names.visit, "property": "data", "value": "one"},
        {"id": names.address, "property": "data", "value": {"search": "", "visit": "one"}},
    ]
    output = output_of(names)
    named = (
        [f"{names.of(changed)}.value"]
        if changed and changed != "clock"
        else [f"{names.clock}.n_intervals"] * bool(changed)
    )
    answer = fire(client, output, inputs, state, named)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json["response"])


def show(client: FlaskClient, before: str | None = None) -> Any:
    """Fire the callback of the overview."""
    inputs = [
        {"id": ids.OVERVIEW_CLOCK, "property": "n_intervals", "value": 0},
        {"id": ids.THEME, "property": "data", "value": "dark"},
    ]
    return fire(client, OVERVIEW, inputs, [{"id": ids.OVERVIEW_SEEN, "property": "data", "value": before}])


@pytest.fixture
def filled(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """A day and a half of data up to now."""
    with sessions() as session:
        fill(session, datetime.now(UTC))
    return sessions


def names_of(figure: dict[str, Any]) -> list[str]:
    return [trace["name"] for trace in figure["data"] if "fill" not in trace]


def test_the_graph_pages_answer_a_stranger(filled: sessionmaker[Session], client: FlaskClient) -> None:
    shown = draw(client, ids.BMS)
    assert names_of(shown["bms-figure"]["figure"]) == ["Battery Charge"]
    assert shown["bms-address"]["data"] == {"search": "", "visit": "one", "first": False}
    assert shown["bms-say"]["children"].startswith("Battery Charge ")
    assert names_of(draw(client, ids.TRISTAR)["tristar-figure"]["figure"]) == ["String 1", "String 2"]


def test_the_charge_is_drawn_in_ampere_hours(filled: sessionmaker[Session], client: FlaskClient) -> None:
    figure = draw(client, ids.BMS)["bms-figure"]["figure"]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Battery Charge (Ah)"
    assert 0 < figure["layout"]["yaxis"]["range"][1] < 500


def test_an_error_at_a_field_leaves_the_rest_as_it_is(filled: sessionmaker[Session], client: FlaskClient) -> None:
    shown = draw(client, ids.BMS, interval="25")
    assert shown["bms-interval-error"]["children"] == "Must be a multiple of 10, above 0: try 20 or 30."
    assert not {"bms-figure", "bms-address", "bms-table", "bms-say"} & shown.keys()


def test_no_value_at_all_is_an_error_at_the_field(filled: sessionmaker[Session], client: FlaskClient) -> None:
    shown = draw(client, ids.BMS, units=[])
    assert shown["bms-units-error"]["children"] == "Choose at least one value to draw."


def test_a_typed_start_makes_the_window_ones_own(filled: sessionmaker[Session], client: FlaskClient) -> None:
    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (-12, 0))
    shown = draw(client, ids.BMS, "start", start=start, end=end)
    assert shown["bms-range"]["value"] == "custom"
    assert shown["bms-address"]["data"]["search"] == f"?start={start}&end={end}"


def test_a_tick_of_the_clock_moves_the_graph_and_leaves_the_fields(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    shown = draw(client, ids.BMS, "clock")
    assert "bms-figure" in shown
    assert not {"bms-start", "bms-end", "bms-address", "bms-units"} & shown.keys()


def test_an_old_window_does_not_move(filled: sessionmaker[Session], client: FlaskClient) -> None:
    values = {**DEFAULTS["bms"], "range": "custom", "start": "2019-01-01T00:00", "end": "2019-01-02T00:00"}
    inputs = [{"id": ids.BMS.of(name), "property": "value", "value": values[name]} for name in CONTROLS]
    inputs += [
        {"id": ids.THEME, "property": "data", "value": "light"},
        {"id": ids.BMS.clock, "property": "n_intervals", "value": 1},
        {"id": ids.BMS.go_there, "property": "n_clicks", "value": 0},
    ]
    output = output_of(ids.BMS)
    state = [
        {"id": ids.BMS.suggestion, "property": "data", "value": None},
        {"id": ids.BMS.visit, "property": "data", "value": "one"},
        {"id": ids.BMS.address, "property": "data", "value": {"search": "", "visit": "one"}},
    ]
    assert fire(client, output, inputs, state, [f"{ids.BMS.clock}.n_intervals"]).status_code == 204


def test_an_empty_window_says_what_there_is_and_where(filled: sessionmaker[Session], client: FlaskClient) -> None:
    shown = draw(client, ids.TRISTAR, controller="tristar-msview")
    assert shown["tristar-empty-frame"]["hidden"] is False
    assert shown["tristar-go-there"]["children"] == "Show what there is"
    offered = shown["tristar-suggestion"]["data"]
    assert offered["units"] == ["bat_min_voltage_daily", "bat_max_voltage_daily"]
    there = draw(client, ids.TRISTAR, controller="tristar-msview", **offered)
    assert len(names_of(there["tristar-figure"]["figure"])) == 2
    assert there["tristar-empty-frame"]["hidden"] is True


def test_the_imported_log_can_be_seen_re_timed(filled: sessionmaker[Session], client: FlaskClient) -> None:
    asked = {"controller": "tristar-msview", "units": ["bat_max_voltage_daily"], "range": "all"}
    as_recorded = draw(client, ids.TRISTAR, **asked)["tristar-figure"]["figure"]["data"]
    moved = draw(client, ids.TRISTAR, **asked, retimed=True)["tristar-figure"]["figure"]["data"]
    assert as_recorded != moved


def test_a_device_that_is_not_public_is_not_shown_to_strangers(
    filled: sessionmaker[Session], client: FlaskClient, signed_in: FlaskClient
) -> None:
    with filled() as session:
        session.execute(update(Device).where(Device.slug == "tristar-2").values(public=False))
        session.commit()
    assert names_of(draw(client, ids.TRISTAR)["tristar-figure"]["figure"]) == ["Battery Voltage"]
    assert names_of(draw(signed_in, ids.TRISTAR)["tristar-figure"]["figure"]) == ["String 1", "String 2"]
    assert "String 2" not in show(client).get_data(as_text=True)


def test_the_overview_answers_and_then_only_when_something_has_changed(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    first = show(client)
    assert first.status_code == 200
    shown = first.json["response"]
    assert len(shown["overview-cards"]["children"]) == 5
    assert len(shown["overview-notices"]["children"]) == 2
    assert show(client, shown["overview-seen"]["data"]).status_code == 204


def test_the_overview_survives_documents_without_any_of_its_values(
    sessions: sessionmaker[Session], client: FlaskClient
) -> None:
    for address, body in (
        ("/BMS/post-json", {"BMS Status": 7, "CurrentAndVoltage": [1, 2]}),
        ("/Tristar/post-json", {"Status": {"alarms": {"odd": True}, "faults": ["a", None]}, "string": "x"}),
    ):
        assert client.post(address, json=body).status_code == 200
    answer = show(client)
    assert answer.status_code == 200
    assert answer.json["response"]["overview-say"]["children"].endswith(".")


def test_an_empty_site_says_so(client: FlaskClient) -> None:
    shown = show(client).json["response"]
    assert shown["overview-say"]["children"] == "Nothing has been measured yet."
    assert shown["overview-proof"]["hidden"] is True


def test_the_strip_tells_of_history_that_is_loading(sessions: sessionmaker[Session], client: FlaskClient) -> None:
    clock = [{"id": ids.JOBS_CLOCK, "property": "n_intervals", "value": 0}]
    output = f"..{ids.JOBS_STRIP}.children...{ids.JOBS_CLOCK}.interval.."
    quiet = fire(client, output, clock).json["response"]
    with sessions() as session:
        jobs.start(session, "history", "Loading thirty days of history", 1000)
        jobs.advance(session, "history", 320)
        session.commit()
    busy = fire(client, output, clock).json["response"]
    assert quiet[ids.JOBS_STRIP]["children"] == []
    assert busy[ids.JOBS_STRIP]["children"][0]["props"]["children"][2]["props"]["children"] == "32\u202f%"
    assert busy[ids.JOBS_CLOCK]["interval"] < quiet[ids.JOBS_CLOCK]["interval"]


def test_a_metric_that_only_some_devices_send_is_named_where_it_is_missing(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    shown = draw(client, ids.BMS, units=["battery_charge", "cell_8_voltage"])
    assert shown["bms-note"]["children"].endswith("No data here: Cell 8 Voltage.")


def test_numbers_of_the_table_are_those_of_the_store(filled: sessionmaker[Session], client: FlaskClient) -> None:
    with filled() as session:
        device = queries.device(session, "bms")
        span = queries.span(session, device.id, "bms")
        assert span is not None
        whole = TimeRange(span.start_at, span.end_at + timedelta(seconds=1))
        largest = queries.samples(session, device.id, ["total_voltage"], whole)["total_voltage"].max()
    shown = str(draw(client, ids.BMS, units=["total_voltage"], range="all")["bms-table"]["children"])
    assert f"'{largest:.2f}'" in shown
