"""The original conformance kits of Java: their artifacts, and one run of a kit."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from connector.cli.setup.ports import is_free

ROOT = Path(__file__).resolve().parents[2]
_COUNTS = re.compile(r"found (\d+) started (\d+) succeeded (\d+) failed (\d+) skipped (\d+)")
_FAILED = re.compile(r"^failed (.*)$", re.MULTILINE)


class Counts(NamedTuple):
    """What a kit counted, the names of the tests that failed, and the end of what it said."""

    found: int
    started: int
    succeeded: int
    failed: int
    skipped: int
    failures: frozenset[str]
    told: str


def bring_artifacts(folder: Path) -> Path:
    """Return where the artifacts of the kit of `folder` lie; Maven brings them into `build/` if they are not there."""
    named = os.environ.get("DATENKONTOR_KIT")
    if named and (Path(named) / folder.name).is_dir():
        return Path(named) / folder.name
    if named:
        return Path(named)
    for tool in ("java", "mvn"):
        assert shutil.which(tool), f"The kit needs {tool}: install a JDK 17 and Maven."
    lib = ROOT / "build" / f"{folder.name}-kit" / "lib"
    if not list(lib.glob("tck-runtime-*.jar")):
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={lib}"]
        subprocess.run(
            ["mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(folder / "pom.xml"), *goal], check=True, timeout=600
        )
    return lib


def find_port(first: int) -> int:
    """Return the first of two free ports."""
    return next(port for port in range(first, first + 1000, 2) if is_free(port) and is_free(port + 1))


def run_kit(artifacts: Path, program: Path, *arguments: str | Path) -> Counts:
    """Run a kit and return its counts."""
    run = subprocess.run(
        ["java", "-cp", f"{artifacts}/*", str(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    counts = _COUNTS.search(run.stdout)
    told = run.stdout[-6000:] + run.stderr[-2000:]
    assert counts, f"The kit gave no counts.\n{told}"
    found, started, succeeded, failed, skipped = map(int, counts.groups())
    return Counts(found, started, succeeded, failed, skipped, frozenset(_FAILED.findall(run.stdout)), told)
