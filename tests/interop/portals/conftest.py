"""The tests with real portals are collected only where they are asked for: `-m portals`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.portals.runtime import MapServer, PyGeoApi, Sshd


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "portals" else True


@pytest.fixture(scope="session")
def pygeoapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PyGeoApi]:
    server = PyGeoApi(tmp_path_factory.mktemp("pygeoapi"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def mapserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MapServer]:
    server = MapServer(tmp_path_factory.mktemp("mapserver"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
