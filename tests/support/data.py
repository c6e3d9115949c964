"""Where the official standards material and the real city data lie: never here, always named by `DATENKONTOR_DATA`."""

import os
from pathlib import Path

import pytest


def data_folder(*parts: str) -> Path:
    """Return a path below the data folder, or skip the test with a plain message where it is not at hand."""
    root = os.environ.get("DATENKONTOR_DATA")
    if not root:
        pytest.skip("DATENKONTOR_DATA is not set: it names the folder with the standards and city data this test reads")
    path = Path(root, *parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is missing below DATENKONTOR_DATA, which this test reads")
    return path
