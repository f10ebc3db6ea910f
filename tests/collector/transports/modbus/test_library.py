"""What our masters override and use of modbus-tk without its promise: another release must still have it."""

from __future__ import annotations

import ast
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from modbus_tk import modbus_rtu, modbus_tcp
from serial import Serial

from collector.transports.modbus import masters

OURS = {"_unit_id", "_function"}
RTU = {"_send", "_recv", "_do_close", "_timeout", "_serial"}
TCP = {"_send", "_recv", "_timeout", "_sock", "_is_opened"}


def private_names(master: type) -> set[str]:
    """The private methods that the class defines, and the private attributes that it uses of itself."""
    nodes = list(ast.walk(ast.parse(inspect.getsource(master))))
    methods = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"}
    return {name for name in methods | attributes if name.startswith("_") and not name.startswith("__")} - OURS


@pytest.mark.parametrize(
    ("master", "names", "library_master"),
    [
        (masters.RtuMaster, RTU, lambda: modbus_rtu.RtuMaster(Serial())),
        (masters.TcpMaster, TCP, lambda: modbus_tcp.TcpMaster("127.0.0.1", 502, 1.0)),
    ],
)
def test_the_library_has_each_private_name_that_our_masters_rely_on(
    master: type, names: set[str], library_master: Any
) -> None:
    assert private_names(master) == names
    built = library_master()
    missing = sorted(name for name in names if not hasattr(built, name))
    assert not missing, (
        f"modbus-tk {version('modbus-tk')} has no {', '.join(missing)} in {type(built).__name__}: "
        "see in its source what took their place, and change collector/transports/modbus/masters.py"
    )
    assert "expected_length" in inspect.signature(built._recv).parameters
