"""One spelling for every address."""

from __future__ import annotations

import pytest

from app.http.spelling import Spelling, is_json_address

SPELLING = Spelling(
    [
        "/",
        "/BMS",
        "/BMS/server_side",
        "/Tristar/ChargeSettings",
        "/BMS/api/single_point/<date>/<parameter>",
        "/BMS/api/<start>/<end>/<interval>/<parameter>",
        "/sensors/post-json/<username>/<sensor_name>",
        "/sensors/users/login",
        "/Tristar/post-json/daily",
        "/api/<path:rest>",
        "/<path:path>",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    ]
)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("/", "/"),
        ("/bms", "/BMS"),
        ("/BMS/", "/BMS"),
        ("/bms/serverside", "/BMS/server_side"),
        ("/BMS/Server_Side/", "/BMS/server_side"),
        ("/tristar/chargesettings", "/Tristar/ChargeSettings"),
        ("/TRISTAR/POST-JSON/DAILY/", "/Tristar/post-json/daily"),
        ("/Sensors/Post-JSON/Ada/VEML7700", "/sensors/post-json/Ada/VEML7700"),
        ("/bms/API/Single_Point/2019-12-03 11:40:00/Ah_daily/", "/BMS/api/single_point/2019-12-03 11:40:00/Ah_daily"),
        ("/bms/api/a/b/10/V_mp", "/BMS/api/a/b/10/V_mp"),
        ("/API/v9/Thing", "/api/v9/Thing"),
        ("/_dash-component-suites/X/y.js", "/_dash-component-suites/X/y.js"),
        ("/nowhere/", "/nowhere/"),
        ("//bms", "//bms"),
        ("/sensors/post-json//x", "/sensors/post-json//x"),
    ],
)
def test_an_address_is_known_in_any_spelling_and_names_in_it_stay_as_they_are(written: str, known: str) -> None:
    assert SPELLING.of(written) == known


@pytest.mark.parametrize(
    "path", ["/api/v1/documents", "/bms/API/x", "/_dash-layout", "/Sensors/post-json/a", "/healthz"]
)
def test_the_json_routes_are_told_by_their_beginning(path: str) -> None:
    assert is_json_address(path)


@pytest.mark.parametrize(
    "path", ["/", "/BMS", "/sensors", "/sensors/register", "/apiary", "/about", "/api/v1", "/API/v1/"]
)
def test_pages_are_not_json(path: str) -> None:
    assert not is_json_address(path)
