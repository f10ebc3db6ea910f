"""The glossary: a heading for every metric, and under it the catalogue's own sentence, unit and codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data import catalogue
from data.errors import NotFoundError

GLOSSARY = (Path(__file__).parents[2] / "docs/glossary.md").read_text(encoding="utf-8")
SECTIONS = {
    section.partition("\n")[0].strip().strip("`"): " ".join(section.partition("\n")[2].split())
    for section in re.split(r"^### ", GLOSSARY, flags=re.MULTILINE)[1:]
}
CELLS = {row.key.format("<n>"): row.explanation for row in catalogue.CELL_METRICS}
SINGLE = [metric for metric in catalogue.METRICS if not metric.key.startswith("cell_")]


@pytest.mark.parametrize("metric", SINGLE, ids=lambda metric: metric.key)
def test_every_metric_has_its_heading_and_its_sentence(metric: catalogue.Metric) -> None:
    section = SECTIONS[metric.key]
    assert f"{metric.label}: {metric.explanation}" in section
    assert f"Unit: {metric.unit or ('a code' if metric.codes else 'a number')}" in section
    for code, word in (metric.codes.names if metric.codes else {}).items():
        assert f"{code} {word}" in section


def test_the_metrics_of_single_cells_have_theirs() -> None:
    for key, explanation in CELLS.items():
        assert explanation in SECTIONS[key]


def test_no_heading_is_of_a_metric_that_does_not_exist() -> None:
    assert SECTIONS.keys() == {metric.key for metric in SINGLE} | CELLS.keys()


@pytest.mark.parametrize("metric", catalogue.METRICS, ids=lambda metric: metric.key)
def test_an_explanation_is_a_sentence(metric: catalogue.Metric) -> None:
    assert re.fullmatch(r"[A-Z].{20,}\.", metric.explanation)


def test_a_cell_beyond_the_listed_ones_has_its_metric() -> None:
    found = catalogue.metric("cell_256_m_temperature")
    assert (found.label, found.unit, found.family) == ("Cell 256 Module Temperature", "degC", "bms")
    listed = catalogue.metric("cell_1_m_temperature")
    assert (found.low, found.high) == (listed.low, listed.high)


@pytest.mark.parametrize(
    "key", ["cell_257_voltage", "cell_0_voltage", "cell_09_voltage", "cell_9_nonsense", "test", ""]
)
def test_a_key_of_no_metric_is_not_found(key: str) -> None:
    with pytest.raises(NotFoundError):
        catalogue.metric(key)
