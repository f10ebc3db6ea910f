"""/api/v1: devices, series, newest values, values at a moment, documents, energy; and who may read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from data.accounts import users
from tests.app.v1 import SENSOR, address, at, got, lux, ms, put, refused
from tests.builders import NOON, bms_document, line, tristar_document

CONTROLLER = "/devices/tristar-1"
LIGHT = f"/devices/{SENSOR}"


def controller(volts: float | None = 13.4, watts: float | None = None, **length: float) -> dict[str, Any]:
    """A line of the first charge controller."""
    adc = {} if volts is None else {"battery voltage": volts}
    power = {} if watts is None else {"MPPT data": {"output power": watts}}
    return line({"ADC data": adc, **power}, "tristar", "tristar-1", at(**length))


def daily(volts: float, **length: float) -> dict[str, Any]:
    """A line of the first charge controller's day."""
    content = {"Daily Logger Values": {"Battery Voltage Maximum Daily": volts}}
    return line(content, "tristar_daily", "tristar-1", at(**length))


@pytest.fixture
def token(sessions: sessionmaker[Session]) -> str:
    """A key of the user ada, who has the private sensor `moisture`."""
    with sessions() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "a long password")
        users.register_sensor(session, ada, "moisture")
        _, made = users.create_key(session, "test", ada, None)
        session.commit()
    return made


# Devices and series


def test_the_devices_are_those_that_have_sent_and_the_public_sensors(client: FlaskClient) -> None:
    put(client, [line(bms_document()), controller()])
    found = {row["device"]: row for row in got(client, "/devices")["devices"]}
    assert {"bms", "tristar-1", SENSOR} <= set(found)
    assert found["tristar-1"] == {
        "device": "tristar-1",
        "kind": "tristar",
        "name": found["tristar-1"]["name"],
        "string": 1,
        "public": True,
        "expected_interval_seconds": None,
    }


def test_a_private_sensor_is_listed_to_those_who_may_read_it(client: FlaskClient, token: str) -> None:
    def listed(**headers: str) -> bool:
        answer = client.get("/api/v1/devices", headers=headers)
        return "ada/moisture" in [row["device"] for row in answer.get_json()["devices"]]

    assert not listed()
    assert listed(**{"X-API-Key": token})


@pytest.mark.parametrize("route", ["series", "latest", "range", "documents", "nearest?at=2026-11-24"])
def test_a_private_sensor_is_401_to_strangers_and_open_to_its_owners_key(
    client: FlaskClient, token: str, route: str
) -> None:
    path = f"/api/v1/devices/ada/moisture/{route}"
    answer = client.get(path)
    assert (answer.status_code, set(answer.get_json())) == (401, {"error", "reference"})
    assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("route", ["series", "latest", "range", "documents", "nearest?at=2026-11-24"])
@pytest.mark.parametrize("name", ["nobody", "admin/nothing", "bms%00", "x" * 300])
def test_an_unknown_device_is_404(client: FlaskClient, name: str, route: str) -> None:
    answer = client.get(f"/api/v1/devices/{name}/{route}")
    assert (answer.status_code, set(answer.get_json())) == (404, {"error", "reference"})


def test_a_sensor_is_found_with_its_slash_written_either_way(client: FlaskClient) -> None:
    put(client, [lux(3)])
    assert got(client, LIGHT + "/latest")["device"] == SENSOR
    assert got(client, "/devices/admin%2FVEML7700/latest")["device"] == SENSOR


def test_the_series_are_described_as_the_catalogue_does(client: FlaskClient) -> None:
    put(client, [controller(minutes=0), controller(minutes=5)])
    found = got(client, CONTROLLER + "/series")
    assert (found["from"], found["to"]) == (ms(), ms(minutes=5))
    [row] = found["series"]
    assert (row["metric"], row["unit"], row["quantity"], row["aggregate"]) == ("bat_voltage", "V", "voltage", "mean")


def test_a_sensor_without_documents_has_no_series(client: FlaskClient) -> None:
    assert got(client, LIGHT + "/series") == {"device": SENSOR, "from": None, "to": None, "series": []}


# Newest values


def test_the_newest_value_has_a_unit_a_time_and_an_age(client: FlaskClient) -> None:
    put(client, [controller(13.1), controller(13.2, minutes=1)])
    found = got(client, CONTROLLER + "/latest")["metrics"]["bat_voltage"]
    age = (datetime.now(UTC) - at(minutes=1)).total_seconds()
    assert found.pop("age_seconds") == pytest.approx(age, abs=5)
    assert found == {
        "label": "Battery Voltage",
        "value": 13.2,
        "text": None,
        "unit": "V",
        "recorded_at": ms(minutes=1),
    }


def test_a_metric_that_comes_less_often_has_its_last_value_of_a_day(client: FlaskClient) -> None:
    put(client, [lux(1, {"old": 5}), lux(2, {"uv": 7}, hours=30), lux(3, hours=31)])
    found = got(client, LIGHT + "/latest")["metrics"]
    assert {metric: (row["value"], row["recorded_at"]) for metric, row in found.items()} == {
        "lux": (3, ms(hours=31)),
        "uv": (7, ms(hours=30)),
        "old": (None, None),
    }
    assert found["old"]["age_seconds"] is None


def test_a_code_is_answered_with_its_text(client: FlaskClient) -> None:
    put(client, [line({"Charger Data": {"Charge State": "FLOAT"}}, "tristar", "tristar-1")])
    row = got(client, CONTROLLER + "/latest")["metrics"]["charge_state"]
    assert (row["value"], row["text"]) == (7, "FLOAT")


def test_only_the_metrics_asked_for_are_answered_in_their_order(client: FlaskClient) -> None:
    put(client, [lux(1, {"uv": 2, "ir": 3})])
    assert list(got(client, LIGHT + "/latest", metric=["uv", "lux", "uv"])["metrics"]) == ["uv", "lux"]


@pytest.mark.parametrize("route", ["latest", "range", "nearest?at=2026-11-24"])
def test_a_metric_that_the_device_has_not_is_404(client: FlaskClient, route: str) -> None:
    put(client, [lux(1)])
    path, _, query = route.partition("?")
    answer = client.get(f"/api/v1{LIGHT}/{path}?metric=tea&{query}")
    assert answer.status_code == 404
    assert "series lists them" in answer.get_json()["error"]


def test_a_metric_of_the_catalogue_may_be_asked_before_it_came(client: FlaskClient) -> None:
    put(client, [controller()])
    row = got(client, CONTROLLER + "/latest", metric="p_out")["metrics"]["p_out"]
    assert (row["label"], row["value"], row["unit"]) == ("Output Power", None, "W")


# Values at a moment


def test_the_values_nearest_to_a_moment_say_how_far_off_they_are(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in range(5)])
    found = got(client, LIGHT + "/nearest", at=at(minutes=2, seconds=20).isoformat())
    assert found["at"] == ms(minutes=2, seconds=20)
    assert found["metrics"] == {
        "lux": {"value": 2, "text": None, "unit": "", "recorded_at": ms(minutes=2), "distance_seconds": 20}
    }


def test_nothing_near_enough_is_null(client: FlaskClient) -> None:
    put(client, [lux(1)])
    for query in ({"at": ms(minutes=11)}, {"at": ms(seconds=2), "tolerance": 1}, {"at": ms(seconds=1), "tolerance": 0}):
        assert got(client, LIGHT + "/nearest", **query)["metrics"]["lux"]["value"] is None
    assert got(client, LIGHT + "/nearest", at=ms(minutes=11), tolerance=660)["metrics"]["lux"]["value"] == 1
    assert got(client, LIGHT + "/nearest", at=ms(), tolerance=0)["metrics"]["lux"]["value"] == 1


def test_daily_values_are_nearest_in_their_own_documents(client: FlaskClient) -> None:
    put(client, [controller(13.4), daily(14.4, hours=5)])
    found = got(client, CONTROLLER + "/nearest", at=ms())["metrics"]
    assert (found["bat_voltage"]["value"], found["bat_max_voltage_daily"]["value"]) == (13.4, 14.4)
    assert found["bat_max_voltage_daily"]["distance_seconds"] == 18_000


# Documents


def test_documents_are_paged_from_the_newest(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in range(45)])
    address_now: str | None = f"/api/v1{LIGHT}/documents?limit=21&times=iso"
    found, lengths = [], []
    while address_now is not None:
        answer = client.get(address_now).get_json()
        found += [(row["recorded_at"], row["content"]["lux"]) for row in answer["documents"]]
        lengths.append(len(answer["documents"]))
        address_now = answer["next"]
    assert lengths == [21, 21, 3]
    expected = [at(minutes=n).isoformat(timespec="milliseconds").replace("+00:00", "Z") for n in range(45)]
    assert found == [(expected[n], n) for n in reversed(range(45))]


def test_two_documents_of_one_instant_stand_on_one_page(client: FlaskClient) -> None:
    put(client, [one for n in range(30) for one in (controller(n, minutes=n), daily(n, minutes=n))])
    found = []
    address_now: str | None = f"/api/v1{CONTROLLER}/documents?limit=7"
    while address_now is not None:
        answer = client.get(address_now).get_json()
        found += [(row["recorded_at"], row["family"]) for row in answer["documents"]]
        address_now = answer["next"]
    assert len(found) == 60
    assert set(found) == {(ms(minutes=n), family) for n in range(30) for family in ("tristar", "tristar_daily")}


def test_a_document_is_answered_as_it_was_posted(client: FlaskClient) -> None:
    content = {"lux": 1.50, "count": 12345678901234567, "text": "é", "list": [None, True]}
    put(client, [line(content, "sensor", SENSOR, clock="restored")])
    [row] = got(client, LIGHT + "/documents")["documents"]
    assert (row["content"], row["clock"], row["family"], row["recorded_at"]) == (content, "restored", "sensor", ms())


def test_a_window_of_documents_holds_its_start_and_not_its_end(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in range(4)])
    found = got(client, LIGHT + "/documents", from_=ms(minutes=1), to=ms(minutes=3))
    assert [row["content"]["lux"] for row in found["documents"]] == [2, 1]
    assert got(client, LIGHT + "/documents", from_=ms(minutes=9))["documents"] == []


def test_a_page_of_long_documents_is_shorter(client: FlaskClient) -> None:
    put(client, [lux(n, {"note": "x" * 1_000_000}, minutes=n) for n in range(10)])
    first = got(client, LIGHT + "/documents")
    assert len(first["documents"]) < 10
    assert first["next"] is not None


# Energy


def test_energy_is_the_integral_of_a_power_with_its_coverage(client: FlaskClient) -> None:
    put(client, [controller(watts=600, minutes=10 * n) for n in range(7)])
    found = got(client, CONTROLLER + "/energy", metric="p_out", from_=ms(), to=ms(hours=1))
    assert found == {
        "device": "tristar-1",
        "metric": "p_out",
        "from": ms(),
        "to": ms(hours=1),
        "watt_hours": pytest.approx(600),
        "coverage": pytest.approx(1),
    }


def test_energy_does_not_cross_a_gap_and_is_null_when_nothing_was_measured(client: FlaskClient) -> None:
    put(client, [controller(watts=600, minutes=60 * n) for n in range(2)])
    asked = {"metric": "p_out", "from_": ms(), "to": ms(hours=1, seconds=1)}
    found = got(client, CONTROLLER + "/energy", **asked)
    assert (found["watt_hours"], found["coverage"]) == (None, 0)
    assert got(client, CONTROLLER + "/energy", **asked, max_gap=3600)["watt_hours"] == pytest.approx(600)


def test_energy_of_what_is_no_power_is_400(client: FlaskClient) -> None:
    put(client, [controller()])
    assert "in V" in refused(client, CONTROLLER + "/energy", metric="bat_voltage", from_=ms())
    assert "from is missing" in refused(client, CONTROLLER + "/energy", metric="p_out")


# What is asked


WRONG = [
    ({"metrics": "lux"}, "there is no parameter 'metrics': this route takes from, to, metric"),
    ({"from_": "yesterday"}, "from is 'yesterday': write it like 2026-11-24T08:00:00Z"),
    ({"from_": "2026-13-01"}, "2026-13-01"),
    ({"from_": "1600-01-01"}, "1900 to 9000"),
    ({"from_": "999999999999999"}, "1900 to 9000"),
    ({"from_": ["2026-11-01", "2026-11-02"]}, "from was given 2 times: give it once"),
    ({"from_": "2026-11-02", "to": "2026-11-01"}, "before it starts"),
    ({"points": "0"}, "points is '0': it is a whole number from 1 to 200000"),
    ({"points": "many"}, "points is 'many'"),
    ({"points": "٣"}, "points is"),
    ({"interval": "0"}, "interval is '0'"),
    ({"interval": "1.5"}, "interval is '1.5'"),
    ({"points": "5", "interval": "60"}, "give one"),
    ({"measures": "mean"}, "give points, interval or months as well"),
    ({"points": "5", "measures": "mean,median"}, "measures is 'median': it is one of mean, min, max, last, count"),
    ({"tz": "Mars/Olympus"}, "no time zone named"),
    ({"tz": "../../etc/passwd"}, "tz is"),
    ({"times": "unix"}, "times is 'unix': it is one of ms, iso"),
    ({"format": "xlsx"}, "format is 'xlsx'"),
    ({"metric": ""}, "metric is ''"),
    ({"interval": "1", "from_": "2020-01-01", "to": "2026-01-01"}, "buckets"),
]


@pytest.mark.parametrize(("query", "said"), WRONG)
def test_a_wrong_question_is_400_and_says_what_would_be_right(
    client: FlaskClient, query: dict[str, Any], said: str
) -> None:
    put(client, [lux(1)])
    assert said in refused(client, LIGHT + "/range", **query)


@pytest.mark.parametrize(
    ("text", "zone", "meant"),
    [
        ("2019-12-03T19:40:00Z", "UTC", NOON),
        ("2019-12-03 19:40", "UTC", NOON),
        ("2019-12-03T11:40", "America/Los_Angeles", NOON),
        ("2019-12-03T20:40:00+01:00", "America/Los_Angeles", NOON),
        ("1575402000000", "America/Los_Angeles", NOON),
        ("2019-12-03", "America/Los_Angeles", datetime(2019, 12, 3, 8, tzinfo=UTC)),
    ],
)
def test_an_instant_may_be_written_in_several_ways(client: FlaskClient, text: str, zone: str, meant: datetime) -> None:
    put(client, [lux(1)])
    found = got(client, LIGHT + "/nearest", at=text, tz=zone, times="iso")
    assert found["at"] == meant.isoformat().replace("+00:00", "Z")


def test_a_plus_sign_lost_in_the_address_is_understood(client: FlaskClient) -> None:
    put(client, [lux(1)])
    answer = client.get(f"/api/v1{LIGHT}/nearest?at=2019-12-03T20:40:00+01:00")
    assert answer.get_json()["at"] == ms()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_reading_routes_take_no_other_method(client: FlaskClient, method: str) -> None:
    answer = getattr(client, method)(address(LIGHT + "/latest"))
    assert (answer.status_code, set(answer.get_json())) == (405, {"error", "reference"})


def test_an_unknown_route_is_404_in_json(client: FlaskClient) -> None:
    assert client.get("/api/v1/devices/bms/tea").status_code == 404


def test_a_document_of_a_string_is_of_its_controller(client: FlaskClient) -> None:
    put(client, [line(tristar_document(2), "tristar", "tristar-2")])
    assert got(client, "/devices/tristar-2/latest")["metrics"]["bat_voltage"]["value"] == 13.47
