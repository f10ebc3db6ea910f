"""The body of a request: limited in size, decompressed, decoded as text."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import NoReturn

import zstandard
from flask import abort, request
from gunicorn.http.errors import ParseException

# The old site's page for 413 names 1.2 MB.
LIMIT = 1_200_000
# The window that RFC 9659 lets a zstd body ask for.
ZSTD_WINDOW = 8 * 1024 * 1024
# Four bytes of zstd can stand for 128 KiB, and its object gives out all that a piece holds: so at most 8 MiB at once.
ZSTD_PIECE = 256


def read_body(limit: int) -> bytes:
    """The body, decompressed; 413 above `limit` in either form, 400 when damaged, 415 for an unknown encoding."""
    request.max_content_length = limit
    hold_chunks(limit)
    packed = request.get_data(cache=True, parse_form_data=False)
    if request.content_length is not None and len(packed) < request.content_length:
        abort(400, description="The body was broken off before its end. Send it again.")
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return packed
    if encoding not in UNPACKERS:
        abort(415, description=f"Content-Encoding {encoding} is not understood: send gzip, zstd, or plain.")
    return UNPACKERS[encoding](packed, limit)


def hold_chunks(limit: int) -> None:
    """Read a body that comes in chunks and so names no length; 413 above `limit`, 400 when it ends too early.

    Werkzeug would cut it off there, and hand on the rest as if it were the whole.
    """
    if "Transfer-Encoding" not in request.headers or not request.environ.get("wsgi.input_terminated"):
        return
    try:
        body = request.environ["wsgi.input"].read(limit + 1)
    except (OSError, ValueError, ParseException) as problem:
        abort(400, description=f"The body was broken off, or is not in chunks ({problem}). Send it again.")
    if len(body) > limit:
        abort(413)
    del request.environ["HTTP_TRANSFER_ENCODING"]
    request.environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    vars(request).pop("content_length", None)  # it was worked out before


def gunzipped(packed: bytes, limit: int) -> bytes:
    """The content of the gzip members in `packed`, with at most `limit` bytes of it in memory."""
    pieces: list[bytes] = []
    room = limit
    while packed:
        member = zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(packed, room + 1)
        except zlib.error as problem:
            abort(400, description=f"The gzip body is damaged: {problem}. Send it again.")
        if len(piece) > room:
            too_long(limit)
        if not member.eof:
            abort(400, description="The gzip body ends too early. Send it again.")
        pieces.append(piece)
        room -= len(piece)
        packed = member.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def unzstd(packed: bytes, limit: int) -> bytes:
    """The content of the zstd frames in `packed`, with little more than `limit` bytes of it in memory.

    The size that a frame says it has is not believed: it is unpacked a little at a time, and counted.
    """
    pieces: list[bytes] = []
    room, at = limit, 0
    while at < len(packed):
        frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        while not frame.eof:
            if at >= len(packed):
                abort(400, description="The zstd body ends too early. Send it again.")
            try:
                piece = frame.decompress(packed[at : at + ZSTD_PIECE])
            except zstandard.ZstdError as problem:
                abort(400, description=f"The zstd body is damaged: {problem}. Send it again.")
            at += ZSTD_PIECE
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                too_long(limit)
        at = min(at, len(packed)) - len(frame.unused_data)
    return b"".join(pieces)


def too_long(limit: int) -> NoReturn:
    """Answer 413."""
    abort(413, description=f"The body unpacks to more than {limit:,} bytes: send it in smaller parts.")


UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {"gzip": gunzipped, "x-gzip": gunzipped, "zstd": unzstd}


def as_text(body: bytes) -> str:
    """The body as text, without the mark some programs put in front; 400 when it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        abort(400, description=f"The body is not UTF-8 ({problem.reason} at byte {problem.start}): send JSON in UTF-8.")
