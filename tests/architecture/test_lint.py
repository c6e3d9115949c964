"""ruff and mypy as tests, so that a laptop and CI agree."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _run(*command: str) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_code_is_clean() -> None:
    _run("ruff", "check", "--no-cache", ".")


def test_the_code_has_one_format() -> None:
    _run("ruff", "format", "--no-cache", "--check", ".")


def test_every_type_holds() -> None:
    _run("mypy")
