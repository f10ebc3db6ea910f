"""`decode`: what a device said, from standard input, as one JSON object a line on standard output."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from collector.drivers import registers
from collector.drivers.emus import sentences_table
from collector.drivers.registers import Register, Scales
from collector.drivers.tristar import registers_table
from collector.transports.lines import LONGEST_LINE, LineBuffer
from data.errors import DecodeError

SUMMARY = "decode sentences of an EMUS G1 or registers of a TriStar MPPT from standard input to JSON lines"

ADDRESS = re.compile(rb"(?:0[xX])?([0-9A-Fa-f]{1,4})")
WORD = re.compile(rb"[0-9]{1,10}")
READ_BYTES = 1 << 16
INTERRUPTED = 130

Answer = dict[str, Any]

# Every address that belongs to a value, its second and further words too.
REGISTER_AT: dict[int, Register] = {
    address: register for register in registers_table.ALL for address in register.addresses
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One device a subcommand."""
    devices = parser.add_subparsers(dest="device", required=True, metavar="DEVICE")
    emus = devices.add_parser("emus", help="sentences of an EMUS G1, one a line: NAME,field,…,checksum")
    emus.set_defaults(decoder=lambda _arguments: emus_answers)
    tristar = devices.add_parser("tristar", help="registers of a TriStar MPPT: hexadecimal address, decimal words")
    usual = registers_table.USUAL_SCALES
    tristar.add_argument("--v-pu", type=_scale, default=usual.v_pu, metavar="VOLTS", help="voltage scale, usually 180")
    tristar.add_argument("--i-pu", type=_scale, default=usual.i_pu, metavar="AMPS", help="current scale, usually 80")
    tristar.set_defaults(
        decoder=lambda arguments: partial(tristar_answers, scales=Scales(arguments.v_pu, arguments.i_pu))
    )


def _scale(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text} is no scale: a number above 0 is needed")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Decode until the input ends: 0 when every line could be decoded, 1 when one could not."""
    try:
        return decode_stream(sys.stdin.buffer, sys.stdout.buffer, arguments.decoder(arguments))
    except BrokenPipeError:
        # Who reads us has seen enough; without this the interpreter complains when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def decode_stream(source: BinaryIO, target: BinaryIO, decoder: Callable[[bytes], Iterator[Answer]]) -> int:
    """Answer each line as soon as it has come.  The exit code as `run` gives it."""
    buffer, code = LineBuffer(), 0
    read: Callable[[int], bytes] = getattr(source, "read1", source.read)
    while True:
        received = read(READ_BYTES)
        for line in buffer.feed(received) if received else buffer.finish():
            for answer in _answers(decoder, line):
                code = code or int("error" in answer)
                target.write(json.dumps(answer, allow_nan=False).encode() + b"\n")
                target.flush()
        if not received:
            return code


def _answers(decoder: Callable[[bytes], Iterator[Answer]], line: bytes) -> Iterator[Answer]:
    if not line.strip():
        return
    try:
        yield from decoder(line)
    except DecodeError as error:
        yield _error(str(error), line)


def _error(message: str, line: bytes) -> Answer:
    return {"error": message, "line": line[:LONGEST_LINE].decode("ascii", "backslashreplace")}


def emus_answers(line: bytes) -> Iterator[Answer]:
    """The answer to one sentence.  Raises DecodeError when it is damaged."""
    sentence = sentences_table.decode(line)
    yield {"sentence": sentence.name, "fields": sentence.fields, "names": sentence.names}


def tristar_answers(line: bytes, scales: Scales) -> Iterator[Answer]:
    """An answer for each value that the words of one line hold, in address order.

    A value that is only there in part and addresses the map lacks are answered as errors, reserved addresses between
    others passed over.  Raises DecodeError when the line is not an address and words.
    """
    start, words = _parse(line)
    block = registers.block(start, words)
    decoded = False
    unknown: list[int] = []
    partial_keys: set[str] = set()
    for address in block:
        register = REGISTER_AT.get(address)
        if register is None:
            if not any(address in reserved for reserved in registers_table.RESERVED):
                unknown.append(address)
        elif block.keys() >= set(register.addresses):
            if address == register.address:
                decoded = True
                yield _value(register, block, scales)
        elif register.key not in partial_keys:
            partial_keys.add(register.key)
            last = register.addresses[-1]
            yield _error(
                f"{register.key} needs the registers 0x{register.address:04X} to 0x{last:04X} in one line: give all",
                line,
            )
    if unknown:
        yield _error(f"the map of this device has no register {_listed(unknown)}: check the address", line)
    elif not (decoded or partial_keys):
        yield _error(f"0x{start:04X} is reserved and holds no value: check the address", line)


def _parse(line: bytes) -> tuple[int, list[int]]:
    if len(line) > LONGEST_LINE:
        raise DecodeError(f"a line of more than {LONGEST_LINE} characters was found; give the registers of one request")
    first, *rest = line.split()
    address = ADDRESS.fullmatch(first)
    if address is None or not rest:
        raise DecodeError("ADDRESS WORD [WORD …] is expected: a hexadecimal address, then decimal words")
    words = []
    for text in rest:
        if not WORD.fullmatch(text) or int(text) > registers.WORD_MAX:
            shown = text[:20].decode("ascii", "backslashreplace")
            raise DecodeError(f"{shown!r} is not a word: write decimal numbers from 0 to {registers.WORD_MAX}")
        words.append(int(text))
    start = int(address[1], 16)
    if start + len(words) > registers.WORD_MAX + 1:
        raise DecodeError(f"{len(words)} words from 0x{start:04X} on go beyond 0xFFFF: check the address")
    return start, words


def _value(register: Register, block: dict[int, int], scales: Scales) -> Answer:
    value = registers.decode_register(register, [block[address] for address in register.addresses], scales)
    answer = {"address": f"0x{register.address:04X}", "key": register.key, "value": value, "unit": register.unit}
    names = registers.names(register, value)
    return answer if names is None else answer | {"names": names}


def _listed(addresses: list[int]) -> str:
    first, last = addresses[0], addresses[-1]
    return f"0x{first:04X}" if first == last else f"among 0x{first:04X} to 0x{last:04X} that it was given"
