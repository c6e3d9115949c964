"""The tests with a real CKAN are collected only where they are asked for: `-m ckan`."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "ckan" else True
