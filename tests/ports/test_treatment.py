"""The treatment in a lease is read as a whole or not at all."""

import msgspec
import pytest

from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.treatment import Consenting, Records, TransformStep, Treatment, read_treatment

WHOLE = Treatment(
    records=Records(format="csv", fields=("a", "b"), facts={"dk:recordRegion": "a"}),
    steps=(TransformStep(name="drop", fields=("a",)),),
    rows=RowFilter(keep=(AtomicConstraint(left="urn:o", operator="eq", right=(Iri("urn:r"),)),)),
    consent=Consenting(dataset="urn:d", covering=("urn:p",), touching=()),
)


def test_a_treatment_is_read_as_it_was_written() -> None:
    assert read_treatment(msgspec.json.encode(WHOLE)) == WHOLE
    assert read_treatment(b"") is None


@pytest.mark.parametrize(
    "path",
    [(), ("records",), ("steps", 0), ("rows",), ("rows", "keep", 0), ("rows", "keep", 0, "right", 0), ("consent",)],
)
def test_a_member_of_a_newer_release_is_refused_wherever_it_is(path: tuple[str | int, ...]) -> None:
    document = msgspec.json.decode(msgspec.json.encode(WHOLE))
    place = document
    for step in path:
        place = place[step]
    place["newer"] = 1
    with pytest.raises(ValueError, match="same release"):
        read_treatment(msgspec.json.encode(document))


@pytest.mark.parametrize("document", [b"{", b"[]", b'{"records": 1}', b'{"records": {"format": "xml"}}'])
def test_anything_else_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_treatment(document)
