"""Several threads ask over one line: each gets the answer to its own question."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from collector.drivers.emus.reader import EmusG1
from collector.simulator.emus.device import VirtualEmus
from collector.simulator.pty_link import PtyLink
from collector.simulator.tristar.device import VirtualTristar
from collector.transports.modbus.line import ModbusSerial
from collector.transports.serial_line import SerialLine

THREADS, TURNS = 4, 15


def test_threads_that_share_a_modbus_line_get_their_own_registers(tmp_path: Path) -> None:
    link = PtyLink(tmp_path / "port", VirtualTristar(delay_seconds=0.001))
    link.start()
    line = ModbusSerial(str(link.path), timeout_seconds=5.0)
    addresses = [0x0018, 0x0026, 0x0040, 0xE000]
    right = [line.read_registers(address, 8) for address in addresses]
    assert len(set(right)) == THREADS

    def ask(place: int) -> bool:
        return all(line.read_registers(addresses[place], 8) == right[place] for _ in range(TURNS))

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            assert list(pool.map(ask, range(THREADS))) == [True] * THREADS
    finally:
        line.close()
        link.close()


def test_threads_that_share_a_line_of_sentences_get_their_own(tmp_path: Path) -> None:
    link = PtyLink(tmp_path / "port", VirtualEmus(delay_seconds=0.001))
    link.start()
    line = SerialLine(str(link.path))
    reader = EmusG1(line)
    names = ["BC1", "BV1", "CV1", "LG1"]
    right = {name: reader.read((name,)).values for name in names}

    def ask(place: int) -> bool:
        return all(reader.read((names[place],)).values == right[names[place]] for _ in range(3))

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            assert list(pool.map(ask, range(THREADS))) == [True] * THREADS
    finally:
        line.close()
        link.close()
