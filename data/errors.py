"""The errors of this project.  A message says what was found, what was expected and what to do."""


class ArboretumError(Exception):
    """Base of all: caught only at an entry point (a view, a loop's turn, main)."""


class ConfigError(ArboretumError):
    """At start: names the setting, where it was read, and what would be right."""


class TransportError(ArboretumError):
    """No answer or a closed port: try again later."""


class DecodeError(ArboretumError):
    """Bytes came and are wrong: drop the reading, count it, go on."""


class DocumentError(ArboretumError):
    """A posted document that can never be stored: the poster should not send it again unchanged."""


class NotFoundError(ArboretumError):
    """No such site, device, sensor or metric."""


class RangeError(ArboretumError):
    """A window or an interval that cannot be answered: it ends before it starts, or is too long."""


class CorruptError(ArboretumError):
    """Stored bytes are not what was written: the part is isolated, and rebuilt from documents where they are."""


class ChangeNotAllowedError(ArboretumError):
    """Something would have changed a device and nobody allowed it: nothing was sent."""


class BusyError(ArboretumError):
    """Somebody else has it in hand: try again later."""


class TakenError(DocumentError):
    """A name or an address that somebody has already."""


class GoneError(ArboretumError):
    """What was to be changed has been changed by somebody else."""
