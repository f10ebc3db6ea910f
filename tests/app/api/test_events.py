"""/api/v1: events, as the documents began and ended to report them."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.app.v1 import at, got, ms, put, refused
from tests.builders import line

EVENTS = "/devices/tristar-1/events"


def reporting(minutes: int, *faults: str) -> dict[str, Any]:
    """A line of the first charge controller that reports these faults."""
    content = {"ADC data": {"battery voltage": 13.4}, "Status": {"faults": ", ".join(faults) or None}}
    return line(content, "tristar", "tristar-1", at(minutes=minutes))


def test_an_event_lasts_until_the_first_document_without_it(client: FlaskClient) -> None:
    put(client, [reporting(0), reporting(1, "overcurrent"), reporting(2, "overcurrent"), reporting(3)])
    assert got(client, EVENTS) == {
        "device": "tristar-1",
        "events": [
            {
                "kind": "faults",
                "name": "overcurrent",
                "started_at": ms(minutes=1),
                "last_seen_at": ms(minutes=2),
                "ended_at": ms(minutes=3),
            }
        ],
    }


def test_an_event_that_lasts_has_no_end(client: FlaskClient) -> None:
    put(client, [reporting(0), reporting(1, "overcurrent")])
    [event] = got(client, EVENTS, times="iso")["events"]
    assert (event["started_at"], event["ended_at"]) == ("2019-12-03T19:41:00Z", None)


def test_only_the_kinds_asked_for_are_answered(client: FlaskClient) -> None:
    put(client, [reporting(0, "overcurrent")])
    assert got(client, EVENTS, kind=["alarms"])["events"] == []
    assert len(got(client, EVENTS, kind=["alarms", "faults"])["events"]) == 1
    assert "there are" in refused(client, EVENTS, kind="teas")


def test_only_events_that_touch_the_window_are_answered(client: FlaskClient) -> None:
    put(client, [reporting(0), reporting(1, "overcurrent"), reporting(2), reporting(9)])
    assert got(client, EVENTS, from_=ms(minutes=5))["events"] == []
    assert got(client, EVENTS, to=ms(minutes=1))["events"] == []
    assert len(got(client, EVENTS, from_=ms(minutes=1), to=ms(minutes=2))["events"]) == 1
