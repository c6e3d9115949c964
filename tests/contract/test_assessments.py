"""What every record does with assessments of quality."""

from pathlib import Path

import pytest

from connector.ports.assessments import ALL_SOURCES, PROGRESS
from tests.contract.records import KINDS, open_kind


@pytest.mark.parametrize("kind", KINDS)
async def test_an_assessment_has_begun_until_it_is_complete(kind: str, tmp_path: Path) -> None:
    record = await open_kind(kind, tmp_path)
    assert (await record.begun_assessment(), await record.last_assessment()) == (None, None)
    await record.put_assessed(5, {"urn:a": b"a"})
    assert await record.begun_assessment() is None, "nothing says how far it is"
    await record.put_assessed(5, {"urn:a": b"b", PROGRESS: b"1"})
    assert (await record.begun_assessment(), await record.last_assessment()) == (5, None)
    await record.put_assessed(5, {ALL_SOURCES: b"all"})
    assert (await record.begun_assessment(), await record.last_assessment()) == (None, 5)
    await record.put_assessed(9, {PROGRESS: b"2"})
    assert (await record.begun_assessment(), await record.last_assessment()) == (9, 5)
    await record.keep_assessment(5)
    assert await record.begun_assessment() is None
    assert await record.assessed(5, ["urn:a", PROGRESS, "urn:b"]) == {"urn:a": b"b", PROGRESS: b"1"}
    await record.close()
