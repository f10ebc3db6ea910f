"""Tables of the product kept as text: one row a line, cells apart by tabs, the first line names the columns."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

Row = TypeVar("Row")


def beside(module: str, name: str) -> str:
    """The path of the file of that name beside a module; `pathlib` would take a tenth of the time of the import."""
    return os.path.join(os.path.dirname(module), name)


def read_table(path: str | os.PathLike[str], columns: tuple[str, ...], build: Callable[..., Row]) -> tuple[Row, ...]:
    """The rows of the file, each built from its cells; empty cells at the end of a line may be left out.

    Raises ValueError that names file, line and fault.
    """
    rows = []
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines, start=1):
        cells = line.split("\t")
        try:
            if number == 1:
                if tuple(cells) != columns:
                    raise ValueError(f"the columns are {', '.join(cells)}; expected {', '.join(columns)}")
                continue
            if len(cells) > len(columns):
                raise ValueError(f"{len(cells)} cells; there are {len(columns)} columns: {', '.join(columns)}")
            if any(cell != cell.strip() for cell in cells):
                raise ValueError("a cell begins or ends with a space; take it away")
            rows.append(build(*cells, *[""] * (len(columns) - len(cells))))
        except ValueError as cause:
            raise ValueError(f"{path}, line {number}: {cause}") from cause
    return tuple(rows)
