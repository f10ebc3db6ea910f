"""Many documents taken apart at once are apart as each of them would be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.templates.split_many import FEWEST, split_many
from data.templates.splitting import Split, fill, split

DOCUMENTS = Path(__file__).parents[2] / "captures/documents"
CAPTURED = [path.read_text(encoding="utf-8") for path in sorted(DOCUMENTS.rglob("*.json"))]
ONE_LINE = [json.dumps(json.loads(text), separators=(",", ":")) for text in CAPTURED]
FILLING = {f"key {number}": number / 4 for number in range(5)}

# Pieces of which documents are made, and things that only look like them.
PIECES = st.sampled_from(
    [
        *('"a":1,', '"b":-0.5,', '"c":"1:2",', '"d":":-3",', '"e":1e5,', '"f":null,', '"g":{"h":12.50},', '"i":-0,'),
        *('"j":-0.0,', '"k":1234567890123456,', '"l":999999999999999,', '"m":123456789012345.5,', '"n":1.2.3,'),
        *('"o":--1,', '"p":-,', '"q":01,', '"é":2,', '"r": 3,', '"s":[1,2],', '"t":4}', "\n", "\x01", "\x00"),
        *('"u":1E3,', '"v":+7,', '"w":1-2,', "5", ":5", ":", "{", '"x":7', '"y":"2026-06-01",'),
        *('"z":"---------",', '"d":"2026-06-01T12:00:05.25+02:00",', '"n":"2-06-01",'),
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=25).map("".join), min_size=FEWEST, max_size=3 * FEWEST)


@pytest.mark.parametrize("texts", [CAPTURED, ONE_LINE, [text for text in ONE_LINE for _ in range(9)]])
def test_captured_documents_are_apart_as_one_by_one(texts: list[str]) -> None:
    assert split_many(texts) == [split(text) for text in texts]


@given(TEXTS)
def test_any_texts_are_apart_as_one_by_one(texts: list[str]) -> None:
    assert split_many(texts) == [split(text) for text in texts]


NUMBERS = st.floats(-1e6, 1e6) | st.integers(-(10**16), 10**16)


@given(st.lists(st.dictionaries(st.text(max_size=8), NUMBERS, max_size=6)))
def test_any_documents_are_apart_as_one_by_one(documents: list[dict[str, float]]) -> None:
    texts = [json.dumps(FILLING | one, separators=(",", ":"), ensure_ascii=False) for one in documents]
    found = split_many(texts)
    assert found == [split(text) for text in texts]
    assert [text for text, one in zip(texts, found, strict=True) if one is not None] == [
        fill(one.template, one.numbers) for one in found if one is not None
    ]


def test_nothing_is_apart_as_nothing() -> None:
    assert split_many([]) == []
    assert split_many(["{}"] * FEWEST) == [None] * FEWEST
    assert split_many(['{"a":"' + "x" * 50 + '"}'] * FEWEST) == [None] * FEWEST


def test_the_numbers_of_a_split_are_its_values() -> None:
    assert Split("", "1,2.5,-3").values == [1, 2.5, -3]
