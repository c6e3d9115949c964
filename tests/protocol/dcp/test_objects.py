"""A document of somebody else is an object within its bound, or a fault that names it."""

import pytest

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import read_object


def test_an_object_of_the_bound_is_read() -> None:
    assert read_object(b'{"a": 1}', 8, "The text") == {"a": 1}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"a": 12}', "larger than 8"),
        (b"[]", "not a JSON object"),
        (b"{", "cannot be read"),
        (b'{"":1,"":1}', "larger"),
    ],
)
def test_anything_else_is_a_fault_that_names_the_document(body: bytes, problem: str) -> None:
    with pytest.raises(ClaimFault, match=f"^The text .*{problem}"):
        read_object(body, 8, "The text")
