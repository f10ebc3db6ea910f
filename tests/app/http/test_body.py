"""Packed bodies: several parts, damaged, cut off, far larger unpacked than they look."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
import zstandard
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

import app.api.batches
import app.http.body
from app.http.body import gunzipped, unzstd
from data import queries
from tests.builders import csrf_header, form_token, line, ndjson

LIMIT = 100_000
Unpack = Callable[[bytes, int], bytes]
PACKINGS = [(gzip.compress, gunzipped), (zstandard.compress, unzstd)]


def zstd_without_its_size(body: bytes) -> bytes:
    """A frame that does not say how long its content is."""
    return zstandard.ZstdCompressor(write_content_size=False).compress(body)


def zstd_with_a_checksum(body: bytes) -> bytes:
    """A frame that notices every damage."""
    return zstandard.ZstdCompressor(write_checksum=True).compress(body)


def code_of(unpack: Unpack, packed: bytes) -> int:
    """The status that this body is answered with."""
    with pytest.raises(HTTPException) as raised:
        unpack(packed, LIMIT)
    assert raised.value.code is not None
    return raised.value.code


@given(some.lists(some.binary(max_size=2_000), max_size=5))
@pytest.mark.parametrize(("pack", "unpack"), [*PACKINGS, (zstd_without_its_size, unzstd)])
def test_what_was_packed_in_parts_comes_out_whole(
    pack: Callable[[bytes], bytes], unpack: Unpack, parts: list[bytes]
) -> None:
    assert unpack(b"".join(map(pack, parts)), LIMIT) == b"".join(parts)


@pytest.mark.parametrize(("pack", "unpack"), [*PACKINGS, (zstd_without_its_size, unzstd)])
def test_the_limit_is_of_all_parts_together(pack: Callable[[bytes], bytes], unpack: Unpack) -> None:
    half = pack(b" " * (LIMIT // 2))
    assert len(unpack(half + half, LIMIT)) == LIMIT
    assert code_of(unpack, half + half + pack(b" ")) == 413


@pytest.mark.parametrize(("pack", "unpack"), [*PACKINGS, (zstd_with_a_checksum, unzstd)])
def test_a_body_cut_anywhere_is_400(pack: Callable[[bytes], bytes], unpack: Unpack) -> None:
    packed = pack(bytes(range(256)) * 3)
    assert {code_of(unpack, packed[:length]) for length in range(1, len(packed))} == {400}


@pytest.mark.parametrize(("pack", "unpack"), [(gzip.compress, gunzipped), (zstd_with_a_checksum, unzstd)])
def test_a_flipped_byte_never_gives_another_body(pack: Callable[[bytes], bytes], unpack: Unpack) -> None:
    body = b'{"battery voltage": 13.47}' * 20
    packed = pack(body)
    for place in range(len(packed)):
        damaged = packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1 :]
        try:
            outcome: object = unpack(damaged, LIMIT)
        except HTTPException as problem:
            outcome = problem.code
        assert outcome in (body, 400, 413), place


def test_what_stands_behind_the_last_frame_must_be_a_frame() -> None:
    assert code_of(unzstd, zstandard.compress(b"{}") + b"rest") == 400


def test_a_frame_to_be_skipped_is_skipped() -> None:
    skipped = struct.pack("<II", 0x184D2A50, 4) + b"mark"
    assert unzstd(skipped + zstandard.compress(b"{}") + skipped, LIMIT) == b"{}"


def test_a_frame_that_wants_much_memory_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    assert code_of(unzstd, packer.compress(b"x" * 20_000_000) + packer.flush()) == 400


def test_a_frame_that_lies_about_its_size_is_not_believed() -> None:
    honest = zstandard.compress(b"x" * 1_000)
    place = honest.index(struct.pack("<H", 1_000 - 256))
    lying = honest[:place] + struct.pack("<H", 10) + honest[place + 2 :]
    assert zstandard.frame_content_size(lying) == 266
    assert code_of(unzstd, lying) == 400


def test_a_bomb_takes_little_memory() -> None:
    bomb = zstd_without_its_size(b"\0" * 200_000_000)
    tracemalloc.start()
    try:
        assert code_of(unzstd, bomb) == 413
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


ENDLESS = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}


def in_chunks(client: FlaskClient, address: str, body: bytes, **headers: str) -> TestResponse:
    """Post a body that names no length, as gunicorn and run.py hand it on."""
    return client.post(
        address,
        input_stream=io.BytesIO(body),
        headers={**ENDLESS, **headers},
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_a_body_that_names_no_length_is_taken_whole_or_not_at_all(client: FlaskClient) -> None:
    most = app.http.body.LIMIT
    whole = b'{"note": "' + b"x" * (most - 12) + b'"}'
    assert len(whole) == most
    assert in_chunks(client, "/BMS/post-json", whole).status_code == 200
    assert in_chunks(client, "/BMS/post-json", whole + b" ").status_code == 413
    lines = b'{"family": "x"}\n' * 2 + b" " * app.api.batches.LIMIT  # cut off, its first lines would be answered
    assert in_chunks(client, "/api/v1/documents", lines).status_code == 413
    packed = in_chunks(client, "/BMS/post-json", gzip.compress(b'{"a": 1}'), **{"Content-Encoding": "gzip"})
    assert packed.status_code == 200


def test_a_form_that_names_no_length_is_not_read_in_part(client: FlaskClient) -> None:
    login = "/sensors/users/login"
    form = {"csrf_token": form_token(client, login), "username": "a", "password": "b"}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert in_chunks(client, login, urlencode(form).encode(), **kind).status_code == 200
    form["password"] = "x" * 64_000
    assert in_chunks(client, login, urlencode(form).encode(), **kind).status_code == 413
    client.get("/")
    callback = b'{"output": "' + b"x" * app.http.body.LIMIT + b'"}'
    assert in_chunks(client, "/_dash-update-component", callback, **csrf_header(client)).status_code == 413


class Broken:
    """What gunicorn does when the sender has left, or when a chunk is none."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def read(self, _size: int = -1) -> bytes:
        """Nothing that could be read."""
        raise self.problem


@pytest.mark.parametrize("problem", [NoMoreData(), InvalidChunkSize(b"zz")])
def test_a_body_that_is_broken_off_between_chunks_is_400(client: FlaskClient, problem: Exception) -> None:
    handed_on = {"wsgi.input": Broken(problem), "wsgi.input_terminated": True}
    for address in ("/BMS/post-json", "/sensors/users/login", "/api/v1/documents"):
        answer = client.post(address, headers=ENDLESS, environ_overrides=handed_on)
        assert answer.status_code == 400, address
        assert "Send it again" in answer.get_data(as_text=True)


def test_a_body_that_is_shorter_than_it_says_is_400_and_nothing_of_it_is_stored(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    for address, body in (("/BMS/post-json", b'{"a": 1}'), ("/api/v1/documents", ndjson([line({"a": 1})]) + b"\n")):
        cut = {"CONTENT_LENGTH": str(len(body) + 50), "wsgi.input_terminated": True}
        kind = {"Content-Type": "application/json"}
        assert (
            client.post(address, input_stream=io.BytesIO(body), headers=kind, environ_overrides=cut).status_code == 400
        )
    with sessions() as session:
        assert [one for one in queries.devices(session) if one.kind == "bms"] == []
