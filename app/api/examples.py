"""An example of each route for programs: what is asked, and what is answered.  The tests ask them of a small site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.legacy.posting import RECEIVED


@dataclass(frozen=True, slots=True)
class Example:
    """The answer to a question, empty for a page; its address is made of the examples of its parts but for `names`."""

    answer: str
    query: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


POSTED = Example(RECEIVED)
TWENTY_MINUTES = "from=2019-12-03T19:40&to=2019-12-03T20:00"
NEAR_BATTERY = Example('{"date": "2019-12-03 19:40:00", "parameter": "state_of_charge", "value": 72.4}')
VOLTAGE = {"parameter": "bat_voltage"}
NEAR_CONTROLLER = Example(
    '{"date": "2019-12-03 19:40:00", "parameter": "bat_voltage", "value": 13.41}', "string=1", VOLTAGE
)

# By the name of the operation.
EXAMPLES = {
    "post_documents": Example('{"line": 1, "result": "stored", "reason": null}'),
    "devices": Example(
        """\
{"devices": [
  {"device": "bms", "kind": "bms", "name": "Battery", "string": null, "public": true,
   "expected_interval_seconds": null},
  {"device": "admin/VEML7700", "kind": "sensor", "name": "VEML7700", "string": null, "public": true,
   "expected_interval_seconds": null}
]}"""
    ),
    "series": Example(
        """\
{"device": "tristar-1", "from": "2019-12-03T19:40:00Z", "to": "2019-12-03T19:42:00Z", "series": [
  {"metric": "bat_voltage", "label": "Battery Voltage", "unit": "V", "quantity": "voltage", "aggregate": "mean",
   "explanation": "The battery voltage that the controller regulates by.", "codes": null}
]}""",
        "times=iso",
    ),
    "latest": Example(
        """\
{"device": "tristar-1", "metrics": {
  "bat_voltage": {"label": "Battery Voltage", "value": 13.43, "text": null, "unit": "V",
                  "recorded_at": "2019-12-03T19:42:00Z", "age_seconds": 8.1}
}}""",
        "metric=bat_voltage&times=iso",
    ),
    "range": Example(
        """\
{"device": "tristar-1", "from": "2019-12-03T19:40:00Z", "to": "2019-12-03T20:00:00Z", "width_seconds": 600,
 "at": ["2019-12-03T19:40:00Z", "2019-12-03T19:50:00Z"],
 "units": {"bat_voltage": "V"},
 "metrics": {"bat_voltage": {"mean": [13.42, null], "min": [13.41, null], "max": [13.43, null]}}}""",
        f"metric=bat_voltage&{TWENTY_MINUTES}&interval=600&times=iso",
    ),
    "nearest": Example(
        """\
{"device": "tristar-1", "at": "2019-12-03T19:41:20Z", "metrics": {
  "bat_voltage": {"value": 13.42, "text": null, "unit": "V", "recorded_at": "2019-12-03T19:41:00Z",
                  "distance_seconds": 20.0}
}}""",
        "at=2019-12-03T19:41:20&metric=bat_voltage&times=iso",
    ),
    "documents": Example(
        """\
{"device": "tristar-1", "documents": [
  {"family": "tristar", "recorded_at": "2019-12-03T19:42:00.000Z", "received_at": "2019-12-03T19:42:01.204Z",
   "clock": "synced", "content": {"ADC data": {"battery voltage": 13.43},
   "MPPT Data": {"output power": 412.0}, "Status": {"alarms": "RTS open"}}}
], "next": "http://localhost/api/v1/devices/tristar-1/documents?limit=1&times=iso&before=1575402120000"}""",
        "limit=1&times=iso",
    ),
    "events": Example(
        """\
{"device": "tristar-1", "events": [
  {"kind": "alarms", "name": "RTS open", "started_at": "2019-12-03T19:41:00Z",
   "last_seen_at": "2019-12-03T19:42:00Z", "ended_at": null}
]}""",
        "kind=alarms&times=iso",
    ),
    "energy": Example(
        """\
{"device": "tristar-1", "metric": "p_out", "from": "2019-12-03T19:40:00Z", "to": "2019-12-03T20:00:00Z",
 "watt_hours": 13.733333333333333, "coverage": 1.0}""",
        f"metric=p_out&{TWENTY_MINUTES}&times=iso",
    ),
    "openapi_json": Example('{"openapi": "3.1.0", "info": {"title": "Arboretum"}}'),
    "post_bms": POSTED,
    "post_tristar": Example(RECEIVED, "string=1"),
    "post_tristar_daily": POSTED,
    "post_sensor": POSTED,
    "bms_single_point": NEAR_BATTERY,
    "tristar_single_data_point": NEAR_CONTROLLER,
    "bms_range": Example(
        '{"parameter": "state_of_charge", "data": {\n'
        '  "2019-12-03 19:40:00": 72.4, "2019-12-03 19:50:00": 72.4, "2019-12-03 20:00:00": 72.4\n}}'
    ),
    "tristar_range": Example(
        '{"parameter": "bat_voltage", "data": {"2019-12-03 19:40:00": 13.41, "2019-12-03 19:50:00": 13.43}}',
        names=VOLTAGE,
    ),
    "sensor_point": Example('{"data": {"lux": 812.5}, "date": "2019-12-03 19:40:00"}'),
    "sensor_range": Example('{"sensor_id": 2, "data": {"2019-12-03 19:40:00": {"lux": 812.5}}}'),
    "sensor_entries": Example(""),
    "healthz": Example('{"database": "ok", "version": "0.2.0"}'),
}
