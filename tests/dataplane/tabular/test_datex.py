"""Parking in DATEX II as rows."""

from pathlib import Path

import pytest

from connector.ports.flow import Untreatable
from tests.dataplane.tabular.files import DATEX, put, rows_of


def test_datex_of_parking_is_a_row_a_facility(tmp_path: Path) -> None:
    assert rows_of(put(tmp_path, DATEX), "datex") == [{"id": "1", "totalParkingCapacity": "5"}]


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    ],
)
def test_xml_with_a_document_type_is_refused(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(Untreatable, match="document type"):
        rows_of(put(tmp_path, head + DATEX), "datex")


def test_deep_xml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Untreatable, match="levels"):
        rows_of(put(tmp_path, b"<a>" * 40 + b"</a>" * 40), "datex")
