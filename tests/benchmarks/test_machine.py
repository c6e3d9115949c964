"""The description of what was measured."""

import sys
from importlib import metadata
from pathlib import Path

from tests.benchmarks.against import ROOT
from tests.benchmarks.figures import describe


def test_figures_name_interpreter_libraries_processor_and_commit() -> None:
    told = describe(ROOT, Path(sys.executable))
    assert told["python"]["version"] == sys.version.split()[0]
    assert told["python"].keys() >= {"compiler", "pgo", "lto", "optimisation"}
    for name in ("aiohttp", "cryptography", "httptools", "msgspec", "uvicorn"):
        assert told["libraries"][name] == metadata.version(name)
    assert told["processor"]
    assert told["cpus"]
    assert len(told["commit"].rstrip("+")) in {0, 40}


def test_a_folder_without_a_repository_has_no_commit(tmp_path: Path) -> None:
    assert describe(tmp_path, Path(sys.executable))["commit"] == ""
