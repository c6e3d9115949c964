"""What the tests with real peers do again and again."""

from typing import Any

from tests.interop.edc.runtime import until
from tests.interop.peers.issuer import TYPE
from tests.interop.peers.space import Space

WAIT_S = 120.0


def read_ours(space: Space) -> set[str]:
    """Return the datasets that EDC sees in our catalogue; fails if we refuse it."""
    return {row["@id"] for row in list_datasets(space)}


def list_datasets(space: Space) -> list[dict[str, Any]]:
    """Return our catalogue as EDC reads it."""
    found = space.edc.catalogue(space.us.address, space.us.id)["dataset"]
    return found if isinstance(found, list) else [found]


def read_theirs(space: Space) -> set[str]:
    """Return the datasets that we see in the catalogue of EDC; raises ClientError if it refuses us."""
    return {row["@id"] for row in space.us.client.catalog.all(space.anna.did)}


def hold_ours(space: Space) -> str:
    """Return the key of our membership."""
    (held,) = [each.key for each in space.us.client.credentials.list() if TYPE in each.types]
    return held


def negotiate_ours(space: Space) -> None:
    """Negotiate with EDC until both sides are FINALIZED."""
    begun = space.us.client.negotiations.start(space.anna.did, "asset-1")
    found = space.us.client.negotiations.wait(begun.id, timeout_s=WAIT_S)
    assert found.state == "FINALIZED", (found.state, found.pending, found.ended)
    until(lambda: space.edc.negotiation(found.peer_pid or "")["state"] == "FINALIZED", WAIT_S)
    assert space.edc.negotiation(found.peer_pid or "")["counterPartyId"] == space.us.id


def negotiate_theirs(space: Space) -> str:
    """Let EDC negotiate with us until both sides are FINALIZED; return the agreement as EDC calls it."""
    (offer,) = next(dataset["hasPolicy"] for dataset in list_datasets(space) if dataset["@id"] == "roads")
    terms = {"@id": offer["@id"], "assigner": space.us.id, "target": "roads", "permission": [{"action": "use"}]}
    begun = space.edc.negotiate(space.us.address, terms)
    until(lambda: space.edc.negotiation(begun)["state"] in {"FINALIZED", "TERMINATED"}, WAIT_S)
    assert space.edc.negotiation(begun)["state"] == "FINALIZED", space.edc.negotiation(begun)

    def final() -> bool:
        # The last acknowledgement reaches us after EDC shows the state.
        ours = [row for row in space.us.client.negotiations.list(limit=100).items if row.peer_pid == begun]
        return [(row.state, row.peer) for row in ours] == [("FINALIZED", space.anna.did)]

    until(final, WAIT_S)
    return str(space.edc.negotiation(begun)["contractAgreementId"])
