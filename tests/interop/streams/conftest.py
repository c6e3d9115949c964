"""The tests with real brokers are collected only where they are asked for: `-m streams`."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "streams" else True
