"""Every target holds on its corpus, and would notice what it is there to notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collector.drivers.emus.reply import Reply
from collector.drivers.sentences import frame
from tests.fuzz import registers_target, sentences_target
from tests.fuzz.fuzzing import flipped

CORPUS = Path(__file__).parent / "corpus"
TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    "registers": registers_target.load,
    "sentences": sentences_target.load,
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_every_file_of_its_corpus(name: str) -> None:
    check = TARGETS[name]()
    files = sorted((CORPUS / name).iterdir())
    assert len(files) >= 5
    for file in files:
        check(file.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_every_flipped_bit_of_its_corpus(name: str) -> None:
    check = TARGETS[name]()
    for file in sorted((CORPUS / name).iterdir()):
        content = file.read_bytes()
        for place in range(0, 8 * len(content), 7):
            check(flipped(content, place))


def test_a_decoder_that_forgets_its_checksum_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from collector.drivers import sentences

    monkeypatch.setattr(sentences, "checksum", lambda _content: b"00")
    with pytest.raises(AssertionError, match="one bit of"):
        sentences_target.load()(bytes([8 * 4, 0]) + b"BC1,000456F0,00057E40,1EDC\n")


@pytest.mark.parametrize(
    ("name", "fields"),
    [("LG1", ("LG1", "c")), ("SS1", ("SS1", "c")), ("BV2", ("BR1", "BV2", "1")), ("LG1", ("BV2", "c"))],
)
def test_a_sentence_that_is_no_answer_is_dropped_and_noted(name: str, fields: tuple[str, ...]) -> None:
    reply = Reply(name, 8)
    assert not reply.take(frame(*fields))
    assert reply.sentences == []
    assert "came" in (reply.missing() or "")
