"""The rows of the tables of a driver, found in the modules of its folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from importlib import import_module
from typing import Any

from collector.drivers import DRIVERS


def table_rows(driver: str) -> list[Any]:
    """Every row with a key and a unit that stands in a table of the driver's folder, once."""
    package = import_module(DRIVERS[driver].tools.rpartition(".")[0])
    modules = (import_module(f"{package.__name__}.{module.name}") for module in pkgutil.iter_modules(package.__path__))
    return list(
        {id(row): row for module in modules for value in vars(module).values() for row in _rows(value)}.values()
    )


def _rows(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _rows(inner)
    elif is_dataclass(value) and type(value).__module__.startswith("collector.drivers.") and hasattr(value, "key"):
        yield value
