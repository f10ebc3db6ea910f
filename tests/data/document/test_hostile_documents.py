"""What no document may do: stop the others of its batch, give a cell another cell's value, or break who reads it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from data import document, queries
from data.database.models import SealedBlock, SealedColumns, SensorDataEntry
from data.errors import DocumentError
from data.ingest import batch as ingest
from data.ranges import TimeRange
from data.store import template_rows
from data.store.sealed import sealing
from data.templates import splitting

RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
DEEP = '{"a":' * 60 + "1" + "}" * 60
HOSTILE = {
    "half a character in a key": '{"a\\ud800": 1}',
    "half a character in a unit": '{"t": {"value": 1, "unit": "\\uDFFF"}}',
    "half a character as it is": '{"a": "\ud800"}',
    "sixty levels": DEEP,
    "sixty levels of lists": '{"a":' + "[" * 60 + "]" * 60 + "}",
    "a hundred thousand levels": '{"a":' * 100_000,
    "a number beyond floats": '{"a": 1e400}',
    "a whole number beyond floats": '{"a": 1' + "0" * 400 + "}",
    "more digits than Python reads": '{"a": ' + "9" * 5000 + "}",
    "NaN": '{"a": NaN}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_could_not_be_answered_again_is_refused_in_words(text: str) -> None:
    with pytest.raises(DocumentError, match=r"body (is|holds)"):
        document.parse_content(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(("family", "device"), [("bms", "bms"), ("sensor", "admin/VEML7700")])
def test_a_hostile_document_is_refused_and_its_neighbours_are_stored(
    sessions: sessionmaker[Session], text: str, family: str, device: str
) -> None:
    batch = [ingest.Posted("bms", "bms", '{"n": 1}'), ingest.Posted(family, device, text)]
    batch.append(ingest.Posted("bms", "bms", '{"n": 2}'))
    with sessions.begin() as session:
        outcomes = ingest.store(session, batch, RECEIVED)
    assert [outcome.result for outcome in outcomes] == ["stored", "refused", "stored"]


def test_a_character_written_as_a_pair_of_escapes_is_whole() -> None:
    assert document.parse_content('{"a": "\\ud83c\\udf33"}') == {"a": "🌳"}


def test_a_whole_number_keeps_every_digit_and_its_series_has_it_as_a_float() -> None:
    text = '{"large": 123456789012345678901234, "fits": 999999999999999999}'
    content = document.parse_content(text)
    assert content == {"large": 123456789012345678901234, "fits": 999999999999999999}
    assert document.readings("sensor", content)["large"] == 1.2345678901234568e23
    assert not document.same_content(text, text.replace("901234,", "901235,"))


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a": 1}', '\ufeff{"a": 1}', '{"a": 1}'.encode("utf-16")])
def test_a_byte_order_mark_is_no_part_of_a_document(body: str | bytes) -> None:
    assert document.parse_content(body) == {"a": 1}


def test_true_and_one_are_different_content_and_one_and_one_point_zero_are_not() -> None:
    assert not document.same_content('{"a": true}', '{"a": 1}')
    assert not document.same_content('{"a": [0]}', '{"a": [false]}')
    assert document.same_content('{"a": 1, "b": [2.0]}', '{"b": [2], "a": 1.0}')


def cells(**posted: float) -> dict[str, Any]:
    values = {name.replace("_", " "): {"value": volts, "unit": "V"} for name, volts in posted.items()}
    group = {"first cell number": 4, "size of group": 4, "individual cell module voltages": values}
    return {"BatteryVoltageDetail": {"cell group 2": group}}


VOLTS = {"cell_1": 3.31, "cell_2": 3.32, "cell_3": 3.33, "cell_4": 3.34}
EXPECTED = {"cell_5_voltage": 3.31, "cell_6_voltage": 3.32, "cell_7_voltage": 3.33, "cell_8_voltage": 3.34}


@given(st.permutations(sorted(VOLTS)))
def test_a_cell_is_known_by_its_number_in_whatever_order_the_cells_are_posted(order: list[str]) -> None:
    assert document.readings("bms", cells(**{name: VOLTS[name] for name in order})) == EXPECTED


@given(st.sampled_from(sorted(VOLTS)))
def test_a_cell_that_does_not_answer_leaves_the_numbers_of_the_others(silent: str) -> None:
    answering = {name: volts for name, volts in VOLTS.items() if name != silent}
    expected = {key: volts for key, volts in EXPECTED.items() if volts in answering.values()}
    assert document.readings("bms", cells(**answering)) == expected


def test_two_flags_fused_into_one_key_are_two_flags() -> None:
    found = document.flags("bms", {"BMSStatus": {"undervoltage, overvoltage": True, "leakage": False}})
    assert found.protection_errors == ["undervoltage", "overvoltage"]


def test_a_bare_register_reads_to_the_hundredth_volt_of_the_other_dialects() -> None:
    content = {"Charger Data": {"target regulatoin voltage": 2581}}
    assert document.readings("tristar", content) == {"target_voltage": 14.18}


def test_ampere_hours_become_coulombs_without_rounding_noise() -> None:
    content = {"Battery Charge": {"battery charge": 260.6, "battery capacity": 360}}
    assert document.readings("bms", content) == {"battery_charge": 938160.0, "battery_capacity": 1296000.0}


def test_a_sensors_key_and_unit_hold_only_what_can_be_printed() -> None:
    content = json.loads('{"a\\u0000b": {"value": 1, "unit": "l\\nux"}}')
    assert document.readings("sensor", content) == {"ab": 1.0}
    assert document.sensor_units(content) == {"ab": "lux"}


LIKE_STAND_INS = {
    "a number": '"n":  4503599627370496',
    "another number": '"n":  4503599627370499',
    "a text": '"n": "4503599627370496"',
    "a text with a unit": '"n": {"value": " 4503599627370496.0", "unit": "s"}',
}


@pytest.mark.parametrize("kept", [False, True], ids=["new", "taken apart by an earlier version"])
@pytest.mark.parametrize("like", LIKE_STAND_INS.values(), ids=LIKE_STAND_INS.keys())
def test_a_number_like_those_that_stand_for_others_is_itself(
    sessions: sessionmaker[Session], like: str, kept: bool
) -> None:
    expected = document.readings("sensor", json.loads(f"{{{like}}}"))["n"]
    for within in ('"t":"a number within a text:%d"', '"t":%d,"u":"long enough to be taken apart"'):
        texts = [f"{{{within % minute},{like}}}" for minute in range(6)]
        batch = [
            ingest.Posted("sensor", "admin/VEML7700", text, RECEIVED - timedelta(days=3, minutes=minute))
            for minute, text in enumerate(texts)
        ]
        split = splitting.split(texts[0])
        assert split is not None
        if kept:
            with sessions.begin() as session:
                template_rows.keep(session, [split.template])
        for one in batch:  # one by one: the second finds the first one's template
            with sessions.begin() as session:
                assert ingest.store(session, [one], RECEIVED)[0].result == "stored"
        for _ in range(2):
            with sessions() as session:
                device = queries.device(session, "admin/VEML7700").id
                window = TimeRange(RECEIVED - timedelta(days=9), RECEIVED)
                assert queries.samples(session, device, ["n"], window)["n"].to_list() == [expected] * 6
                latest = queries.latest(session, device, "sensor")
                assert latest is not None
                assert latest.readings["n"] == expected
                found = queries.documents(session, device, window, 10)
                assert [one.content for one in found] == [json.loads(text) for text in texts]
            sealing.seal(sessions, RECEIVED)
        with sessions.begin() as session:
            for model in (SensorDataEntry, SealedBlock, SealedColumns):
                session.execute(delete(model))
