"""Negotiations with stores in PostgreSQL against stores in files, in one run; the server has fsync on."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from connector.cli.demo.stage import Stage
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.negotiation import measure_pair
from tests.store.postgres.server import PostgresServer, make_database_now


def measure(base: Path) -> list[Figure]:
    """Return the figures of a pair on files and of a pair on PostgreSQL, and the ratio of their throughput."""
    server = PostgresServer()
    try:
        databases = {word: make_database_now(server.url) for word in ("city", "firm")}
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as fresh:
            files = fresh.submit(measure_pair, Stage(base / "files"), "scale.files_").result()
            found = fresh.submit(measure_pair, Stage(base / "postgres"), "scale.postgres_", databases).result()
    finally:
        server.remove()
    baseline = {entry.name.rpartition("files_")[2]: entry.value for entry in files}
    ratios = [
        figure(entry.name, entry.value, entry.unit, baseline[entry.name.rpartition("postgres_")[2]]) for entry in found
    ]
    return [*files, *ratios]
