"""Figures: what a benchmark gives, and how it is kept: `build/benchmarks.json`, machine and all."""

import json
import os
import platform
import sqlite3
import sys
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured value; `ratio` is value ÷ baseline where the same run measured a baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None


def figure(name: str, value: float, unit: str, baseline: float | None = None) -> Figure:
    """Return a figure and say it."""
    ratio = value / baseline if baseline else None
    shown = f"{name:36} {value:12.3f} {unit}" + (f"   {ratio:.2f} of {baseline:.3f}" if ratio is not None else "")
    print(shown, flush=True)
    return Figure(name, round(value, 4), unit, baseline, round(ratio, 4) if ratio is not None else None)


def keep(figures: list[Figure], path: Path) -> None:
    """Write the figures with a description of the machine."""
    machine = {
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "load": os.getloadavg()[0],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "figures": [asdict(entry) for entry in figures]}, indent=2) + "\n")


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
