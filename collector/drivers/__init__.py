"""The devices: one table of numbers and names for each model, two engines that read the tables, a reader for each."""

from collector.drivers.emus.reader import EmusG1
from collector.drivers.reading import Reading
from collector.drivers.tristar.reader import TristarMppt

__all__ = ["DRIVERS", "EmusG1", "Reading", "TristarMppt"]

# Name in the collector's settings -> reader; `reader.open(port, unit_id)` builds one on its kind of line.
DRIVERS: dict[str, type[TristarMppt] | type[EmusG1]] = {"tristar_mppt": TristarMppt, "emus_g1": EmusG1}
