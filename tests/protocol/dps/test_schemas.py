"""The typed messages accept and refuse exactly what the official schemas do, but for listed differences."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from connector.protocol.dps.messages import read
from connector.protocol.dsp.errors import RemoteProtocolError
from tests.protocol.dps.documents import DOCUMENTS, KINDS, load_validators
from tests.protocol.dsp.documents import mutations, nodes


class Difference(NamedTuple):
    """A document that one of us accepts and the other does not, and why that is right."""

    name: str
    accepted: bool
    why: str
    applies: Callable[[str, dict[str, Any]], bool]


def _lacks_type(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "@type" not in value
        and ("endpointType" in value or {"name", "value"} <= set(value))
    )


DIFFERENCES = (
    Difference(
        "data address without its type",
        True,
        "the examples of the specification leave it out, and nothing else can be meant",
        lambda _, document: any(_lacks_type(value) for _, value in nodes(document)),
    ),
    Difference(
        "value of an endpoint property that is a whole number or a truth value",
        True,
        "deployed connectors write ports and times bare, and the text of one is certain",
        lambda _, document: any(
            isinstance(value, dict) and isinstance(value.get("value"), int) for _, value in nodes(document)
        ),
    ),
)


def _accepts(kind: str, document: dict[str, Any]) -> bool:
    try:
        read(KINDS[kind], json.dumps(document).encode())
    except RemoteProtocolError:
        return False
    return True


@pytest.fixture(scope="module")
def validators() -> dict[str, Any]:
    return load_validators()


def test_documents_with_every_optional_member_are_valid_and_read(validators: dict[str, Any]) -> None:
    for kind, document in DOCUMENTS:
        assert validators[kind].is_valid(document), document
        assert _accepts(kind, document), document


def test_mutated_documents_are_judged_as_the_schemas_judge_them(validators: dict[str, Any]) -> None:
    judged, met = 0, set()
    for kind, seed in DOCUMENTS:
        for document in mutations(seed):
            judged += 1
            ours, theirs = _accepts(kind, document), validators[kind].is_valid(document)
            if ours != theirs:
                names = [one.name for one in DIFFERENCES if one.accepted == ours and one.applies(kind, document)]
                assert names, f"{kind}: we say {ours}, the schema {theirs}: {json.dumps(document)}"
                met.update(names)
    assert judged > 1_000
    assert met == {one.name for one in DIFFERENCES}, "a listed difference is no difference"
