"""One reply of an EMUS G1: the sentences that belong to it, and whether there are more to come."""

from __future__ import annotations

from collector.drivers.emus import sentences_table
from collector.drivers.sentences import Sentence
from data.errors import DecodeError

# Replies of many sentences with no end mark and no count.
LISTED = ("LG1", "SS1")
MOST_CELLS_OF_A_GROUP = 256


class Reply:
    """Collects the sentences of one reply and knows when there are no more to come.

    `number_of_cells` is how many a summary counted; None when no summary was read.  With `needs_all` a reply with fewer
    is not whole: not so for the external probes, which not every cell has.
    """

    def __init__(self, name: str, number_of_cells: int | None, needs_all: bool = True) -> None:
        self.sentences: list[Sentence] = []
        self._name = name
        self._number_of_cells = number_of_cells
        self._needs_all = needs_all
        self._cells: set[int] = set()
        self._damage: str | None = None

    def take(self, line: bytes) -> bool:
        """Add one line; True when it was the last.  A damaged line, or one that is no answer, is dropped and noted."""
        try:
            return self._take(sentences_table.decode(line))
        except DecodeError as error:
            self._damage = str(error)
            return False

    def _take(self, sentence: Sentence) -> bool:
        if sentence.name != self._name:
            raise DecodeError(f"{sentence.name} came where {self._name} was asked for")
        if sentence.is_question:
            raise DecodeError(f"{self._name} came back as the question; the device wants a log-in, or the line echoes")
        if sentences_table.SENTENCES[self._name][0].key not in sentence.fields:
            raise DecodeError(f"{self._name} came back as a command; the line echoes, or another program talks on it")
        if self._name in LISTED:
            return self._take_entry(sentence)
        if self._name in sentences_table.GROUPED and not sentence.is_empty:
            return self._take_group(sentence)
        self.sentences = [sentence]
        return True

    def _take_entry(self, sentence: Sentence) -> bool:
        first = next(iter(sentence.fields))
        if any(sentence.fields[first] == earlier.fields[first] for earlier in self.sentences):
            # Seen before: a new reply begins, what came so far was the rest of an older one.
            self.sentences = []
        self.sentences.append(sentence)
        return sentence.is_empty

    def _take_group(self, sentence: Sentence) -> bool:
        start, size = sentence.fields["first_cell_number"], sentence.fields["group_size"]
        if not isinstance(start, int) or not isinstance(size, int) or size > MOST_CELLS_OF_A_GROUP:
            raise DecodeError(f"{self._name} has no place for its cells: {sentence.fields}")
        cells = set(range(start, start + size))
        if cells & self._cells:
            self.sentences, self._cells = [], set()
        self._cells |= cells
        self.sentences.append(sentence)
        return self._number_of_cells is not None and len(self._cells) >= self._number_of_cells

    def missing(self) -> str | None:
        """Why the reply is incomplete, None when it is complete; damaged lines do not count when everything came."""
        if not self.sentences:
            return self._damage
        if self._name == "LG1":
            return self._missing_events()
        if self._name in sentences_table.GROUPED and self._cells:
            return self._missing_cells()
        return self._damage if self._name in LISTED else None

    def _missing_cells(self) -> str | None:
        cells, expected = len(self._cells), self._number_of_cells
        if expected is not None and cells >= expected:
            return None
        if expected is None or not self._needs_all or self._damage:
            return self._damage
        return f"{self._name} has {cells} of {expected} cells; the rest did not come in time"

    def _missing_events(self) -> str | None:
        """The lost events: their numbers run from 0 without gaps."""
        numbers = {sentence.fields["sequence_number"] for sentence in self.sentences if not sentence.is_empty}
        if numbers == set(range(len(numbers))):
            return self._damage
        last = max((number for number in numbers if isinstance(number, int)), default=0)
        return f"LG1 has {len(numbers)} of {last + 1} events; the rest was lost on the line"
