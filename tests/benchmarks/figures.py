"""Figures: what a benchmark gives, and how it is kept: `build/benchmarks.json`, machine and all."""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import machine


@dataclass(frozen=True)
class Figure:
    """One measured value; `ratio` is value ÷ baseline where the same run measured a baseline.

    `bound` is what the value should not exceed, where there is such a thing.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    bound: float | None = None


def figure(name: str, value: float, unit: str, baseline: float | None = None, bound: float | None = None) -> Figure:
    """Return a figure and say it."""
    ratio = value / baseline if baseline else None
    shown = f"{name:36} {value:12.3f} {unit}" + (f"   {ratio:.2f} of {baseline:.3f}" if ratio is not None else "")
    if bound is not None:
        shown += f"   {'within' if value <= bound else 'ABOVE'} {bound:g}"
    print(shown, flush=True)
    return Figure(name, round(value, 4), unit, baseline, round(ratio, 4) if ratio is not None else None, bound)


def keep(figures: list[Figure], path: Path, described: dict[str, Any]) -> None:
    """Write the figures with a description of what was measured where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"machine": described, "figures": [asdict(entry) for entry in figures]}
    path.write_text(json.dumps(kept, indent=2) + "\n")


def describe(tree: Path, python: Path) -> dict[str, Any]:
    """Return the description of a tree and its interpreter; see `machine`."""
    told = subprocess.run([python, machine.__file__, tree], capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    return found


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
