"""The files of the catalogue: what is wrong in one is told by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import catalogue
from data.catalogue import codes, definitions
from data.catalogue.tables import read_table
from data.document import FIELDS, fields

ROW = "bms\tnew_voltage\tNew Voltage\tV\t\tvoltage\t0\t6\t2\tmean\t\tA sentence that says what it is."


def written(path: Path, columns: tuple[str, ...], *rows: str) -> Path:
    path.write_text("\n".join(["\t".join(columns), *rows]) + "\n", encoding="utf-8")
    return path


def test_a_metric_is_one_row(tmp_path: Path) -> None:
    path = written(tmp_path / "metrics.tsv", definitions.COLUMNS, ROW)
    assert read_table(path, definitions.COLUMNS, definitions.metric_row) == (
        catalogue.Metric(
            "new_voltage", "New Voltage", "V", "bms", "voltage", 0, 6, 2, "A sentence that says what it is."
        ),
    )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROW.replace("New Voltage", ""), "new_voltage has no label"),
        (ROW.replace("mean", "median"), "'median' is not a valid Aggregate"),
        (ROW.replace("\t6\t", "\tsix\t"), "could not convert string to float: 'six'"),
        (ROW.replace("\t6\t", "\t-6\t"), "low is 0 and high is -6"),
        (ROW.replace("V\t\t", "V\tkV\t"), "what turns 'V' into 'kV' is not in SCREEN_FACTORS"),
        (ROW.replace("mean\t", "mean\tstates"), "no table of codes is named 'states'"),
        (ROW + "\tmore", "13 cells; there are 12 columns"),
        (ROW.replace("\tV\t", "\tV \t"), "begins or ends with a space"),
        ("", "a metric has no family"),
    ],
)
def test_a_bad_row_is_told_by_file_and_line(tmp_path: Path, row: str, fault: str) -> None:
    path = written(tmp_path / "metrics.tsv", definitions.COLUMNS, ROW, row)
    with pytest.raises(ValueError, match=r"metrics\.tsv, line 3: ") as problem:
        read_table(path, definitions.COLUMNS, definitions.metric_row)
    assert fault in str(problem.value)


def test_a_file_with_other_columns_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "codes.tsv", ("table", "number"))
    with pytest.raises(ValueError, match=r"line 1: the columns are table, number; expected table, number, key, name"):
        codes.read_codes(path)


@pytest.mark.parametrize("row", ["state\t1\tagain", "state\t2\tfirst"])
def test_a_number_or_a_key_that_stands_twice_is_told(tmp_path: Path, row: str) -> None:
    path = written(tmp_path / "codes.tsv", codes.COLUMNS, "state\t1\tfirst", row)
    with pytest.raises(ValueError, match=r"state has .* twice"):
        codes.read_codes(path)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("bms\tno_such\tXX1/x\tBattery Charge|x", "metrics.tsv has no metric 'no_such' of the family bms"),
        ("bms\tuptime\tTD1/uptime\tuptime", "a place, section|key"),
        ("bms\tuptime\tTD1/uptime\tTime|uptime\tvalue_unit", "shape 'value_unit' with the unit ''"),
    ],
)
def test_a_bad_place_is_told_by_file_and_line(tmp_path: Path, row: str, fault: str) -> None:
    path = written(tmp_path / "fields.tsv", fields.COLUMNS, row)
    with pytest.raises(ValueError, match=r"fields\.tsv, line 2: ") as problem:
        read_table(path, fields.COLUMNS, fields.field_row)
    assert fault in str(problem.value)


def test_every_metric_of_a_known_document_has_its_place() -> None:
    families = {row.family for row in FIELDS}
    wanted = {metric.key for metric in catalogue.METRICS if metric.family in families}
    cells = {metric.key for metric in catalogue.METRICS if metric.key.startswith("cell_")}
    forgotten = wanted - cells - catalogue.ALIASES.keys() ^ {row.metric for row in FIELDS}
    assert forgotten == set(), "data/document/fields.tsv"


def test_no_metric_stands_twice() -> None:
    keys = [metric.key for metric in catalogue.METRICS]
    assert [key for key in keys if keys.count(key) > 1] == []


@pytest.mark.parametrize(("value", "name"), [(5, "MPPT"), (5.0, "MPPT"), (5.5, None), (10, None)])
def test_a_code_is_a_whole_number(value: float, name: str | None) -> None:
    assert codes.CHARGE_STATE.name(value) == name


def test_a_name_is_found_however_it_is_spelled() -> None:
    assert codes.PIN_STATUS.named("Charger Mains_ac sense") == codes.PIN_STATUS.codes[3]
    assert codes.PIN_STATUS.named("") is None
    assert codes.PIN_STATUS.meaning("warp_drive") == ""
