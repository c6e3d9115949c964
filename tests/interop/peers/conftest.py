"""The tests with real peers of DCP are collected only where they are asked for: `-m peers`."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "peers" else True
