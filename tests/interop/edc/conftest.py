"""The tests with a real EDC are collected only where they are asked for: `-m edc`."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "edc" else True
