"""Whether a local file is the data that its provider states."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.client.freshness import is_current
from connector.protocol.stated import StatedData

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
DATA = b"station;no2\n"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize(
    ("stated", "current"),
    [
        (StatedData(sha256=DIGEST), True),
        (StatedData(sha256="0" * 64, size=len(DATA), modified=AT), False),
        (StatedData(size=len(DATA), modified=AT), True),
        (StatedData(size=len(DATA) + 1, modified=AT), False),
        (StatedData(size=len(DATA), modified=datetime(2026, 6, 1, tzinfo=UTC)), False),
        (StatedData(size=len(DATA)), False),
        (StatedData(modified=AT), False),
        (StatedData(), False),
    ],
)
def test_a_file_is_current_only_for_certain(tmp_path: Path, stated: StatedData, current: bool) -> None:
    file = tmp_path / "air.csv"
    file.write_bytes(DATA)
    os.utime(file, (AT.timestamp() + 60, AT.timestamp() + 60))
    assert is_current(stated, file) is current
    assert not is_current(stated, tmp_path / "none")
