"""Virtual controllers as awkward as real ones: every fault by its name, alone and together, every model and system."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.drivers.registers import Value
from collector.drivers.tristar import registers_table, settings
from collector.drivers.tristar.reader import TristarMppt
from collector.simulator.faults import Fault
from collector.simulator.modbus.faults import FAULTS, ModbusFault, faults_named
from collector.simulator.modbus.pdu import crc16
from collector.simulator.modbus.tcp_link import TcpLink
from collector.simulator.pty_link import PtyLink
from collector.simulator.tristar.device import VirtualTristar
from collector.transports.modbus.line import ModbusSerial, RefusedError
from collector.transports.modbus.tcp import ModbusTcp
from data.errors import TransportError

GROUPS = ("adc", "status")
# No check bytes of its own: over TCP the network's own checksum finds flipped bits.
OVER_TCP = [name for name in FAULTS if name != Fault.BAD_CRC.value]

# Long enough for what never comes.
HOPELESS_SECONDS = 0.03


@pytest.fixture(autouse=True)
def _soon_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.simulator.faults.LATE_SECONDS", 0.6)


@pytest.fixture
def controller() -> VirtualTristar:
    return VirtualTristar(delay_seconds=0.0)


@pytest.fixture
def serial_link(tmp_path: Path, controller: VirtualTristar) -> Iterator[PtyLink]:
    opened = PtyLink(tmp_path / "port", controller)
    opened.start()
    yield opened
    opened.close()


@pytest.fixture
def tcp_link(controller: VirtualTristar) -> Iterator[TcpLink]:
    opened = TcpLink(controller)
    opened.start()
    yield opened
    opened.close()


def reader_on(link: PtyLink | TcpLink, unit_id: int = 1, timeout_seconds: float = 0.15) -> TristarMppt:
    if isinstance(link, PtyLink):
        return TristarMppt(ModbusSerial(str(link.path), unit_id=unit_id, timeout_seconds=timeout_seconds))
    return TristarMppt(ModbusTcp(link.host, link.port, unit_id, timeout_seconds=timeout_seconds))


def right(controller: VirtualTristar, values: dict[str, Value]) -> bool:
    decoded = controller.decoded()
    return values == {key: decoded[key] for key in values} and "hourmeter" in values


@pytest.mark.parametrize("name", FAULTS)
def test_one_spoiled_answer_on_a_serial_line_never_gives_a_wrong_value(
    serial_link: PtyLink, controller: VirtualTristar, name: str
) -> None:
    reader = reader_on(serial_link)
    serial_link.inject(*faults_named(name))
    for _ in range(2):
        reading = reader.read(GROUPS)
        assert right(controller, dict(reading.values))
        assert reading.failed == {}
    reader.close()


@pytest.mark.parametrize("name", OVER_TCP)
def test_one_spoiled_answer_in_the_network_never_gives_a_wrong_value(
    tcp_link: TcpLink, controller: VirtualTristar, name: str
) -> None:
    reader = reader_on(tcp_link)
    tcp_link.inject(*faults_named(name))
    reading = reader.read(GROUPS)
    assert right(controller, dict(reading.values))
    assert reading.failed == {}


@pytest.mark.parametrize("first", list(FAULTS)[:-1])
def test_two_faults_of_one_answer_together_never_give_a_wrong_value(tmp_path: Path, first: str) -> None:
    """A fault with each of those after it, every pair on a line of its own, all at once: most of it is waiting."""

    def holds(pair: tuple[str, str]) -> bool:
        controller = VirtualTristar(delay_seconds=0.0)
        link = PtyLink(tmp_path / "+".join(pair).replace(" ", "_"), controller)
        link.start()
        reader = reader_on(link)
        try:
            link.inject(faults_named("+".join(pair)))
            return right(controller, dict(reader.read(GROUPS).values))
        finally:
            reader.close()
            link.close()

    pairs = [pair for pair in itertools.combinations(FAULTS, 2) if pair[0] == first]
    with ThreadPoolExecutor(len(pairs)) as lines:
        assert dict(zip(pairs, lines.map(holds, pairs), strict=True)) == dict.fromkeys(pairs, True)


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ("late", "trailing", "garbage")])
def test_a_line_that_is_always_spoiled_is_a_transport_error(serial_link: PtyLink, name: str) -> None:
    serial_link.always = faults_named(name)
    reader = reader_on(serial_link, timeout_seconds=HOPELESS_SECONDS)
    with pytest.raises(TransportError):
        reader.read(GROUPS)
    reader.close()


@pytest.mark.parametrize("name", ["late", "trailing", "garbage", "late + garbage"])
def test_a_line_that_is_always_late_or_noisy_is_read_and_never_wrong(
    serial_link: PtyLink, controller: VirtualTristar, name: str
) -> None:
    """The power of the sweep is asked for in as many registers as the scales: one answer could pass for the other."""
    serial_link.always = faults_named(name)
    reader = reader_on(serial_link, timeout_seconds=0.25)
    values = dict(reader.read(("mppt",)).values)
    assert values == {key: controller.decoded()[key] for key in values}
    assert "sweep_voc" in values
    reader.close()


def test_a_fault_nobody_knows_is_a_mistake() -> None:
    assert faults_named("late + bad crc") == (Fault.LATE, Fault.BAD_CRC)
    with pytest.raises(ValueError, match="there is no fault gremlins: there are silence, bad crc"):
        faults_named("late+gremlins")


def test_the_port_vanishes_and_comes_back_under_its_own_name(serial_link: PtyLink, controller: VirtualTristar) -> None:
    now = [0.0]
    reader = TristarMppt(ModbusSerial(str(serial_link.path), timeout_seconds=0.2, monotonic=lambda: now[0]))
    assert right(controller, dict(reader.read(GROUPS).values))
    serial_link.vanish()
    with pytest.raises(TransportError, match=r"is gone|cannot open"):
        reader.read(GROUPS)
    with pytest.raises(TransportError, match=r"cannot open .* check its plug and its name"):
        reader.read(GROUPS)
    serial_link.come_back()
    with pytest.raises(TransportError, match=r"cannot open .* tried again in 1 s"):
        reader.read(GROUPS)
    now[0] += 1.0
    assert right(controller, dict(reader.read(GROUPS).values))
    reader.close()


def test_the_port_comes_back_under_another_name(serial_link: PtyLink, controller: VirtualTristar) -> None:
    old = serial_link.path
    reader = reader_on(serial_link)
    reader.read(GROUPS)
    serial_link.vanish()
    serial_link.come_back(old.with_name("port2"))
    with pytest.raises(TransportError):
        reader.read(GROUPS)
    reader.close()
    assert not old.is_symlink()
    found = reader_on(serial_link)
    assert right(controller, dict(found.read(GROUPS).values))
    found.close()


@pytest.mark.parametrize(("amperes", "code"), [(30, 2), (45, 0), (60, 1)])
def test_each_model_says_what_it_is(tmp_path: Path, amperes: int, code: int) -> None:
    link = PtyLink(tmp_path / "port", VirtualTristar(amperes=amperes))
    link.start()
    line = ModbusSerial(str(link.path), timeout_seconds=5.0)
    try:
        assert line.identify()["product"] == f"TS-MPPT-{amperes}"
        values = TristarMppt(line).read(("identity",)).values
        assert values["model"] == code
        assert registers_table.names("model", values["model"]) == [f"ts_mppt_{amperes}"]
        assert values["serial_number"] == "10491234"
    finally:
        line.close()
        link.close()


@pytest.mark.parametrize("amperes", [30, 45])
def test_the_smaller_models_have_no_network(tmp_path: Path, amperes: int) -> None:
    controller = VirtualTristar(amperes=amperes)
    with pytest.raises(ValueError, match="no Ethernet"):
        TcpLink(controller)
    link = PtyLink(tmp_path / "port", controller)
    link.start()
    reader = reader_on(link)
    try:
        with pytest.raises(TransportError, match="exception 2"):
            reader.read(("network",))
        reading = reader.read(("adc", "network"))
        assert set(reading.failed) == {"network"}
        assert "battery_voltage" in reading.values
        reader.close()
        line = ModbusSerial(str(link.path))
        with pytest.raises(RefusedError, match="refuses 1 coils from 0x1000"):
            line.read_coils(0x1000, 1)
        line.close()
    finally:
        reader.close()
        link.close()


def test_the_network_of_the_big_model_is_read_whole_over_both_lines(serial_link: PtyLink, tcp_link: TcpLink) -> None:
    for link in (serial_link, tcp_link):
        reader = reader_on(link)
        values = reader.read(("network",)).values
        assert values["ip_address"] == "192.168.1.253"
        assert values["mac_address"] == "00:20:4a:00:00:01"
        assert values["netbios_name"] == "tsmppt10491234"
        assert registers_table.names("network_flags", values["network_flags"]) == ["dhcp_enabled"]
        reader.close()


@pytest.mark.parametrize("volts", [12, 24, 48])
def test_each_system_has_its_voltages_and_the_settings_of_12_volts(volts: int) -> None:
    decoded = VirtualTristar(volts=volts).decoded()
    factor = volts / 12
    assert decoded["v_pu"] == 180.0  # it tells nothing about the system
    assert decoded["battery_voltage"] == pytest.approx(13.41 * factor, abs=0.003)
    assert decoded["array_voltage"] == pytest.approx(72.9, abs=0.003)
    assert decoded["output_power"] == pytest.approx(249.2 * factor, abs=0.06)
    assert decoded["charge_wh_daily"] == 1400
    assert decoded["absorption_voltage"] == pytest.approx(14.0, abs=0.003)
    on_system = settings.on_system("absorption_voltage", decoded["absorption_voltage"], volts)
    assert on_system == pytest.approx(14.0 * factor, abs=0.012)
    dip = decoded["dip_switches"]
    assert isinstance(dip, int)
    assert (settings.system_volts(dip), settings.in_force(dip)) == (volts, True)


@pytest.mark.parametrize(("amperes", "volts"), [(50, 12), (60, 36)])
def test_there_are_no_other_models_and_systems(amperes: int, volts: int) -> None:
    with pytest.raises(ValueError, match="there are 30, 45 and 60 A on 12, 24 and 48 V"):
        VirtualTristar(amperes=amperes, volts=volts)


def test_another_unit_is_not_answered(serial_link: PtyLink, tcp_link: TcpLink) -> None:
    for link in (serial_link, tcp_link):
        reader = reader_on(link, unit_id=2, timeout_seconds=HOPELESS_SECONDS)
        with pytest.raises(TransportError, match=r"unit 2 on .* no usable answer"):
            reader.read(GROUPS)
        reader.close()


def test_the_network_hangs_up_after_each_answer(tcp_link: TcpLink) -> None:
    reader = reader_on(tcp_link)
    for _ in range(20):
        assert reader.read(GROUPS).failed == {}


def test_the_readers_name_for_a_line_in_the_network(tcp_link: TcpLink, controller: VirtualTristar) -> None:
    reader = TristarMppt.open(tcp_link.address)
    assert right(controller, dict(reader.read(GROUPS).values))
    reader.close()


def asked(content: bytes) -> bytes:
    return content + crc16(content)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"\x01\x10\x00\x00\x00\x01", b"\x01\x90\x01"),
        (b"\x01\x06\x00\x18\x00\x01", b"\x01\x86\x02"),
        (b"\x01\x05\x00\x03\xff\x00", b"\x01\x85\x02"),
        (b"\x01\x05\x00\x00\x12\x34", b"\x01\x85\x03"),
        (b"\x01\x01\x00\x00\x00\x00", b"\x01\x81\x03"),
        (b"\x01\x02\x00\x02\x00\x01", b"\x01\x02\x01\x00"),
    ],
)
def test_what_it_does_not_take_it_refuses(controller: VirtualTristar, request_: bytes, answer: bytes) -> None:
    assert controller.receive(asked(request_)) == [asked(answer)]
    assert controller.controls.written == []


def test_noise_around_an_identification_request_is_skipped(controller: VirtualTristar) -> None:
    (answer,) = controller.receive(b"\x2b" + bytes.fromhex("01 2B 0E 01 00 70 77"))
    assert b"TS-MPPT-60" in answer
    assert ModbusFault.WRONG_UNIT.twist(247, b"\x03") == (1, b"\x03")
