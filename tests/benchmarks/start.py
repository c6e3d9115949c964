"""From starting a process to its ready line, in time and processor time: one connector with all three listeners."""

import subprocess
import time

from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.outside import Order, run_actors
from tests.benchmarks.pulls import cpu_s, resident_mb

RUNS = 7


def measure(order: Order) -> list[Figure]:
    """Return the time to ready (against a bare interpreter), its processor time, and the resident memory then."""
    stage = order.make_stage("city")
    starts, worked, bare, memory = [], [], [], []
    for _ in range(RUNS):
        begun = time.perf_counter()
        with run_actors(stage, "city"):
            starts.append(time.perf_counter() - begun)
            pid = stage.processes["city"].pid
            worked.append(cpu_s((pid,)))
            memory.append(resident_mb(pid))
        begun = time.perf_counter()
        subprocess.run([order.python, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - begun)
    return [
        figure("connector.start_s", percentile(starts, 0.5), "s", percentile(bare, 0.5)),
        figure("connector.start_cpu_s", percentile(worked, 0.5), "s"),
        figure("connector.rss_mb", percentile(memory, 0.5), "MB"),
    ]
