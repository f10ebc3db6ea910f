"""The body of a request: bounded, unpacked when it came packed, and read as text."""

from __future__ import annotations

import zlib

from flask import abort, request

# The old site's page for 413 names 1.2 MB.
LIMIT = 1_200_000


def read_body(limit: int) -> bytes:
    """The body, unpacked; 413 above `limit`, packed or not, 400 when it is damaged, 415 for another packing."""
    request.max_content_length = limit
    packed = request.get_data(cache=True, parse_form_data=False)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return packed
    if encoding not in ("gzip", "x-gzip"):
        abort(415, description=f"Content-Encoding {encoding} is not understood: send gzip, or plain.")
    return inflated(packed, limit)


def inflated(packed: bytes, limit: int) -> bytes:
    """What the gzip members in `packed` hold, never holding more than `limit` bytes of it."""
    pieces: list[bytes] = []
    room = limit
    while packed:
        member = zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(packed, room + 1)
        except zlib.error as problem:
            abort(400, description=f"The gzip body is damaged: {problem}. Send it again.")
        if len(piece) > room:
            abort(413, description=f"The body unpacks to more than {limit:,} bytes: send it in smaller parts.")
        if not member.eof:
            abort(400, description="The gzip body ends too early. Send it again.")
        pieces.append(piece)
        room -= len(piece)
        packed = member.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def as_text(body: bytes) -> str:
    """The body as text, without the mark some programs put in front; 400 when it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        abort(400, description=f"The body is not UTF-8 ({problem.reason} at byte {problem.start}): send JSON in UTF-8.")
