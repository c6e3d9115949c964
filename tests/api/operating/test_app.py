"""The management API of a broker as a whole: it is described, and closed without a key."""

from connector.api.frame.auth import KEYLESS
from tests.api.operating.conftest import OperatorWorld


async def test_every_endpoint_is_described_in_one_sentence_and_closed_without_a_key(world: OperatorWorld) -> None:
    described = (await world.read("/openapi.json"))["paths"]
    assert len(described) >= 15
    for path, methods in described.items():
        assert path not in KEYLESS
        for operation in methods.values():
            assert operation["description"].endswith(".")
            assert "401" in operation["responses"]
    answer = await world.api.get("/v1/status", headers={"Authorization": "Bearer guessed"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unknown-key")
