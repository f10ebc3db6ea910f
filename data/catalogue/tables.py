"""Tables of the product kept as text: one row a line, cells apart by tabs, the first line names the columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")


def read_table(path: Path, columns: tuple[str, ...], build: Callable[..., Row]) -> tuple[Row, ...]:
    """The rows of the file, each built from its cells; empty cells at the end of a line may be left out.

    Raises ValueError that names file, line and fault.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
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
