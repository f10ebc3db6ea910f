"""Cutting a stream of bytes into lines."""

from __future__ import annotations

# The longest line known of any device has 204 characters; newer firmware may append fields.
LONGEST_LINE = 4096
NAME_CHARACTERS = 3


def without_noise(line: bytes) -> bytes:
    """The line from its name on, the three characters before the first comma: everything before them is noise."""
    head, comma, rest = line.partition(b",")
    return head[-NAME_CHARACTERS:] + comma + rest


class LineBuffer:
    """Cuts a stream of bytes into lines ended by CR, LF or any mix; empty lines are passed over.

    A line that never ends is given up after LONGEST_LINE characters: its start comes out once, the rest is dropped.
    """

    def __init__(self) -> None:
        self._pending = b""
        self._dropping = False

    def feed(self, received: bytes) -> list[bytes]:
        """The lines that these bytes complete, without their ends."""
        *complete, rest = (self._pending + received).replace(b"\r", b"\n").split(b"\n")
        if complete and self._dropping:
            complete, self._dropping = complete[1:], False
        if len(rest) > LONGEST_LINE and not self._dropping:
            complete.append(rest[: LONGEST_LINE + 1])
            self._dropping = True
        self._pending = b"" if self._dropping else rest
        return [line for line in complete if line]

    def finish(self) -> list[bytes]:
        """What is left when the stream ends without a line end."""
        return self.feed(b"\n")
