"""A process starts without the extras: their libraries load when they are first used."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = (
    "connector.app.connector",
    "connector.app.broker",
    "connector.app.planes.dataplane",
    "connector.cli.main",
    "connector.web.pages",
    "connector.api.management",
    "connector.api.broker",
)
WITHOUT = """
import importlib, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
importlib.import_module({entry!r})
"""


def list_modules_of_extras() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {line.partition(">")[0].lower() for lines in project["optional-dependencies"].values() for line in lines}
    found = {
        module for module, owners in packages_distributions().items() if extras & {name.lower() for name in owners}
    }
    assert {"polars", "shapely", "asyncpg", "obstore", "aiomqtt"} <= found
    return found


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_process_starts_without_the_libraries_of_the_extras(entry: str) -> None:
    code = WITHOUT.format(missing=list_modules_of_extras(), entry=entry)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
