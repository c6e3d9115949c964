"""From starting a process to its ready line, and its resident memory: one connector with all three listeners."""

import subprocess
import sys
import time
from pathlib import Path

from connector.cli.demo.stage import Stage
from tests.benchmarks.figures import Figure, figure, percentile

RUNS = 7


def measure(base: Path) -> list[Figure]:
    """Return start-up time (against a bare interpreter) and memory."""
    stage = Stage(base)
    for word in ("broker", "city"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    stage.enrol({})
    starts, bare, memory = [], [], 0.0
    for _ in range(RUNS):
        begun = time.perf_counter()
        stage.start("city")
        stage.await_ready("city")
        starts.append(time.perf_counter() - begun)
        memory = _resident(stage.processes["city"].pid)
        stage.stop()
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - begun)
    return [
        figure("connector.start_s", percentile(starts, 0.5), "s", percentile(bare, 0.5)),
        figure("connector.rss_mb", memory, "MB"),
    ]


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0
