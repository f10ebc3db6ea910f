"""The reading routes: contract 1.3 and 1.4, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.services import parts_of
from data.accounts import users
from data.ingest import batch
from tests.builders import DATABASES, NOON, line, ndjson, sign_in, statements_of

SOC = "state_of_charge"


def soc(value: Any) -> dict[str, Any]:
    return {"Battery Charge": {"state of charge": value}}


def volts(value: Any) -> dict[str, Any]:
    return {"ADC data": {"battery voltage": value}}


def daily(value: Any) -> dict[str, Any]:
    return {"Daily Logger Values": {"Battery Voltage Maximum Daily": value}}


def put(client: FlaskClient, *documents: dict[str, Any]) -> None:
    """Store these lines."""
    answer = client.post("/api/v1/documents", data=ndjson(documents))
    assert '"refused"' not in answer.get_data(as_text=True), answer.get_data(as_text=True)


def date(at: datetime, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    return at.strftime(pattern)


def after(**length: float) -> datetime:
    return NOON + timedelta(**length)


def bms_point(client: FlaskClient, at: datetime, query: str = "", parameter: str = SOC) -> Any:
    return client.get(f"/BMS/api/single_point/{quote(date(at))}/{parameter}{query}")


def bms_range(client: FlaskClient, start: datetime, end: datetime, interval: Any = 10, parameter: str = SOC) -> Any:
    return client.get(f"/BMS/api/{quote(date(start))}/{quote(date(end))}/{interval}/{parameter}")


# A value at a moment


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_the_row_nearest_to_the_moment_answers(client: FlaskClient) -> None:
    put(client, *(line(soc(70 + n), at=after(minutes=n)) for n in range(5)))
    answer = bms_point(client, after(minutes=2, seconds=29))
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"date": "2019-12-03 19:42:00", "parameter": SOC, "value": 72},
    )


def test_of_two_equally_near_the_earlier_answers(client: FlaskClient) -> None:
    put(client, line(soc(1), at=after(minutes=0)), line(soc(2), at=after(minutes=2)))
    assert bms_point(client, after(minutes=1)).get_json()["value"] == 1


@pytest.mark.parametrize(("minutes", "code"), [(10, 200), (-10, 200), (10.02, 404), (-10.02, 404)])
def test_a_row_answers_within_ten_minutes_and_no_further(client: FlaskClient, minutes: float, code: int) -> None:
    put(client, line(soc(72.4)))
    assert bms_point(client, after(minutes=minutes)).status_code == code


@pytest.mark.parametrize(("hours", "code"), [(11, 200), (-11, 200), (11.01, 404)])
def test_a_daily_row_answers_within_eleven_hours(client: FlaskClient, hours: float, code: int) -> None:
    put(client, line(daily(14.1), "tristar_daily", "tristar-1"))
    at = quote(date(after(hours=hours)))
    assert client.get(f"/Tristar/api/single_data_point/{at}/bat_max_voltage_daily").status_code == code


def test_nothing_near_enough_is_404_in_the_shape_of_an_answer(client: FlaskClient) -> None:
    answer = client.get("/BMS/api/single_point/2019-12-03T19:40/state_of_charge")
    assert (answer.status_code, answer.get_json()) == (
        404,
        {"data": {}, "date": "2019-12-03T19:40", "parameter": SOC, "value": None},
    )


def test_a_value_that_the_document_lacks_is_null(client: FlaskClient) -> None:
    put(client, line({"Battery Charge": {}}))
    assert bms_point(client, NOON).get_json() == {"date": date(NOON), "parameter": SOC, "value": None}


@pytest.mark.parametrize(
    ("posted", "value"),
    [(72.4, 72.4), ("72.4", 72.4), ({"value": 72.4, "unit": "%"}, 72.4), ({"value": "0"}, 0), (0, 0)],
)
def test_values_are_numbers_however_they_were_posted(client: FlaskClient, posted: Any, value: float) -> None:
    put(client, line(soc(posted)))
    found = bms_point(client, NOON).get_json()["value"]
    assert found == value
    assert isinstance(found, (int, float))


def test_charge_stays_in_coulombs(client: FlaskClient) -> None:
    put(client, line({"Battery Charge": {"battery charge": {"value": 938304, "unit": "C"}}}))
    assert bms_point(client, NOON, parameter="battery_charge").get_json()["value"] == 938304


@pytest.mark.parametrize("spelling", ["single_point", "single_data_point"])
@pytest.mark.parametrize(
    ("family", "device", "content", "address", "parameter"),
    [
        ("bms", "bms", soc(5), "/BMS/api", SOC),
        ("tristar", "tristar-1", volts(5), "/Tristar/api", "bat_voltage"),
        ("tristar", "tristar-1", volts(5), "/tristar/API", "bat_voltage"),
    ],
)
def test_both_families_answer_to_both_spellings(
    client: FlaskClient, spelling: str, family: str, device: str, content: dict[str, Any], address: str, parameter: str
) -> None:
    put(client, line(content, family, device))
    answer = client.get(f"{address}/{spelling}/{quote(date(NOON))}/{parameter}/")
    assert answer.get_json() == {"date": date(NOON), "parameter": parameter, "value": 5}


@pytest.mark.parametrize("pattern", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
def test_dates_are_read_with_t_and_without_seconds(client: FlaskClient, pattern: str) -> None:
    put(client, line(soc(5)))
    assert client.get(f"/BMS/api/single_point/{quote(date(NOON, pattern))}/{SOC}").get_json()["value"] == 5


def test_another_zone_is_read_and_written(client: FlaskClient) -> None:
    put(client, line(soc(5)))
    answer = client.get(f"/BMS/api/single_point/2019-12-03%2011:40:00/{SOC}?tz=America/Los_Angeles")
    assert answer.get_json() == {"date": "2019-12-03 11:40:00", "parameter": SOC, "value": 5}


@pytest.mark.parametrize(
    "path",
    [
        "/BMS/api/single_point/yesterday/state_of_charge",
        "/BMS/api/single_point/2019-12-03/state_of_charge",
        "/BMS/api/single_point/2019-13-03 00:00:00/state_of_charge",
        "/BMS/api/single_point/0001-01-01 00:00:00/state_of_charge",
        "/BMS/api/single_point/9999-12-31 23:59:59/state_of_charge",
        "/BMS/api/single_point/2019-12-03 19:40:00/state_of_charge?tz=Mars/Base",
        "/BMS/api/single_point/2019-12-03 19:40:00/state_of_charge?tz=../../etc/passwd",
        "/BMS/api/single_point/2019-12-03 19:40:00/state_of_charge?string=1",
        "/Tristar/api/single_point/2019-12-03 19:40:00/bat_voltage?string=3",
        "/BMS/api/x/2019-12-03 19:40:00/10/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/x/10/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/2019-12-03 19:30:00/10/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/2019-12-03 20:40:00/0/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/2019-12-03 20:40:00/-5/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/2019-12-03 20:40:00/2.5/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/2019-12-03 20:40:00/99999999999999999999/state_of_charge",
        "/BMS/api/2019-01-01 00:00:00/2019-01-08 00:00:00/1/state_of_charge",
        "/Tristar/api/2019-12-03 19:40:00/2019-12-03 20:40:00/0/bat_voltage",
        "/sensors/get-sensor-json-data-by-id/1/yesterday",
        "/sensors/get-sensor-json-data-range/1/2019-12-03 19:40:00/2019-12-03 19:30:00/10",
        "/sensors/get-sensor-json-data-range/1/2019-12-03 19:40:00/2019-12-03 20:40:00/0",
    ],
)
def test_what_cannot_be_answered_is_400_in_words(client: FlaskClient, path: str) -> None:
    answer = client.get(quote(path, safe="/?=."))
    assert answer.status_code == 400
    assert set(answer.get_json()) == {"error", "reference"}


@pytest.mark.parametrize(
    "path",
    [
        "/BMS/api/single_point/2019-12-03 19:40:00/nothing",
        "/BMS/api/single_point/2019-12-03 19:40:00/test",
        "/BMS/api/single_point/2019-12-03 19:40:00/State_of_charge",
        "/BMS/api/single_point/2019-12-03 19:40:00/bat_voltage",
        "/Tristar/api/single_point/2019-12-03 19:40:00/state_of_charge",
        "/BMS/api/2019-12-03 19:40:00/2019-12-03 20:40:00/10/nothing",
        "/Tristar/api/2019-12-03 19:40:00/2019-12-03 20:40:00/10/nothing",
    ],
)
def test_an_unknown_parameter_is_400_in_the_old_shape(client: FlaskClient, path: str) -> None:
    answer = client.get(quote(path))
    assert (answer.status_code, answer.get_json()) == (
        400,
        {"error": "unknown parameter", "parameter": "error", "value": None},
    )


# Families and controllers are kept apart


def test_a_family_is_never_answered_with_a_row_of_another(client: FlaskClient) -> None:
    put(client, line(soc(5)), line(daily(14.1), "tristar_daily", "tristar-1", after(minutes=1)))
    assert client.get(f"/Tristar/api/single_point/{quote(date(NOON))}/bat_voltage").status_code == 404


def test_either_controller_answers_and_ties_go_to_the_first(client: FlaskClient) -> None:
    put(client, line(volts(2), "tristar", "tristar-2"), line(volts(1), "tristar", "tristar-1"))
    put(client, line(volts(22), "tristar", "tristar-2", after(minutes=5)))
    path = "/Tristar/api/single_point/{}/bat_voltage{}"

    def value(at: datetime, query: str = "") -> Any:
        return client.get(path.format(quote(date(at)), query)).get_json()["value"]

    assert value(NOON) == 1
    assert value(NOON, "?string=2") == 2
    assert value(after(minutes=4)) == 22
    assert value(after(minutes=4), "?string=1") == 1


# Values on a grid


def test_a_range_holds_the_nearest_value_under_each_tick_the_end_included(client: FlaskClient) -> None:
    put(client, *(line(soc(n), at=after(minutes=n, seconds=20)) for n in range(31)))
    answer = bms_range(client, NOON, after(minutes=30))
    assert (answer.status_code, answer.get_json()) == (
        200,
        {
            "parameter": SOC,
            "data": {
                "2019-12-03 19:40:00": 0,
                "2019-12-03 19:50:00": 10,
                "2019-12-03 20:00:00": 20,
                "2019-12-03 20:10:00": 30,
            },
        },
    )


def test_an_end_between_two_ticks_is_left_out(client: FlaskClient) -> None:
    put(client, line(soc(1)))
    assert list(bms_range(client, NOON, after(minutes=9)).get_json()["data"]) == [date(NOON)]


def test_a_range_of_one_moment_is_one_tick(client: FlaskClient) -> None:
    put(client, line(soc(1)))
    assert bms_range(client, NOON, NOON).get_json()["data"] == {date(NOON): 1}


def test_a_tick_without_a_row_or_a_value_is_left_out(client: FlaskClient) -> None:
    put(client, line(soc(1)), line({"Battery Charge": {}}, at=after(minutes=30)), line(soc(6), at=after(minutes=60)))
    answer = bms_range(client, NOON, after(minutes=60), 30)
    assert answer.get_json()["data"] == {date(NOON): 1, date(after(minutes=60)): 6}


def test_a_range_without_rows_is_empty(client: FlaskClient) -> None:
    assert bms_range(client, NOON, after(hours=1)).get_json() == {"parameter": SOC, "data": {}}


def test_a_daily_range_reads_the_daily_rows(client: FlaskClient) -> None:
    put(client, *(line(daily(14 + n / 10), "tristar_daily", "tristar-1", after(days=n)) for n in range(3)))
    path = f"/Tristar/api/{quote(date(NOON))}/{quote(date(after(days=2)))}/1440/bat_max_voltage_daily"
    assert list(client.get(path).get_json()["data"].values()) == [14, 14.1, 14.2]


def test_ten_thousand_ticks_are_answered_and_one_more_is_not(client: FlaskClient) -> None:
    put(client, line(soc(1)))
    assert bms_range(client, NOON, after(minutes=9_999), 1).status_code == 200
    assert bms_range(client, NOON, after(minutes=10_000), 1).status_code == 400


def test_a_range_takes_no_more_statements_for_more_ticks(client: FlaskClient) -> None:
    put(client, *(line(soc(n % 100), at=after(minutes=n)) for n in range(1000)))
    with statements_of(parts_of(client.application).engine) as statements:
        assert len(bms_range(client, NOON, after(minutes=10), 1).get_json()["data"]) == 11
        few = len(statements)
        assert len(bms_range(client, NOON, after(minutes=900), 1).get_json()["data"]) == 901
    assert 0 < len(statements) - few <= few


def test_an_hour_that_comes_twice_is_not_lost(client: FlaskClient) -> None:
    first = datetime(2019, 11, 3, 8, 30, tzinfo=UTC)  # 01:30 in summer time, an hour later 01:30 again
    put(client, line(soc(1), at=first), line(soc(2), at=first + timedelta(hours=1)))
    path = f"/BMS/api/{quote('2019-11-03 01:30:00')}/{quote('2019-11-03 02:30:00')}/60/{SOC}?tz=America/Los_Angeles"
    assert client.get(path).get_json()["data"] == {"2019-11-03 01:30:00": 1, "2019-11-03 01:30:00-08:00": 2}


# Sensors


@pytest.fixture
def lux(client: FlaskClient, sessions: sessionmaker[Session]) -> int:
    """The id of a public sensor with three documents, ten minutes apart."""
    put(client, *(line({"lux": n, "note": "x"}, "sensor", "admin/VEML7700", after(minutes=10 * n)) for n in range(3)))
    with sessions() as session:
        found = users.find_sensor(session, "admin", "VEML7700")
        assert found is not None
        return found.id


def test_a_sensor_answers_with_its_nearest_document(client: FlaskClient, lux: int) -> None:
    answer = client.get(f"/sensors/get-sensor-json-data-by-id/{lux}/{quote(date(after(minutes=12)))}")
    assert answer.get_json() == {"data": {"lux": 1, "note": "x"}, "date": date(after(minutes=10))}


def test_a_sensor_without_a_near_document_answers_200_and_nothing(client: FlaskClient, lux: int) -> None:
    answer = client.get(f"/sensors/get-sensor-json-data-by-id/{lux}/2018-01-01 00:00:00")
    assert (answer.status_code, answer.get_json()) == (200, {"data": {}, "date": "2018-01-01 00:00:00"})


def test_a_sensor_range_is_keyed_by_the_times_of_its_documents(client: FlaskClient, lux: int) -> None:
    start, end = quote(date(after(minutes=1))), quote(date(after(minutes=21)))
    answer = client.get(f"/sensors/get-sensor-json-data-range/{lux}/{start}/{end}/10")
    assert answer.get_json() == {
        "sensor_id": lux,
        "data": {date(after(minutes=10 * n)): {"lux": n, "note": "x"} for n in range(3)},
    }


@pytest.mark.parametrize("sensor_id", ["999", "x", "-1", "99999999999999999999"])
def test_an_unknown_sensor_is_404(client: FlaskClient, sensor_id: str) -> None:
    for path in ("by-id/{}/2019-12-03 19:40:00", "range/{}/2019-12-03 19:40:00/2019-12-03 20:40:00/10"):
        answer = client.get(quote(f"/sensors/get-sensor-json-data-{path.format(sensor_id)}"))
        assert answer.status_code == 404
        assert set(answer.get_json()) == {"error", "reference"}


def test_a_private_sensor_answers_its_owner_its_key_and_administrators_only(
    client: FlaskClient, signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "a long password")
        users.create_user(session, "bob", "bob@example.org", "a long password")
        sensor_id = users.register_sensor(session, ada, "moisture").id
        _, users_key = users.create_key(session, "k", ada)
        _, devices_key = users.create_key(session, "k", device_slug="ada/moisture")
        _, other_key = users.create_key(session, "k", device_slug="bms")
        batch.store(session, [batch.Posted("sensor", "ada/moisture", '{"m": 3}', NOON)], datetime.now(UTC))
        session.commit()
    paths = [
        f"/sensors/get-sensor-json-data-by-id/{sensor_id}/{quote(date(NOON))}",
        f"/sensors/get-sensor-json-data-range/{sensor_id}/{quote(date(NOON))}/{quote(date(NOON))}/10",
    ]
    owner, stranger = client.application.test_client(), client.application.test_client()
    sign_in(owner, "ada", "a long password")
    sign_in(stranger, "bob", "a long password")
    for path in paths:
        for asking in (client, stranger):
            refused = asking.get(path)
            assert refused.status_code == 401
            assert set(refused.get_json()) == {"error", "reference"}
        assert client.get(path, headers={"X-API-Key": other_key}).status_code == 401
        assert owner.get(path).status_code == 200
        assert signed_in.get(path).status_code == 200
        assert client.get(path, headers={"Authorization": f"Bearer {users_key}"}).status_code == 200
        assert client.get(path, headers={"X-API-Key": devices_key}).status_code == 200
