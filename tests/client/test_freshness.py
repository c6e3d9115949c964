"""Whether data has changed at its provider, by what the provider states."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.client.freshness import StatedData, is_current, read_stated
from connector.protocol import dcat

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
DATA = b"station;no2\n"
DIGEST = hashlib.sha256(DATA).hexdigest()


def dataset(**members: Any) -> dict[str, Any]:
    return {"@id": "urn:d", "distribution": [members]}


def test_the_statements_of_a_distribution_are_read() -> None:
    stated = read_stated(
        dataset(
            **{
                "dcat:byteSize": 12,
                "dct:modified": dcat.make_moment(AT),
                dcat.CHECKSUM: dcat.make_checksum(DIGEST.upper()),
            }
        )
    )
    assert stated == StatedData(sha256=DIGEST, size=12, modified=AT)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"distribution": []},
        {"distribution": "urn:d"},
        dataset(),
        dataset(**{"dcat:byteSize": "many", "dct:modified": "yesterday", "spdx:checksum": "abc"}),
        dataset(**{"dcat:byteSize": {"@value": None}, "dct:modified": 5, "spdx:checksum": {"spdx:checksumValue": 1}}),
        dataset(**{"spdx:checksum": {"spdx:algorithm": "md5", "spdx:checksumValue": DIGEST}}),
    ],
)
def test_what_is_not_stated_or_cannot_be_read_is_unknown(document: dict[str, Any]) -> None:
    assert read_stated(document) == StatedData()


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


def test_two_statements_are_of_the_same_data_only_for_certain() -> None:
    assert StatedData(sha256="a", modified=AT).is_same(StatedData(sha256="a"))
    assert not StatedData(sha256="a", modified=AT).is_same(StatedData(sha256="b", modified=AT))
    assert StatedData(size=1, modified=AT).is_same(StatedData(size=1, modified=AT))
    assert not StatedData(size=1).is_same(StatedData(size=1))
    assert not StatedData().is_same(StatedData())
