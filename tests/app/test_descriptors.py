"""Connections leave the process files for everything else, whatever the system allows it."""

import logging
import resource
import subprocess
import sys

import pytest

from connector.app.descriptors import KEPT, LISTENERS, fit_bounds, fit_connections
from connector.net.serving.bounds import ServingBounds

SCRIPT = """
import logging, resource
from connector.app.descriptors import fit_bounds
from connector.net.serving.bounds import ServingBounds
logging.basicConfig(format="%(message)s")
bounds = fit_bounds(ServingBounds())
print(bounds.connections, bounds.per_address, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def run_under(soft: int, hard: int) -> tuple[list[int], str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, preexec_fn=limit)
    return [int(word) for word in ended.stdout.split()], ended.stderr


def test_the_usual_limit_is_raised_and_every_connection_fits() -> None:
    assert run_under(1024, 4096) == ([512, 128, KEPT + LISTENERS * 512], "")


def test_where_the_system_allows_less_there_are_fewer_connections_and_the_log_says_so() -> None:
    (connections, share, limit), said = run_under(256, 1024)
    assert (connections, share, limit) == (85, 21, 1024)
    assert "1024 open files: each listener takes 85 connections instead of 512" in said


@pytest.mark.parametrize(("wanted", "limit"), [(512, 100), (4, 100), (512, 5000), (10_000, 20_000)])
def test_a_listener_always_takes_some_connections_and_never_more_than_wanted(wanted: int, limit: int) -> None:
    fitting = fit_connections(wanted, limit)
    assert 0 < fitting <= wanted
    assert fitting <= 8 or fitting * LISTENERS + KEPT <= limit


def test_bounds_that_fit_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert fit_bounds(ServingBounds(connections=8)) == ServingBounds(connections=8)
    assert not caplog.records
