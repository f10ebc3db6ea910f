"""POST /api/v1/documents: an answer for each line, after the commit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zstandard
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.ranges import TimeRange
from tests.builders import NOON, bms_document, line, ndjson, tristar_document

ROUTE = "/api/v1/documents"
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}
ALWAYS = TimeRange(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def answers(client: FlaskClient, body: bytes, **headers: str) -> list[dict[str, Any]]:
    answer = client.post(ROUTE, data=body, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    return [json.loads(one) for one in answer.get_data(as_text=True).splitlines()]


def count(sessions: sessionmaker[Session], slug: str) -> int:
    with sessions() as session:
        return len(queries.documents(session, queries.device(session, slug).id, ALWAYS, 5000))


def test_each_line_is_stored_or_repeated(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    body = ndjson(
        [
            line(bms_document()),
            line(tristar_document(1), "tristar", "tristar-1"),
            line({"Daily Logger Values": {"Ah_daily": 5}}, "tristar_daily", "tristar-1"),
            line({"lux": 4}, "sensor", "admin/VEML7700"),
        ]
    )
    assert answers(client, body) == [{"line": n, "result": "stored", "reason": None} for n in (1, 2, 3, 4)]
    assert answers(client, body) == [{"line": n, "result": "repeated", "reason": None} for n in (1, 2, 3, 4)]
    assert count(sessions, "tristar-1") == 2
    assert count(sessions, "bms") == 1


def test_the_time_and_the_clock_of_the_collector_are_kept(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    at = NOON + timedelta(milliseconds=123)
    answers(client, ndjson([line(bms_document(), at=at, clock="restored")]))
    with sessions() as session:
        [found] = queries.documents(session, queries.device(session, "bms").id, ALWAYS, 10)
    assert (found.recorded_at, found.clock, found.content) == (at, "restored", bms_document())
    assert found.received_at > at


GOOD = line(bms_document())
REFUSED = [
    ("no json", "not JSON"),
    ('{"family": "bms"', "not JSON"),
    ("[1]", "object"),
    ({**GOOD, "family": "boiler"}, "family is 'boiler'"),
    ({key: value for key, value in GOOD.items() if key != "family"}, "family is missing"),
    ({key: value for key, value in GOOD.items() if key != "device"}, "device is missing"),
    ({key: value for key, value in GOOD.items() if key != "recorded_at"}, "recorded_at is missing"),
    ({key: value for key, value in GOOD.items() if key != "content"}, "content is missing"),
    ({**GOOD, "content": [1]}, "content is missing, or is not an object"),
    ({**GOOD, "content": "text"}, "content is missing, or is not an object"),
    ({**GOOD, "device": 12}, "device is missing, or is not a text"),
    ({**GOOD, "device": "Bad Slug"}, "device"),
    ({**GOOD, "device": "bms\ud800"}, "surrogate"),
    ({**GOOD, "device": "bms\u0000"}, "device is missing, or is not a text"),
    ({**GOOD, "recorded_at": "yesterday"}, "yesterday"),
    ({**GOOD, "recorded_at": 1575402000}, "recorded_at is missing, or is not a text"),
    ({**GOOD, "recorded_at": "1999-12-31T23:59:59Z"}, "2000"),
    ({**GOOD, "recorded_at": "2999-01-01T00:00:00Z"}, "ahead"),
    ({**GOOD, "clock": "sundial"}, "clock is 'sundial'"),
    ({**GOOD, "family": "sensor", "device": "nobody/x"}, "unknown user"),
    ({**GOOD, "family": "sensor", "device": "admin/x"}, "unknown sensor"),
]


@pytest.mark.parametrize(("wrong", "reason"), REFUSED)
def test_a_wrong_line_is_refused_with_its_reason_and_hurts_no_other(
    client: FlaskClient, sessions: sessionmaker[Session], wrong: Any, reason: str
) -> None:
    first, second, third = answers(client, ndjson([GOOD, wrong, line(bms_document(), at=NOON + timedelta(minutes=1))]))
    assert (first["result"], third["result"]) == ("stored", "stored")
    assert (second["line"], second["result"]) == (2, "refused")
    assert reason in second["reason"]
    assert count(sessions, "bms") == 2


def test_a_line_that_is_no_utf_8_costs_itself_alone(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    broken = json.dumps({**GOOD, "content": {"a": "?"}}).encode().replace(b"?", b"\xe9")
    body = b"\n".join([broken, json.dumps(GOOD, ensure_ascii=False).encode()])
    first, second = answers(client, body)
    assert (first["result"], second["result"]) == ("refused", "stored")
    assert first["reason"] == "the line is not UTF-8: send JSON in UTF-8"
    assert count(sessions, "bms") == 1


def test_another_document_of_the_same_time_is_a_conflict(client: FlaskClient) -> None:
    first, second = answers(client, ndjson([GOOD, line(bms_document(more=1))]))
    assert first["result"] == "stored"
    assert second["result"] == "refused"
    assert second["reason"].startswith("conflict")


def test_blank_lines_are_counted_but_not_answered(client: FlaskClient) -> None:
    body = b"\n" + json.dumps(GOOD).encode() + b"\r\n  \n" + b"x\n\n"
    assert [one["line"] for one in answers(client, body)] == [2, 4]


def test_an_empty_body_is_answered_with_nothing(client: FlaskClient) -> None:
    assert answers(client, b"") == []


def test_a_line_separator_inside_a_text_ends_no_line(client: FlaskClient) -> None:
    text = json.dumps(line(bms_document(note="one\u2028two")), ensure_ascii=False)
    assert [one["result"] for one in answers(client, text.encode())] == ["stored"]


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_packed_body_of_several_parts_is_unpacked(client: FlaskClient, encoding: str) -> None:
    pack = PACKERS[encoding]
    packed = pack(json.dumps(GOOD).encode() + b"\n") + pack(b"x\n")
    assert [one["result"] for one in answers(client, packed, **{"Content-Encoding": encoding})] == ["stored", "refused"]


def test_a_thousand_documents_are_taken_and_one_more_is_413(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    many = [line(bms_document(), at=NOON + timedelta(seconds=n)) for n in range(1001)]
    answer = client.post(ROUTE, data=ndjson(many))
    assert answer.status_code == 413
    assert "1,000" in answer.get_json()["error"]
    assert {one["result"] for one in answers(client, ndjson(many[:1000]))} == {"stored"}
    assert count(sessions, "bms") == 1000


@pytest.mark.parametrize("encoding", ["identity", *PACKERS])
def test_more_than_sixteen_megabytes_are_413(client: FlaskClient, encoding: str) -> None:
    body = PACKERS.get(encoding, bytes)(b" " * 16_000_001)
    assert client.post(ROUTE, data=body, headers={"Content-Encoding": encoding}).status_code == 413


def test_a_batch_may_be_larger_than_a_single_document(client: FlaskClient) -> None:
    assert [one["result"] for one in answers(client, ndjson([line({"x": "x" * 2_000_000})]))] == ["stored"]


def test_a_get_is_405(client: FlaskClient) -> None:
    assert client.get(ROUTE).status_code == 405
