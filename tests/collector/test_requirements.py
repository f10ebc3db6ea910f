"""collector/requirements.txt names all that the Pi needs: shown in a virtual environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.builders import wait_until

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "collector" / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = dict(line.split("==") for line in LINES if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def pi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds these distributions, copied from where they are, and no other."""
    folder = tmp_path_factory.mktemp("pi")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name, version in PINS.items():
        source = distribution(name)
        assert source.version == version, f"collector/requirements.txt pins {name} {version}, not {source.version}"
        for file in source.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target)
    return folder / "bin" / "python"


def test_every_module_of_the_collector_can_be_imported(pi: Path) -> None:
    code = (
        "import collector, importlib, pkgutil, sys\n"
        "for module in pkgutil.walk_packages(collector.__path__, 'collector.'): importlib.import_module(module.name)\n"
        "print(len([name for name in sys.modules if name.startswith('collector.')]))"
    )
    count = subprocess.run([pi, "-E", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert int(count) > 80


def test_its_commands_run(pi: Path, tmp_path: Path) -> None:
    command = [pi, "-E", "-m", "collector"]
    shown = subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "simulate" in shown.stdout
    simulate = [*command, "simulate", "--links", tmp_path / "dev"]
    with subprocess.Popen(simulate, cwd=ROOT, stdout=subprocess.DEVNULL) as simulating:
        try:
            assert wait_until((tmp_path / "dev" / "tristar_1").exists)
            read = [*command, "read", f"tristar_mppt@{tmp_path / 'dev' / 'tristar_1'}", "adc"]
            shown = subprocess.run(read, cwd=ROOT, capture_output=True, text=True, check=True)
        finally:
            simulating.terminate()
    assert "battery_voltage" in shown.stdout
