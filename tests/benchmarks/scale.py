"""Negotiations with stores in PostgreSQL against stores in files, in one run; the server has fsync on."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from connector.cli.demo.stage import Stage
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.negotiation import IDLE, MANY, WARM, measure_pair
from tests.benchmarks.pulls import cpu_s
from tests.store.postgres.server import PostgresServer, make_database_now


def measure(base: Path) -> list[Figure]:
    """Return the figures of a pair on files and of a pair on PostgreSQL, the ratios, and what the server spends."""
    server = PostgresServer()
    try:
        databases = {word: make_database_now(server.url) for word in ("city", "firm")}
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as fresh:
            files = fresh.submit(measure_pair, Stage(base / "files"), "scale.files_").result()
            before = _server_cpu_s(server)
            found = fresh.submit(measure_pair, Stage(base / "postgres"), "scale.postgres_", databases).result()
            spent_ms = (_server_cpu_s(server) - before) / (WARM + IDLE + MANY) * 1000
    finally:
        server.remove()
    baseline = {entry.name.rpartition("files_")[2]: entry.value for entry in files}
    ratios = [
        figure(entry.name, entry.value, entry.unit, baseline[entry.name.rpartition("postgres_")[2]]) for entry in found
    ]
    return [*files, *ratios, figure("scale.server_cpu_ms", spent_ms, "ms")]


def _server_cpu_s(server: PostgresServer) -> float:
    """Return what a server has spent so far, with the connections that have ended."""
    first = server.pid
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    ended = Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[13:15]
    return cpu_s((first, *map(int, children))) + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
