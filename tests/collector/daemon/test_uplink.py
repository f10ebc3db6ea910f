from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from collector.config import UplinkConfig
from collector.daemon.spool import Answer, Document, Verdict
from collector.daemon.uplink import HttpUplink, line_answers
from tests.collector.fakes import NOON, STORED
from tests.collector.small_site import Line, SmallSite


@pytest.fixture
def site() -> Iterator[SmallSite]:
    opened = SmallSite()
    yield opened
    opened.close()


def uplink_to(url: str, key: str = "", timeout_seconds: float = 5.0) -> HttpUplink:
    return HttpUplink(UplinkConfig(url, key, 100, timeout_seconds))


@pytest.fixture
def uplink(site: SmallSite) -> Iterator[HttpUplink]:
    opened = uplink_to(site.url)
    yield opened
    opened._drop()


def documents(count: int, content: str = '{"a":1}') -> list[Document]:
    return [
        Document(number, "bms", "bms", NOON + timedelta(seconds=number, milliseconds=7), "synced", content)
        for number in range(1, count + 1)
    ]


def verdicts(answers: list[Answer]) -> list[str]:
    return [answer.verdict.value for answer in answers]


def test_a_document_goes_out_as_one_line_and_its_content_as_it_was_made(site: SmallSite, uplink: HttpUplink) -> None:
    assert uplink.send(documents(1, '{"name":"é","x":1.50}')) == [STORED]
    assert site.requests == [
        [
            {
                "family": "bms",
                "device": "bms",
                "recorded_at": "2019-12-03T19:40:01.007Z",
                "clock": "synced",
                "content": {"name": "é", "x": 1.5},
            }
        ]
    ]
    assert site.headers[0]["path"] == "/api/v1/documents"
    assert "Authorization" not in site.headers[0]


def test_what_the_server_had_already_is_accepted_too(uplink: HttpUplink) -> None:
    uplink.send(documents(2))
    assert [answer.count for answer in uplink.send(documents(3))] == ["repeated", "repeated", "stored"]


def test_the_key_is_shown(site: SmallSite) -> None:
    uplink = uplink_to(site.url, key="abc")
    uplink.send(documents(1))
    assert site.headers[0]["Authorization"] == "Bearer abc"
    uplink._drop()


def test_a_server_under_a_path_is_found_there(site: SmallSite) -> None:
    uplink = uplink_to(site.url + "/green/house/")
    uplink.send(documents(1))
    assert site.headers[0]["path"] == "/green/house/api/v1/documents"
    uplink._drop()


def test_long_bodies_are_compressed_and_short_ones_are_not(site: SmallSite, uplink: HttpUplink) -> None:
    uplink.send(documents(1))
    uplink.send(documents(20, '{"x":"' + "x" * 1000 + '"}'))
    assert [headers.get("Content-Encoding") for headers in site.headers] == [None, "gzip"]
    assert int(site.headers[1]["Content-Length"]) < 2000


def test_one_connection_is_kept_for_many_requests(site: SmallSite, uplink: HttpUplink) -> None:
    uplink.send(documents(1))
    first = uplink._connection
    uplink.send(documents(2))
    assert uplink._connection is first


def test_a_kept_connection_that_the_server_closed_is_opened_again_at_once(site: SmallSite) -> None:
    uplink = uplink_to(site.url)
    uplink.send(documents(1))
    port = site.port
    site.close()
    assert uplink._connection is not None
    assert uplink._connection.sock is not None
    uplink._connection.sock.shutdown(socket.SHUT_RDWR)  # as a server does to an idle connection
    again = SmallSite(port)
    assert verdicts(uplink.send(documents(2))) == ["accept", "accept"]
    uplink._drop()
    again.close()


def test_a_line_is_refused_and_hurts_no_other(site: SmallSite, uplink: HttpUplink) -> None:
    site.refuse = lambda line: "too old" if line["recorded_at"].endswith("02.007Z") else None
    answers = uplink.send(documents(3))
    assert verdicts(answers) == ["accept", "refuse", "accept"]
    assert answers[1] == Answer(Verdict.REFUSE, "rejected", "too old")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_one_document_that_spoils_the_request_is_found_and_only_it_refused(
    site: SmallSite, uplink: HttpUplink, status: int
) -> None:
    def poisoned(lines: list[Line]) -> tuple[int, bytes] | None:
        return (status, b'{"error":"no"}') if any("5.007Z" in line["recorded_at"] for line in lines) else None

    site.misbehave = poisoned
    answers = uplink.send(documents(9))
    assert verdicts(answers) == ["accept"] * 4 + ["refuse"] + ["accept"] * 4
    assert answers[4].reason.startswith(f"{status} ")
    assert len(site.documents) == 8


def test_a_server_that_takes_only_small_requests_gets_small_ones(site: SmallSite, uplink: HttpUplink) -> None:
    site.misbehave = lambda lines: (413, b"") if len(lines) > 3 else None
    assert verdicts(uplink.send(documents(20))) == ["accept"] * 20


@pytest.mark.parametrize("status", [301, 401, 403, 404, 429, 500, 502, 503])
def test_every_other_answer_keeps_the_documents(site: SmallSite, uplink: HttpUplink, status: int) -> None:
    site.misbehave = lambda _: (status, b"<html>no</html>")
    answers = uplink.send(documents(3))
    assert verdicts(answers) == ["keep"] * 3
    assert str(status) in answers[0].reason
    assert len(site.requests) == 1


def test_trouble_in_the_middle_of_a_split_keeps_the_rest_in_order(site: SmallSite, uplink: HttpUplink) -> None:
    def first_too_big_then_broken(lines: list[Line]) -> tuple[int, bytes] | None:
        if len(lines) > 2:
            return 413, b""
        return (500, b"") if lines[0]["recorded_at"].endswith("03.007Z") else None

    site.misbehave = first_too_big_then_broken
    assert verdicts(uplink.send(documents(8))) == ["accept"] * 2 + ["keep"] * 6


def test_http_spoken_to_an_https_port_condemns_nothing(site: SmallSite, uplink: HttpUplink) -> None:
    site.misbehave = lambda _: (400, b"<h1>400</h1> The plain HTTP request was sent to HTTPS port")
    assert verdicts(uplink.send(documents(1))) == ["keep"]


def test_no_server_keeps_the_documents(site: SmallSite) -> None:
    uplink = uplink_to(site.url)
    assert uplink.is_reachable()
    site.close()
    (answer,) = uplink.send(documents(1))
    assert answer.verdict is Verdict.KEEP
    assert "Connection refused" in answer.reason
    assert not uplink.is_reachable()
    again = SmallSite(site.port)
    assert verdicts(uplink.send(documents(1))) == ["accept"]
    uplink._drop()
    again.close()


def test_an_answer_that_is_lost_on_the_way_is_no_answer_and_sending_again_is_harmless(
    site: SmallSite, uplink: HttpUplink
) -> None:
    site.hang_up_after = 2
    assert verdicts(uplink.send(documents(3))) == ["keep"] * 3
    assert [answer.count for answer in uplink.send(documents(3))] == ["repeated", "repeated", "stored"]
    assert len(site.documents) == 3


def test_a_silent_server_is_waited_for_no_longer_than_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        uplink = uplink_to(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_seconds=0.2)
        (answer,) = uplink.send(documents(1))
    assert answer.verdict is Verdict.KEEP
    assert "TimeoutError" in answer.reason


def test_closing_ends_a_request_under_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        uplink = uplink_to(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_seconds=60)
        answers: list[Answer] = []
        sender = threading.Thread(target=lambda: answers.extend(uplink.send(documents(1))))
        sender.start()
        accepted, _ = listening.accept()
        accepted.recv(10)
        uplink.close()
        sender.join(10)
        accepted.close()
    assert verdicts(answers) == ["keep"]


def test_lines_may_come_in_any_order_and_a_missing_one_keeps_its_document() -> None:
    body = (
        b'\n{"line":3,"result":"stored"}\nnonsense\n[]\n{"line":9,"result":"stored"}\n{"line":1,"result":"repeated"}\n'
    )
    assert verdicts(line_answers(body, 3)) == ["accept", "keep", "accept"]
    assert verdicts(line_answers(b"", 2)) == ["keep", "keep"]
    assert verdicts(line_answers(json.dumps({"line": 1, "result": "forbidden"}).encode(), 1)) == ["keep"]
