"""Self-descriptions below the address of a participant: for participants, and of an asset for whom it is shown to."""

import pytest

from connector.controlplane.usecases import blocks
from connector.controlplane.usecases.offering import asset_changes
from connector.protocol.credential import MEDIA_TYPE, DescriptionKind, read_credential
from tests.binding.door import Door, refused
from tests.pair.space import participant


@pytest.mark.parametrize("kind", ["datasets", "offerings"])
async def test_a_participant_reads_and_verifies_what_it_may_see(door: Door, kind: str) -> None:
    answer = await door.get(f"/self-descriptions/{kind}/{door.dataset}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    keys = door.city.parts.identity.credentials
    assert keys is not None
    stated = read_credential(keys.verify_credential(answer.content, participant("city")).payload)
    assert (stated.issuer, stated.kind.value + "s") == (participant("city"), kind)


async def test_every_participant_reads_that_of_the_participant(door: Door) -> None:
    answer = await door.get("/self-descriptions")
    assert answer.status_code == 200
    keys = door.city.parts.identity.credentials
    assert keys is not None
    stated = read_credential(keys.verify_credential(answer.content, participant("city")).payload)
    assert (stated.kind, stated.subject) == (DescriptionKind.PARTICIPANT, participant("city"))


async def test_nobody_else_reads_it_and_nothing_else_is_there(door: Door) -> None:
    refused(await door.get(f"/self-descriptions/datasets/{door.dataset}", token=None), 401, "unauthenticated")
    refused(await door.get("/self-descriptions", token=None), 401, "unauthenticated")
    refused(await door.get("/self-descriptions/datasets/urn:other"), 404, "not-found")
    used = door.token()
    assert (await door.get("/self-descriptions", token=used)).status_code == 200
    assert (await door.get("/self-descriptions", token=used)).status_code == 401


async def test_who_may_not_see_an_offer_or_is_excluded_reads_nothing_about_it(door: Door) -> None:
    publisher = door.city.publisher
    access = {"permission": [{"action": "use", "constraint": [_only("https://nobody.example")]}]}
    await asset_changes.edit(publisher, door.dataset, {"access": access})
    refused(await door.get(f"/self-descriptions/datasets/{door.dataset}"), 404, "not-found")
    await blocks.block(door.city.enforcer, participant("firm"), "No.", by="test")
    refused(await door.get("/self-descriptions"), 403, "blocked")


def _only(name: str) -> dict[str, object]:
    return {"leftOperand": "dk:participant", "operator": "eq", "rightOperand": name}
