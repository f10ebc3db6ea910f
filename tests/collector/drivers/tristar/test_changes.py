"""A virtual controller is changed, on purpose only, once only; and nothing else can do it."""

from __future__ import annotations

import ast
import inspect
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.drivers.tristar import changes, coils, registers_table
from collector.drivers.tristar.reader import TristarMppt
from collector.simulator.faults import Fault
from collector.simulator.modbus.faults import ModbusFault
from collector.simulator.modbus.tcp_link import TcpLink
from collector.simulator.pty_link import PtyLink
from collector.simulator.tristar.device import VirtualTristar
from collector.transports.modbus.line import ModbusSerial, NoAnswerError, RefusedError
from collector.transports.modbus.tcp import ModbusTcp
from data.errors import ChangeNotAllowedError, DecodeError, TransportError

ROOT = Path(__file__).parents[4]
CHANGES = {
    "set_tristar_coil": lambda line, allow: changes.set_tristar_coil(line, "clear_faults", allow_changes=allow),
    "write_tristar_setting": lambda line, allow: changes.write_tristar_setting(
        line, "float_voltage", 13.6, allow_changes=allow
    ),
    "write_tristar_override": lambda line, allow: changes.write_tristar_override(
        line, "voltage_override", 13.6, allow_changes=allow
    ),
    "release_tristar": lambda line, allow: changes.release_tristar(line, allow_changes=allow),
}
Change = Callable[[changes.TristarLine, bool], object]


@pytest.fixture
def controller() -> VirtualTristar:
    return VirtualTristar(delay_seconds=0.0)


@pytest.fixture
def link(tmp_path: Path, controller: VirtualTristar) -> Iterator[PtyLink]:
    opened = PtyLink(tmp_path / "port", controller)
    opened.start()
    yield opened
    opened.close()


@pytest.fixture
def line(link: PtyLink) -> Iterator[ModbusSerial]:
    opened = ModbusSerial(str(link.path), timeout_seconds=3.0)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_is_sent_unless_it_is_allowed(line: ModbusSerial, controller: VirtualTristar, name: str) -> None:
    heard: list[bytes] = []
    receive = controller.receive
    controller.receive = lambda data: heard.append(data) or receive(data)  # type: ignore[method-assign,func-returns-value]
    for permission in (False, 1):
        with pytest.raises(ChangeNotAllowedError, match=r"^unit 1 on .*allow_changes=True"):
            CHANGES[name](line, permission)
    assert (heard, controller.controls.written) == ([], [])


def test_every_function_that_changes_something_has_the_gate() -> None:
    public = {
        name
        for name, member in vars(changes).items()
        if inspect.isfunction(member) and member.__module__ == changes.__name__ and not name.startswith("_")
    }
    assert public == set(CHANGES)
    for name in CHANGES:
        permission = inspect.signature(getattr(changes, name)).parameters["allow_changes"]
        assert (permission.kind, permission.default) == (inspect.Parameter.KEYWORD_ONLY, False)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    "fault", [Fault.SILENCE, Fault.BAD_CRC, Fault.TRUNCATED, ModbusFault.BUSY, ModbusFault.WRONG_UNIT]
)
def test_a_change_that_is_not_confirmed_is_never_tried_again(
    line: ModbusSerial, link: PtyLink, controller: VirtualTristar, name: str, fault: Fault | ModbusFault
) -> None:
    reads = {"write_tristar_setting": 2, "write_tristar_override": 2}.get(name, 0)
    link.inject(*[()] * reads, fault)
    with pytest.raises(TransportError, match=r"did not confirm|refuses to write") as caught:
        CHANGES[name](line, True)
    assert len(controller.controls.written) == 1
    assert isinstance(caught.value, RefusedError if fault is ModbusFault.BUSY else NoAnswerError)


def test_coils_do_what_they_say(line: ModbusSerial, controller: VirtualTristar) -> None:
    def pull(coil: str, on: bool = True) -> None:
        changes.set_tristar_coil(line, coil, on, allow_changes=True)

    pull("charge_disconnect")
    assert (controller.value("charge_state"), line.read_coils(0, 3)) == (2, (False, False, True))
    pull("charge_disconnect", on=False)
    assert (controller.value("charge_state"), line.read_coils(0, 3)) == (5, (False, False, False))
    pull("equalize")
    assert (controller.value("charge_state"), line.read_coils(0, 1)) == (8, (True,))
    controller.change({"alarms": 7, "faults": 0x0102})
    pull("clear_alarms")
    pull("clear_faults")
    pull("clear_ah_resettable")
    pull("clear_kwh_total")
    values = TristarMppt(line).read(("status", "charger")).values
    assert [values[key] for key in ("alarms", "faults", "charge_ah_resettable", "charge_kwh_total")] == [0, 0, 0.0, 0]
    assert values["battery_voltage_min"] == values["battery_voltage_max"] == pytest.approx(13.41, abs=0.003)


def test_a_setting_is_stored_read_back_and_in_force_after_a_reset(
    line: ModbusSerial, controller: VirtualTristar, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "collector.drivers.tristar.changes"):
        held = changes.write_tristar_setting(line, "absorption_voltage", 28.2, 24, allow_changes=True)
    assert held == pytest.approx(28.2019, abs=5e-5)
    assert controller.controls.written == [(6, 0xE000, 2567)]
    assert controller.value("faults") == 0x40
    assert controller.value("charge_state") == 4
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "setting absorption_voltage to 14.1 (per 12 V) in 0xE000",
        "absorption_voltage was 14.002075195, is 14.100952148",
    ]
    changes.set_tristar_coil(line, "reset_controller", allow_changes=True)
    assert (controller.value("faults"), controller.value("charge_wh_daily")) == (0, 0)
    assert controller.value("alarms") == 0x80000


def test_a_setting_that_is_so_already_wears_nothing_out(line: ModbusSerial, controller: VirtualTristar) -> None:
    assert changes.write_tristar_setting(line, "absorption_time", 256, allow_changes=True) == 256
    assert changes.write_tristar_setting(line, "temp_comp_limit_min", -30, allow_changes=True) == -30
    assert controller.controls.written == []


def test_a_setting_that_reads_back_otherwise_is_told(
    line: ModbusSerial, controller: VirtualTristar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller.controls, "_store", lambda _address, _word: None)
    with pytest.raises(DecodeError, match="float_voltage was written as 2476 and reads 2458"):
        changes.write_tristar_setting(line, "float_voltage", 13.6, allow_changes=True)


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("voltage_override", 13.6, (6, 0x0059, 0x09AC)),
        ("current_override", 20, (6, 0x0058, 8192)),
        ("array_voltage_fixed", 0, (6, 0x005A, 0)),
        ("array_voltage_fixed_percent", 80, (6, 0x005B, 52429)),
    ],
)
def test_overrides_are_written_in_real_volts(
    line: ModbusSerial, controller: VirtualTristar, key: str, value: float, word: tuple[int, int, int]
) -> None:
    changes.write_tristar_override(line, key, value, allow_changes=True)
    assert controller.controls.written == [word]


def test_a_released_controller_charges_by_itself(line: ModbusSerial, controller: VirtualTristar) -> None:
    changes.write_tristar_override(line, "voltage_override", 13.6, allow_changes=True)
    assert controller.value("charge_state") == 9
    changes.release_tristar(line, allow_changes=True)
    assert controller.value("charge_state") == 5
    assert controller.controls.written[1:] == [(6, 0x0058, 0xFFF0), (6, 0x0059, 0xFFF0)]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda line: changes.set_tristar_coil(line, "test_single_phase", allow_changes=True), "never to be set"),
        (lambda line: changes.set_tristar_coil(line, "clear_faults", False, allow_changes=True), "can only be set"),
        (lambda line: changes.set_tristar_coil(line, "warp", allow_changes=True), "there is no coil 'warp'"),
        (lambda line: changes.write_tristar_setting(line, "serial_number", "1", allow_changes=True), "no setting"),
        (lambda line: changes.write_tristar_setting(line, "ip_address", "1.2.3.4", allow_changes=True), "no setting"),
        (lambda line: changes.write_tristar_setting(line, "voltage_override", 1, allow_changes=True), "no setting"),
        (
            lambda line: changes.write_tristar_setting(line, "modbus_id", 248, allow_changes=True),
            "is 1 to 247, not 248",
        ),
        (
            lambda line: changes.write_tristar_setting(line, "float_voltage", 27, 36, allow_changes=True),
            "12, 24 and 48",
        ),
        (lambda line: changes.write_tristar_setting(line, "float_voltage", 900, allow_changes=True), "cannot hold 900"),
        (lambda line: changes.write_tristar_override(line, "voltage_override", 0, allow_changes=True), "above 0"),
        (lambda line: changes.write_tristar_override(line, "float_voltage", 1, allow_changes=True), "no override"),
    ],
)
def test_what_cannot_be_meant_is_not_sent(
    line: ModbusSerial, controller: VirtualTristar, act: Callable[[ModbusSerial], object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        act(line)
    assert controller.controls.written == []


def test_switch_8_keeps_settings_from_the_network_and_not_the_coils(controller: VirtualTristar) -> None:
    link = TcpLink(controller)
    link.start()
    line = ModbusTcp(link.host, link.port, timeout_seconds=1.0)
    try:
        with pytest.raises(RefusedError, match="refuses to write register 0xE001: exception 4"):
            changes.write_tristar_setting(line, "float_voltage", 13.6, allow_changes=True)
        controller.controls.blocked = None
        with pytest.raises(NoAnswerError, match="did not confirm the write of register 0xE001"):
            changes.write_tristar_setting(line, "float_voltage", 13.6, allow_changes=True)
        assert controller.controls.written == []
        controller.change({"dip_switches": 0b10111100})
        changes.write_tristar_setting(line, "float_voltage", 13.6, allow_changes=True)
        changes.set_tristar_coil(line, "charge_disconnect", allow_changes=True)
        assert controller.controls.written == [(6, 0xE001, 2476), (5, 0x0002, 0xFF00)]
    finally:
        link.close()


def test_a_port_where_nobody_listens_did_not_confirm() -> None:
    link = TcpLink(VirtualTristar())
    link.close()
    with pytest.raises(NoAnswerError, match="did not confirm"):
        changes.set_tristar_coil(ModbusTcp(link.host, link.port), "equalize", allow_changes=True)


def test_reading_everything_there_is_writes_nothing(line: ModbusSerial, controller: VirtualTristar) -> None:
    heard = b""
    receive = controller.receive

    def listening(data: bytes) -> list[bytes]:
        nonlocal heard
        heard += data
        return receive(data)

    controller.receive = listening  # type: ignore[method-assign]
    TristarMppt(line).read([*dict.fromkeys(row.group for row in registers_table.ALL)])
    line.read_coils(0, 0x1A)
    line.identify()
    assert controller.controls.written == []
    assert {heard[place + 1] for place in range(0, 7 * 8, 8)} == {1, 3}  # then 7 bytes of function 0x2B
    assert heard[56:] == bytes.fromhex("01 2B 0E 01 00 70 77")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ("app", "callbacks", "collector", "data", "demo", "pages"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def test_only_changes_can_reach_the_writing_lines() -> None:
    users = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.ImportFrom)
            and "collector.transports.modbus.writes" in {node.module, *(f"{node.module}.{n.name}" for n in node.names)}
        )
        or (
            isinstance(node, ast.Import)
            and any(name.name == "collector.transports.modbus.writes" for name in node.names)
        )
    }
    assert users == {"collector/drivers/tristar/changes.py"}


def test_no_other_master_may_send_anything_but_reads() -> None:
    """Every use of the library goes through masters that check the function; only one file says which may write."""
    choosing = [
        (path, ast.unparse(node.value))
        for path, tree in sources()
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "functions" for target in node.targets)
    ]
    assert choosing == [
        ("collector/transports/modbus/masters.py", "READS"),
        ("collector/transports/modbus/masters.py", "READS"),
        ("collector/transports/modbus/writes.py", "WRITES"),
        ("collector/transports/modbus/writes.py", "WRITES"),
    ]
    library = {
        path for path, tree in sources() for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("modbus_tk")
    }  # fmt: skip
    assert library == {"collector/transports/modbus/masters.py"}


def test_every_coil_but_that_of_the_factory_can_be_set(line: ModbusSerial, controller: VirtualTristar) -> None:
    for coil in coils.COILS:
        if coil.danger != "forbidden":
            changes.set_tristar_coil(line, coil.key, allow_changes=True)
    assert [address for _, address, _ in controller.controls.written] == [
        coil.address for coil in coils.COILS if coil.key != "test_single_phase"
    ]
