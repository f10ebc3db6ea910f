from __future__ import annotations

from pathlib import Path

import pytest

from collector.__main__ import main
from collector.config import read_config
from collector.drivers.driver import DeviceConfig
from data.errors import ConfigError

GOOD = """
[site]
timezone = "America/Los_Angeles"
[uplink]
url = "http://127.0.0.1:8050"
[spool]
path = "spool.db"
[[device]]
name = "tristar-1"
driver = "tristar_mppt"
port = "/dev/ttyUSB0"
string = 1
[[device]]
name = "bms"
driver = "emus_g1"
port = "/dev/ttyUSB1"
interval_seconds = 0.5
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "collector.toml"
    path.write_text(text, encoding="utf-8")
    return path


def wrong_lines(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read_config(written(folder, text))
    return [line.strip() for line in str(raised.value).splitlines()[1:]]


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, GOOD))
    assert config.zone.key == "America/Los_Angeles"
    assert (config.uplink.key, config.uplink.batch, config.uplink.timeout_seconds) == ("", 100, 30.0)
    assert (config.spool_path, config.spool_max_bytes) == (tmp_path / "spool.db", 500_000_000)
    assert (config.trust_clock, config.patience_seconds) == (False, 20.0)
    assert config.devices == (
        DeviceConfig("tristar-1", "tristar_mppt", "/dev/ttyUSB0", 1, 1, 60.0),
        DeviceConfig("bms", "emus_g1", "/dev/ttyUSB1", 1, None, 0.5),
    )


def test_a_clock_can_be_trusted_unasked(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, GOOD + "[clock]\ntrust = true\n")).trust_clock
    assert not read_config(written(tmp_path, GOOD + '[clock]\ntrust = "auto"\n')).trust_clock


def test_every_wrong_setting_is_reported_at_once(tmp_path: Path) -> None:
    text = """
    [site]
    timezone = "America/Los Angeles"
    [uplink]
    url = "127.0.0.1:8050"
    batch = 5000
    kee = "x"
    [spool]
    max_bytes = "big"
    [clock]
    trust = "maybe"
    [sky]
    [[device]]
    name = "Tristar 1"
    driver = "tristar"
    interval_seconds = 0
    string = 3
    """
    assert wrong_lines(tmp_path, text) == [
        "[sky]: there is no such table",
        "[site] timezone: no time zone named 'America/Los Angeles': use a name like America/Los_Angeles",
        "[uplink] url: '127.0.0.1:8050' is not the address of a server: write it like https://example.org",
        "[uplink] batch: 5000 is outside: a whole number from 1 to 1000 is needed",
        '[spool] path: is missing: write it in quotation marks, like "…"',
        "[spool] max_bytes: found 'big': a whole number from 100000 to 1125899906842624 is needed",
        "[clock] trust: 'maybe' is not one of true, 'auto'",
        "[[device]] 1 driver: 'tristar' is not one of 'tristar_mppt', 'emus_g1', 'victron_vedirect'",
        '[[device]] 1 port: is missing: write it in quotation marks, like "…"',
        "[[device]] 1 string: 3 is not one of 1, 2",
        "[[device]] 1 interval_seconds: 0 is outside: a number from 0.05 to 86400 is needed",
        "[[device]] 1 name: 'Tristar 1': use small letters, digits, - _ and ., at most 40, like tristar-1",
        "[uplink] kee: there is no such setting",
    ]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (
            'name = "bms"\ndriver = "emus_g1"\nport = "/dev/ttyUSB2"',
            "[[device]] 3 name: 'bms' is taken; every device needs a name of its own",
        ),
        (
            'name = "x"\ndriver = "tristar_mppt"\nport = "/dev/ttyUSB0"',
            "[[device]] 3 unit_id: 1 on /dev/ttyUSB0 is that of 'tristar-1'",
        ),
        (
            'name = "x"\ndriver = "tristar_mppt"\nport = "/dev/ttyUSB1"',
            "[[device]] 3 port: /dev/ttyUSB1 is that of 'bms', another protocol",
        ),
    ],
)
def test_two_devices_do_not_share_a_name_nor_a_place(tmp_path: Path, extra: str, said: str) -> None:
    assert wrong_lines(tmp_path, f"{GOOD}[[device]]\n{extra}\n") == [said]


@pytest.mark.parametrize(
    "text", ["", "[site]\ntimezone = 3", "device = 3", "site = 1\nuplink = 2\nspool = 3\nclock = 4"]
)
def test_whatever_is_written_there_is_an_error_in_words(tmp_path: Path, text: str) -> None:
    assert wrong_lines(tmp_path, text)


def test_a_controller_may_be_in_the_network(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, GOOD.replace("/dev/ttyUSB0", "tcp://192.168.1.253:1502")))
    assert config.devices[0].port == "tcp://192.168.1.253:1502"


@pytest.mark.parametrize(
    ("old", "new"),
    [("/dev/ttyUSB0", "tcp://"), ("/dev/ttyUSB0", "tcp://host:99999"), ("/dev/ttyUSB1", "tcp://192.168.1.253")],
)
def test_a_device_that_is_not_there_in_the_network_is_told(tmp_path: Path, old: str, new: str) -> None:
    (said,) = wrong_lines(tmp_path, GOOD.replace(old, new))
    assert said.startswith("[[device]] ")
    assert "port: " in said


@pytest.mark.parametrize("url", ["ftp://example.org", "http://", "http://user:word@example.org", "http://x:99999"])
def test_an_address_that_cannot_be_sent_to_is_refused(tmp_path: Path, url: str) -> None:
    (said,) = wrong_lines(tmp_path, GOOD.replace("http://127.0.0.1:8050", url))
    assert said.startswith("[uplink] url:")


@pytest.mark.parametrize("command", ["run", "status"])
def test_wrong_settings_end_the_command_with_2_and_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, "--config", str(written(tmp_path, "[site\n"))]) == 2
    assert "is not TOML" in capsys.readouterr().err
    assert main([command, "--config", str(tmp_path / "nowhere.toml")]) == 2
    assert "cannot read" in capsys.readouterr().err
