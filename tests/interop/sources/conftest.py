"""The tests with real servers are collected only where they are asked for: `-m sources`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.interop.sources.runtime import Gateway, Postgres


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "sources" else True


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not below the folder of pytest, which only its owner can enter.
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = Postgres(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    server = Gateway(tmp_path_factory.mktemp("gateway"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
