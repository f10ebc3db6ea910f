"""The arguments of a command: in any order, and refused with what would be right before anything is opened."""

from __future__ import annotations

import pytest

from collector.__main__ import build_parser, main
from tests.collector.commands.conftest import Run


def test_groups_may_stand_before_between_and_after_the_options(asked: Run, emus: str) -> None:
    told = [
        asked("read", emus, "BC1", "CV1"),
        asked("read", "--unit-id", "1", emus, "BC1", "CV1"),
        asked("read", emus, "BC1", "--unit-id", "1", "CV1"),
        asked("read", emus, "--unit-id", "1", "BC1", "CV1"),
    ]
    assert [code for code, _ in told] == [0] * 4
    assert {tuple(dict.fromkeys(row["group"] for row in said["values"])) for _, said in told} == {("BC1", "CV1")}


def test_the_values_of_a_change_may_stand_after_an_option_and_be_negative() -> None:
    given = ["change", "emus_g1@/dev/ttyUSB0", "calibrate-modules", "--log-in", "-5"]
    arguments = build_parser(given).parse_args(given)
    assert (arguments.action, arguments.values, arguments.log_in) == ("calibrate-modules", ["-5"], True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        *(
            (("read", "tristar_mppt@/dev/null", "--unit-id", text), f"{text!r} is not a whole number from 1 to 247")
            for text in ("0", "-1", "248", "256", "one", "1.5")
        ),
        (("probe", "--unit-ids", "1", "0"), "'0' is not a whole number from 1 to 247"),
        (("watch", "emus_g1@/dev/null", "--count", "-3"), "'-3' is not a whole number from 0"),
        (("watch", "emus_g1@/dev/null", "--every", "0.5"), "'0.5' is not a number of seconds from 1"),
        (("watch", "emus_g1@/dev/null", "--every", "nan"), "'nan' is not a number of seconds from 1"),
        (("capture", "emus_g1@/dev/null", "--out", "/x/y", "--count", "0"), "'0' is not a whole number from 1"),
        (("capture", "emus_g1@/dev/null", "--out", "/x/y", "--seconds", "inf"), "'inf' is not a number of seconds"),
        (("read", "emus_g1@/dev/null", "BC1", "--bogus", "CV1"), "unrecognized arguments: --bogus"),
        (("read",), "the following arguments are required: DEVICE"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_number_out_of_bounds_is_refused_in_words(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
