"""Two commits, measured in turn: the machine's moods meet both alike, and the ratio is taken pair by pair.

The other commit is checked out beside this one, with an environment of its own from its own lock files, and runs its
own benchmarks: a figure is compared if both commits have it.
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


def compare(commit: str, names: Sequence[str], pairs: int, out: Path) -> None:
    """Run the benchmarks `names` here and at `commit` in turn, `pairs` times; print the ratios and write them to `out`.

    Raises CalledProcessError if the commit is unknown, its environment cannot be built, or a benchmark fails.
    """
    here: list[dict[str, tuple[float, str]]] = []
    there: list[dict[str, tuple[float, str]]] = []
    with _checked_out(commit) as other:
        for number in range(pairs):
            # Who goes first changes from pair to pair: a machine that gets warmer favours neither.
            sides = [(ROOT, here), (other, there)]
            for folder, runs in sides if number % 2 == 0 else reversed(sides):
                runs.append(_run(folder, names))
            print(f"pair {number + 1} of {pairs} is measured", flush=True)
    found = compare_runs(here, there)
    for row in found:
        values = f"{row.here:g} / {row.there:g} {row.unit}"
        print(f"{row.name:40} {row.ratio:6.3f}  ({row.least:.3f} to {row.most:.3f})  {values}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        json.dumps({"against": commit, "pairs": pairs, "figures": [asdict(row) for row in found]}, indent=2) + "\n"
    )


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


def _run(folder: Path, names: Sequence[str]) -> dict[str, tuple[float, str]]:
    kept = folder / "build" / "compared.json"
    python = folder / ".venv" / "bin" / "python"
    subprocess.run([python, "-m", "tests.benchmarks", *names, "--out", kept], cwd=folder, check=True)
    return {row["name"]: (row["value"], row["unit"]) for row in json.loads(kept.read_text(encoding="utf-8"))["figures"]}


@contextmanager
def _checked_out(commit: str) -> Iterator[Path]:
    """Check a commit out into a folder of its own and build its environment there."""
    with tempfile.TemporaryDirectory(prefix="datenkontor-against-") as folder:
        other = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", other, commit], cwd=ROOT, check=True)
        try:
            subprocess.run(["make", "--quiet", "setup", f"PYTHON={sys.base_prefix}/bin/python3"], cwd=other, check=True)
            yield other
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", other], cwd=ROOT, check=True)
