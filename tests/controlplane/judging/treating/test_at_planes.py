"""An offer of data at another data plane is refused for what that cannot enforce, with the reason in words."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.judging import acceptance
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.judging.treating.known_data import KnownData, PlaceOfData, find_place
from connector.ports.treatment import Records
from tests.controlplane.agreements import atom

LIBRARY = Library(operands(), executors={})
RECORDS = Records(format="csv", fields=("id", "age"), subject="id")
UNTIL = atom("odrl:dateTime", "lt", "2030-01-01T00:00:00Z")
DROP = {"action": "dk:drop", "constraint": [atom("dk:field", "isAnyOf", ["id"])]}
HIDE = {"action": "dk:pseudonymise", "constraint": [atom("dk:field", "isAnyOf", ["id"])]}


def offer(*constraints: Any, duty: Any = None) -> bytes:
    rule = {"action": "use", **({"constraint": list(constraints)} if constraints else {})}
    document = {"@type": "Offer", "@id": "urn:offer", "permission": [rule], **({"obligation": [duty]} if duty else {})}
    return msgspec.json.encode(document)


@pytest.mark.parametrize(
    ("policy", "other", "leased"),
    [
        (offer(), None, None),
        (offer(UNTIL), "plane-cut-off", None),
        (offer(atom("odrl:elapsedTime", "lteq", "P30D")), "plane-cut-off", None),
        (offer(atom("odrl:count", "lteq", "5")), "plane-counts", None),
        (offer(atom("dk:volume", "lteq", "1000")), "plane-counts", None),
        (offer(duty=DROP), "plane-treats", None),
        (offer(duty=HIDE), "plane-treats", "plane-secret"),
        (offer(atom("dk:consentStatus", "eq", "given")), "plane-consents", "plane-consents"),
    ],
)
def test_what_a_data_plane_cannot_enforce_is_refused(policy: bytes, other: str | None, leased: str | None) -> None:
    for place, expected in ((PlaceOfData.HERE, None), (PlaceOfData.OTHER, other), (PlaceOfData.LEASED, leased)):
        found = acceptance.find_unenforceable(LIBRARY, policy, KnownData(RECORDS, place=place))
        assert (found.code if found else None) == expected, (place, found)
        if found:
            assert "Datenebene" in found.texts["de"]
            assert "data plane" in found.texts["en"]


def test_the_source_of_an_asset_names_the_place_of_its_data() -> None:
    assert find_place({"kind": "file", "path": "a"}) is PlaceOfData.HERE
    assert find_place({"kind": "plane", "labels": ["gold"]}) is PlaceOfData.LEASED
    assert find_place({"kind": "plane", "leases": False}) is PlaceOfData.OTHER
