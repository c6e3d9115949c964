"""The tutorials, done as they say in a copy of the tree, and tested there as they say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks

EXTEND = "docs/extend.md"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")


def tutorial(name: str, page: str = "CONTRIBUTING.md") -> list[Block]:
    """Return the steps of a tutorial, in the order of the page."""
    return [block for block in blocks(page) if block.run[:1] == (name,)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("connector", "policies", "vocab", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=LEFT_OUT)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "docs").mkdir()
    return tmp_path


def test_a_first_source_is_two_files_and_passes_the_suite_of_all_sources(copy: Path) -> None:
    steps = tutorial("source")
    assert _product(steps) == ["connector/dataplane/sources/inline.py", "connector/dataplane/kinds.py"]
    assert _passed(_done(copy, steps, "tests/contract/test_source.py", "-k", "inline")) >= 7


def test_a_first_operand_does_what_it_promises(copy: Path) -> None:
    steps = tutorial("operand")
    assert _passed(_done(copy, steps, "tests/policy/operands")) > 4


def test_a_first_sink_is_two_files_and_passes_the_suite_of_all_sinks(copy: Path) -> None:
    steps = tutorial("sink", EXTEND)
    assert _product(steps) == ["connector/dataplane/sinks/gzip.py", "connector/dataplane/kinds.py"]
    assert _passed(_done(copy, steps, "tests/contract/test_sink.py", "-k", "gzip")) >= 10


def test_a_first_transform_is_a_file_and_a_row_and_passes_the_suite_of_all_transforms(copy: Path) -> None:
    steps = tutorial("transform", EXTEND)
    assert [block.run[1] for block in steps] == ["connector/dataplane/transforms/mask.py", "policies/operands.toml"]
    assert _passed(_done(copy, steps, "tests/contract/test_transform.py", "-k", "mask")) >= 20, "it is not in the suite"


def test_a_first_fact_is_one_file_and_a_row(copy: Path) -> None:
    steps = tutorial("fact", EXTEND)
    assert _product(steps) == ["connector/controlplane/judging/facts.py"]
    assert (
        _passed(_done(copy, steps, "tests/controlplane/judging/test_facts.py", "-k", "mediaFamily or constraint")) >= 2
    )


def test_a_first_executor_is_two_files_and_its_duty_is_performed(copy: Path) -> None:
    steps = tutorial("duty", EXTEND)
    folder = "connector/controlplane/enforcing/executors"
    assert _product(steps) == [f"{folder}/review.py", f"{folder}/table.py"]
    assert _passed(_done(copy, steps, "tests/controlplane/enforcing/executors")) >= 6


def test_a_first_identity_mechanism_is_two_files_and_passes_the_suite_of_all_mechanisms(copy: Path) -> None:
    steps = tutorial("identity", EXTEND)
    assert _product(steps) == ["connector/identity/shared_secret.py", "connector/app/identities.py"]
    assert _passed(_done(copy, steps, "tests/contract/test_identity.py", "-k", "shared")) >= 10, (
        "it is not in the suite"
    )


def _product(steps: list[Block]) -> list[str]:
    """Return the files of the product that a tutorial changes, without data."""
    return [block.run[1] for block in steps if block.run[1].startswith("connector/")]


def _passed(said: str) -> int:
    found = re.search(r"(\d+) passed", said)
    return int(found[1]) if found else 0


def _done(copy: Path, steps: list[Block], *tests: str) -> str:
    for block in steps:
        target = copy / block.run[1]
        if block.language == "diff":
            target.write_text(_applied(target.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        else:
            assert not target.exists(), f"{block.run[1]} is there already"
            target.write_text(block.text, encoding="utf-8")
    written = [block.run[1] for block in steps if block.run[1].endswith(".py")]
    _run(copy, "ruff", "check", "--no-cache", *written)
    _run(copy, "ruff", "format", "--no-cache", "--check", *written)
    _run(copy, "tests.architecture.testmap")
    for module in _product(steps):
        name = Path(module).name
        row = re.search(rf"^\| `{name}` \| \[", (copy / "docs/tests.md").read_text(encoding="utf-8"), re.MULTILINE)
        assert row, f"{module} has no test file"
    return _run(copy, "pytest", "-q", *tests)


def _applied(text: str, diff: str) -> str:
    """Return a text after a diff whose lines of context stand in it in this order, with or without others between.

    What is added goes after the line of context before it; at the begin of a part (`@@`), before the one that follows.
    """
    lines, at = text.splitlines(), 0
    for part in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        changes = part.splitlines()
        if changes and changes[0].startswith("+"):
            at = lines.index(next(line[1:] for line in changes if not line.startswith("+")), at)
        for line in changes:
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
