"""What a provider states of its data, and whether two statements are of the same data."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.protocol import dcat
from connector.protocol.stated import StatedData, read_stated

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
DIGEST = hashlib.sha256(b"station;no2\n").hexdigest()


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
        dataset(**{"dcat:byteSize": "9" * 5000}),
        dataset(**{"dcat:byteSize": "²"}),
        dataset(**{"dcat:byteSize": -1}),
        dataset(**{"dcat:byteSize": True}),
        dataset(**{"dcat:byteSize": 10**30}),
        dataset(**{"spdx:checksum": {"spdx:algorithm": "md5", "spdx:checksumValue": DIGEST}}),
    ],
)
def test_what_is_not_stated_or_cannot_be_read_is_unknown(document: dict[str, Any]) -> None:
    assert read_stated(document) == StatedData()


def test_two_statements_are_of_the_same_data_only_for_certain() -> None:
    assert StatedData(sha256="a", modified=AT).is_same(StatedData(sha256="a"))
    assert not StatedData(sha256="a", modified=AT).is_same(StatedData(sha256="b", modified=AT))
    assert StatedData(size=1, modified=AT).is_same(StatedData(size=1, modified=AT))
    assert not StatedData(size=1).is_same(StatedData(size=1))
    assert not StatedData().is_same(StatedData())
