"""The tutorials of CONTRIBUTING.md, done as they say in a copy of the tree, and tested there as they say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks

LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")


def tutorial(name: str) -> list[Block]:
    """Return the steps of a tutorial, in the order of the page."""
    return [block for block in blocks("CONTRIBUTING.md") if block.run[:1] == (name,)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("connector", "policies", "vocab", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=LEFT_OUT)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_first_source_is_two_files_and_passes_the_suite_of_all_sources(copy: Path) -> None:
    steps = tutorial("source")
    assert [block.run[1] for block in steps if block.run[1].startswith("connector/")] == [
        "connector/dataplane/sources/inline.py",
        "connector/dataplane/kinds.py",
    ]
    said = _done(copy, steps, "tests/contract/test_source.py", "-k", "inline")
    passed = re.search(r"(\d+) passed", said)
    assert passed is not None
    assert int(passed[1]) >= 7, "the suite does not run over the new kind as over the others"


def test_a_first_operand_does_what_it_promises(copy: Path) -> None:
    said = _done(copy, tutorial("operand"), "tests/policy/test_month.py", "tests/policy/operands/test_operands.py")
    assert " failed" not in said


def _done(copy: Path, steps: list[Block], *tests: str) -> str:
    for block in steps:
        target = copy / block.run[1]
        if block.language == "diff":
            target.write_text(_applied(target.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        else:
            assert not target.exists(), f"{block.run[1]} is there already"
            target.write_text(block.text, encoding="utf-8")
    _run(
        copy, "ruff", "check", "--no-cache", *(block.run[1] for block in steps if block.run[1].startswith("connector/"))
    )
    return _run(copy, "pytest", "-q", *tests)


def _applied(text: str, diff: str) -> str:
    """Return a text after a diff whose lines of context stand in it in this order, with or without others between."""
    lines, at = text.splitlines(), 0
    for line in diff.splitlines():
        sign, rest = line[:1], line[1:]
        if sign == "+":
            lines.insert(at, rest)
            at += 1
            continue
        at = lines.index(rest, at)
        if sign == "-":
            del lines[at]
        else:
            at += 1
    return "\n".join(lines) + "\n"


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
