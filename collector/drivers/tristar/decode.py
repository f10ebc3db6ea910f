"""Registers of a TriStar MPPT as text, one block a line, to an answer for each value."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator
from functools import partial

from collector.drivers import registers
from collector.drivers.decoding import Answer, Decoder, LineDecoder, damaged
from collector.drivers.registers import Register, Scales
from collector.drivers.tristar import registers_table
from collector.transports.lines import LONGEST_LINE
from data.errors import DecodeError

ADDRESS = re.compile(rb"(?:0[xX])?([0-9A-Fa-f]{1,4})")
WORD = re.compile(rb"[0-9]{1,10}")

# Every address that belongs to a value, its second and further words too.
REGISTER_AT: dict[int, Register] = {
    address: register for register in registers_table.ALL for address in register.addresses
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The scales, which the words alone do not tell."""
    usual = registers_table.USUAL_SCALES
    parser.add_argument("--v-pu", type=_scale, default=usual.v_pu, metavar="VOLTS", help="voltage scale, usually 180")
    parser.add_argument("--i-pu", type=_scale, default=usual.i_pu, metavar="AMPS", help="current scale, usually 80")


def _scale(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text} is no scale: a number above 0 is needed")
    return value


def decoder(arguments: argparse.Namespace) -> Decoder:
    """The decoder for these scales."""
    return LineDecoder(partial(tristar_answers, scales=Scales(arguments.v_pu, arguments.i_pu)))


def tristar_answers(line: bytes, scales: Scales) -> Iterator[Answer]:
    """An answer for each value that the words of one line hold, in address order.

    An incomplete value and an address that the map lacks are answered as errors; reserved addresses between others
    are passed over.  Raises DecodeError when the line is not an address and words.
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
                yield _answer(register, block, scales)
        elif register.key not in partial_keys:
            partial_keys.add(register.key)
            last = register.addresses[-1]
            yield damaged(
                f"{register.key} needs the registers 0x{register.address:04X} to 0x{last:04X} in one line: give all",
                line,
            )
    if unknown:
        yield damaged(f"the map of this device has no register {_listed(unknown)}: check the address", line)
    elif not (decoded or partial_keys):
        yield damaged(f"0x{start:04X} is reserved and holds no value: check the address", line)


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


def _answer(register: Register, block: dict[int, int], scales: Scales) -> Answer:
    value = registers.decode_register(register, [block[address] for address in register.addresses], scales)
    answer = {"address": f"0x{register.address:04X}", "key": register.key, "value": value, "unit": register.unit}
    names = registers.names(register, value)
    return answer if names is None else answer | {"names": names}


def _listed(addresses: list[int]) -> str:
    first, last = addresses[0], addresses[-1]
    return f"0x{first:04X}" if first == last else f"among 0x{first:04X} to 0x{last:04X} that it was given"
