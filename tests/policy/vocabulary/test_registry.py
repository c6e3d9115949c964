"""The registry refuses rows that contradict themselves."""

import pytest

from connector.policy.vocabulary.registry import Operand, build


def operand(sort: str, **more: object) -> Operand:
    row = {"iri": "urn:op", "sort": sort, "source": "state", "trust": "own", "de": "x", "en": "x", **more}
    return Operand(**row)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"sort": "number", "multiple": True}, "no order"),
        ({"sort": "name", "operators": frozenset({"lt"})}, "does not allow"),
        ({"sort": "code"}, "needs `values`"),
        ({"sort": "taxonomy", "taxonomy": "missing"}, "add its text"),
    ],
)
def test_a_registry_refuses_rows_that_contradict_themselves(more: dict[str, object], complaint: str) -> None:
    sort = str(more.pop("sort"))
    with pytest.raises(ValueError, match=complaint):
        build((operand(sort, **more),))
