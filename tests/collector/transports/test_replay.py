from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.transports.captures import Capture, Piece, read_capture, write_piece, write_start
from collector.transports.replay import Replay, Said
from data.errors import DecodeError

QUESTION = bytes.fromhex("01 03 00 00 00 05 85 C9")
ANSWER = bytes.fromhex("01 03 0A 00 B4 00 00 00 50 00 00 00 42 63 8C")
OTHER = bytes.fromhex("01 03 00 18 00 38 C4 1F")


def capture(*pieces: Piece, driver: str = "tristar_mppt") -> Capture:
    return Capture({"capture": 1, "driver": driver}, pieces)


def test_the_recorded_question_gets_the_recorded_answer_with_its_pauses() -> None:
    replay = Replay(capture(Piece(2.0, True, QUESTION), Piece(2.25, False, ANSWER[:5]), Piece(2.5, False, ANSWER[5:])))
    assert replay.receive(QUESTION) == [Said(0.25, ANSWER[:5]), Said(0.5, ANSWER[5:])]


def test_a_question_nobody_asked_gets_silence_and_does_not_hide_the_next() -> None:
    replay = Replay(capture(Piece(0.0, True, QUESTION), Piece(0.5, False, ANSWER)))
    assert replay.receive(OTHER) == []
    assert replay.receive(b"\x01\x03" + QUESTION) == [Said(0.5, ANSWER)]


def test_answers_to_one_question_come_in_order_and_then_from_the_first_again() -> None:
    replay = Replay(
        capture(
            Piece(0.0, True, QUESTION),
            Piece(1.0, True, QUESTION),  # the first was not answered
            Piece(1.5, False, b"one"),
            Piece(2.0, True, QUESTION),
            Piece(2.5, False, b"two"),
        )
    )
    said = [b"".join(one.data for one in replay.receive(QUESTION)) for _ in range(4)]
    assert said == [b"", b"one", b"two", b""]


def test_the_line_ends_around_a_sentence_are_no_part_of_the_question() -> None:
    replay = Replay(capture(Piece(0.0, True, b"\r\nVR1,?,D7\r\n"), Piece(0.5, False, b"VR1,BMS1\r\n")), asks_lines=True)
    assert replay.receive(b"VR1,?,D7\n") == [Said(0.5, b"VR1,BMS1\r\n")]


def test_what_was_said_before_the_first_question_is_the_opening() -> None:
    replay = Replay(capture(Piece(0.5, False, b"#"), Piece(1.0, True, QUESTION), Piece(1.5, False, ANSWER)))
    assert replay.opening == [Said(0.5, b"#")]
    assert replay.questions == 1


@given(st.binary(max_size=40), st.lists(st.integers(1, 7), max_size=20))
def test_noise_before_and_pieces_of_any_size_change_no_answer(noise: bytes, cuts: list[int]) -> None:
    replay = Replay(capture(Piece(0.0, True, QUESTION), Piece(0.5, False, ANSWER)))
    data, said = noise.replace(QUESTION, b"") + QUESTION, []
    for cut in cuts:
        said += replay.receive(data[:cut])
        data = data[cut:]
    said += replay.receive(data)
    assert said == [Said(0.5, ANSWER)]


@given(
    st.lists(
        st.builds(
            Piece,
            st.integers(0, 10**9).map(lambda microseconds: microseconds / 10**6),
            st.booleans(),
            st.binary(min_size=1, max_size=30),
        ),
        max_size=8,
    )
)
def test_a_capture_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, pieces: list[Piece]) -> None:
    path = tmp_path_factory.mktemp("capture") / "file"
    file = io.StringIO()
    write_start(file, {"driver": "emus_g1", "note": "größer"})
    for piece in pieces:
        write_piece(file, piece)
    path.write_text(file.getvalue(), encoding="utf-8")
    read = read_capture(path)
    assert read.driver == "emus_g1"
    assert list(read.pieces) == pieces


def test_a_capture_cut_off_in_its_last_line_keeps_what_is_whole(tmp_path: Path) -> None:
    (tmp_path / "c").write_text('{"capture": 1}\n{"at": 0.5, "to": "host", "bytes": "23"}\n{"at": 0.6, "t', "utf-8")
    assert read_capture(tmp_path / "c").pieces == (Piece(0.5, False, b"#"),)


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"capture": 2}', "[]", '{"capture": 1}\n{"at": 0.5, "to": "moon", "bytes": "23"}\n{"at"\n', "\xff"],
)
def test_another_file_is_refused_with_the_line_that_is_wrong(tmp_path: Path, content: str) -> None:
    (tmp_path / "c").write_text(content, encoding="latin-1")
    with pytest.raises(DecodeError, match="give a file that `capture` wrote"):
        read_capture(tmp_path / "c")
