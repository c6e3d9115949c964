"""The wheel that is built from this checkout works in a fresh environment, with its data and without the checkout."""

import json
import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connector import resources

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.e2e

ASK = """
import json, sys
import connector
from connector import resources
from connector.controlplane.judging.library import operands
def files(name):
    folder = resources.find_path(name)
    return sorted(str(entry.relative_to(folder)) for entry in folder.rglob("*") if entry.is_file())
folders = {name: files(name) for name in sorted(resources.FOLDERS)}
print(json.dumps({"package": connector.__file__, "folders": folders, "operands": len(operands().operands)}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh environment with the wheel in it; what it depends on is lent by this environment."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False, symlinks=True)
    packages = next(home.glob("lib/python*/site-packages"))
    lent = [path for path in site.getsitepackages() if Path(path).is_dir()]
    packages.joinpath("lent.pth").write_text("\n".join(lent) + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index"]
    run([*pip, "--quiet", "--disable-pip-version-check", "--force-reinstall", "--ignore-installed", str(wheel)], home)
    return home


def run(command: list[str], folder: Path) -> str:
    """Run a command in a folder, with nothing of this checkout in its environment; return its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DATENKONTOR", "PIP"))}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False, env=kept)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_command_says_its_version(installed: Path, wheel: Path, tmp_path: Path) -> None:
    said = run([str(installed / "bin" / "datenkontor"), "version"], tmp_path)
    assert wheel.name.split("-")[1] in said


def test_the_installed_package_finds_its_policies_vocabularies_and_anchors(installed: Path, tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(run([str(installed / "bin" / "python"), "-c", ASK], tmp_path))
    assert Path(found["package"]).is_relative_to(installed), "the checkout was asked, not the wheel"
    for folder, files in found["folders"].items():
        source = ROOT / folder
        assert files == sorted(str(file.relative_to(source)) for file in source.rglob("*") if file.is_file())
    assert set(found["folders"]) == resources.FOLDERS
    assert found["operands"] > 0


def test_the_installed_command_sets_up_a_participant(installed: Path, tmp_path: Path) -> None:
    run([str(installed / "bin" / "datenkontor"), "init", "here", "--name", "Amt", "--role", "broker"], tmp_path)
    assert (tmp_path / "here" / "datenkontor.toml").is_file()


def test_the_wheel_holds_the_package_its_data_and_its_licence_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"connector", f"{wheel.name.split('-py3')[0]}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {"connector/py.typed", "connector/web/templates/base.html", "connector/web/static/tokens.css"} <= set(names)
    assert not [name for name in names if name.endswith((".pem", ".pyc", ".sqlite"))]
