"""The evidence of an agreement, as its holder writes it, with the seal of the counterparty."""

import msgspec
import pytest

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.proving import evidence
from connector.identity.seals import ListedSeals
from connector.ports.changes import AppendLeaf, FinalizeAgreement, PutAgreement, PutProcess
from connector.ports.entities import Agreement
from connector.ports.seals import KeptSeal
from connector.protocol.dsp.common import Role
from connector.protocol.seals import Seal, compute_digest
from tests.contract import values
from tests.identity.lists import CITY_KEY
from tests.support.plane import Desk

SEALS = ListedSeals(CITY_KEY, dict, lambda: 0)


async def keep(desk: Desk, digest_of: bytes | None = None) -> Agreement:
    """Keep an agreement, and the seal of the counterparty on another text if one is given."""
    agreement = values.agreement("urn:a", role=Role.PROVIDER, negotiation_id="urn:n")
    text = agreement.document if digest_of is None else digest_of
    seal = Seal(
        url="https://x",
        content_digest="c",
        agreement_digest=compute_digest(text),
        created=1,
        key="k",
        algorithm="ES256",
    )
    kept = msgspec.json.encode(KeptSeal(seal=seal, jwk={"kty": "EC"}))
    negotiation = values.negotiation("urn:n", role=Role.PROVIDER, seal=kept)
    await desk.rooms.context.store.commit([PutAgreement(agreement), PutProcess(negotiation, None)])
    return agreement


async def test_the_seal_of_the_counterparty_is_part_of_the_evidence(desk: Desk) -> None:
    context = desk.rooms.context
    agreement = await keep(desk)
    with pytest.raises(NotAllowed, match="not final"):
        await evidence.make_evidence(context, SEALS, "urn:a")
    await context.store.commit([FinalizeAgreement(context.owner, agreement.key, 6)])
    made = await evidence.make_evidence(context, SEALS, "urn:a")
    assert made.seal is not None
    assert made.keys.keys() == {context.participant, agreement.counterparty}
    assert made.agreement.encode() == agreement.document


async def test_a_seal_of_an_earlier_agreement_of_the_negotiation_is_left_out(desk: Desk) -> None:
    agreement = await keep(desk, b"{}")
    assert await evidence.find_seal(desk.rooms.context, agreement) is None


async def test_the_sealed_messages_are_part_of_the_evidence_the_oldest_first(desk: Desk) -> None:
    context, agreement = desk.rooms.context, await keep(desk)
    seal = Seal(url="https://x", content_digest="c", agreement_digest="", created=1, key="k", algorithm="ES256")
    fields = {"seal": msgspec.to_builtins(KeptSeal(seal=seal, jwk={"kty": "EC"}))}
    for name, at in (("later", 2_000), ("sooner", 1_000)):
        made = commits.record(context, f"received {name}", agreement.negotiation_id, fields)
        await context.store.commit([AppendLeaf(msgspec.structs.replace(made.leaf, at=at))])
    await context.store.commit([commits.record(context, "received none", agreement.negotiation_id, {})])
    messages, whole = await evidence.list_sealed(context, agreement)
    assert [message.name for message in messages] == ["sooner", "later"]
    assert whole


async def test_without_a_key_there_is_no_evidence(desk: Desk) -> None:
    await keep(desk)
    with pytest.raises(NotAllowed, match="no key"):
        await evidence.make_evidence(desk.rooms.context, None, "urn:a")
