"""Two commits, measured in turn: the machine's moods meet both alike, and the ratio is taken pair by pair.

The other commit is checked out beside this one, with an environment of its own from its own lock files, of the same
interpreter or another one. Benchmarks that drive processes from outside are those of this tree, for both; the others
each commit runs with its own code. A figure is compared if both have it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Comparison:
    """One figure of this tree and of the other commit, and the ratio this ÷ other of each pair of runs."""

    name: str
    unit: str
    here: float
    there: float
    ratio: float
    least: float
    most: float


def compare(
    commit: str,
    within: Sequence[str],
    outside: Sequence[str],
    pairs: int,
    out: Path,
    sizes: Sequence[str] = (),
    *,
    python: str,
) -> None:
    """Run benchmarks here and at `commit` in turn, `pairs` times; print the ratios and write them to `out`.

    Each commit runs those named in `within` itself; those of `outside` are run by this tree for both, with the options
    `sizes`. `python` is the interpreter of the other commit. Raises CalledProcessError if the commit is unknown, its
    environment cannot be built, or a benchmark fails.
    """
    here: list[dict[str, tuple[float, str]]] = []
    there: list[dict[str, tuple[float, str]]] = []
    described = {}
    with _checked_out(commit, python) as other:
        for number in range(pairs):
            # Who goes first changes from pair to pair: a machine that gets warmer favours neither.
            sides = [(ROOT, here), (other, there)]
            for tree, runs in sides if number % 2 == 0 else reversed(sides):
                found = {}
                if within:
                    described[tree] = _run(tree, within, found)
                if outside:
                    chosen = ["--tree", str(tree)] if tree != ROOT else []
                    described[tree] = _run(ROOT, [*outside, *sizes, *chosen], found)
                runs.append(found)
            print(f"pair {number + 1} of {pairs} is measured", flush=True)
        told = {"here": described[ROOT], "there": described[other]}
    found_rows = compare_runs(here, there)
    for row in found_rows:
        values = f"{row.here:g} / {row.there:g} {row.unit}"
        print(f"{row.name:40} {row.ratio:6.3f}  ({row.least:.3f} to {row.most:.3f})  {values}")
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = {"against": commit, "pairs": pairs, "machines": told, "figures": [asdict(row) for row in found_rows]}
    out.write_text(json.dumps(kept, indent=2) + "\n")


def compare_runs(
    here: Sequence[dict[str, tuple[float, str]]], there: Sequence[dict[str, tuple[float, str]]]
) -> list[Comparison]:
    """Return a comparison for each figure that every run has; runs are paired in the order in which they come."""
    shared = [name for name in here[0] if all(name in run for run in (*here, *there))]
    return [_compare(name, [run[name] for run in here], [run[name] for run in there]) for name in shared]


def _compare(name: str, here: list[tuple[float, str]], there: list[tuple[float, str]]) -> Comparison:
    ratios = [one / other for (one, _), (other, _) in zip(here, there, strict=True) if other]
    return Comparison(
        name=name,
        unit=here[0][1],
        here=median(value for value, _ in here),
        there=median(value for value, _ in there),
        ratio=median(ratios) if ratios else 1.0,
        least=min(ratios, default=1.0),
        most=max(ratios, default=1.0),
    )


def _run(folder: Path, words: Sequence[str], found: dict[str, tuple[float, str]]) -> dict[str, Any]:
    """Run benchmarks with the code of a tree and add their figures to `found`; return the description of the machine.

    The interpreter of this tree is the running one: the folder of its environment may have any name.
    """
    kept = folder / "build" / "compared.json"
    python = sys.executable if folder == ROOT else folder / ".venv" / "bin" / "python"
    subprocess.run([python, "-m", "tests.benchmarks", *words, "--out", kept], cwd=folder, check=True)
    told = json.loads(kept.read_text(encoding="utf-8"))
    found.update((row["name"], (row["value"], row["unit"])) for row in told["figures"])
    machine: dict[str, Any] = told["machine"]
    return machine


@contextmanager
def _checked_out(commit: str, python: str) -> Iterator[Path]:
    """Check a commit out into a folder of its own and build its environment there."""
    with tempfile.TemporaryDirectory(prefix="datenkontor-against-") as folder:
        other = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", other, commit], cwd=ROOT, check=True)
        try:
            subprocess.run(["make", "--quiet", "setup", f"PYTHON={python}"], cwd=other, check=True)
            yield other
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", other], cwd=ROOT, check=True)
