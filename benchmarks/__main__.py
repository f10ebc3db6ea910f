"""`python -m benchmarks`: measure everything, print it as a table, keep it in benchmarks/out/bench.json."""

from __future__ import annotations

import sys

from benchmarks import daemon, decoding, model, own_times, sealed, site, store, year
from benchmarks.figures import Figure, table, write

PARTS = (decoding, daemon, store, sealed, own_times, model, year, site)


def main() -> int:
    """Run the parts one after the other; each prints its figures as soon as it has them."""
    measured: list[Figure] = []
    for part in PARTS:
        print(f"== {part.__name__}: {(part.__doc__ or '').splitlines()[0]}", flush=True)
        figures = list(part.figures())
        print(table(figures), flush=True)
        measured += figures
    write(measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
