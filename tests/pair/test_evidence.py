"""Two connectors agree, and each can prove it without the other: by what both have signed."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from connector.authority import roster
from connector.authority.card import operator_keys
from connector.client.frame.errors import NotFound, RequestRefused
from connector.identity.evidence import ProvenAgreement, verify_evidence
from connector.net.transport import HttpCall
from connector.protocol.dsp.common import Role
from connector.views.negotiations import NegotiationView
from tests.pair.space import Member, Space, space

SEAL = {"Agreement-Digest", "Signature-Input", "Signature", "Content-Digest"}
Headers = dict[str, str]


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


def alter(made: Space, change: Callable[[Headers], Headers]) -> None:
    """Let the wire change the header fields of each sealed message."""
    send = made.wire.send

    async def send_altered(call: HttpCall) -> object:
        headers = dict(call.headers)
        return await send(replace(call, headers=change(headers) if "Signature" in headers else headers))

    made.wire.send = send_altered  # type: ignore[assignment, method-assign]


async def ask(made: Space) -> NegotiationView:
    asset = await made.city.offers()
    return await made.firm.api.negotiations.start(made.city.id, asset.id)


async def agree(made: Space) -> str:
    """Let the company agree with the city; return the identifier of the agreement."""
    done = await made.firm.reaches((await ask(made)).id, "FINALIZED")
    await made.city.reaches((await made.city.other_side(done)).id, "FINALIZED")
    assert done.agreement_id
    return done.agreement_id


async def prove(made: Space, side: Member, agreement: str) -> ProvenAgreement:
    evidence = await side.api.agreements.show_evidence(agreement)
    operator = operator_keys(made.base / "broker" / "card.json")
    listed = roster.verify(made.base / "roster.jws", operator, now=datetime.now(UTC)).keys
    return verify_evidence(msgspec.json.encode(evidence), listed, now=int(time.time() * 1000))


async def test_each_message_is_kept_with_its_seal_and_both_can_show_them(data_space: Space) -> None:
    agreement = await agree(data_space)
    city, firm = data_space.city, data_space.firm
    moved = await firm.api.transfers.start(agreement)
    await firm.api.transfers.wait(moved.id, timeout_s=20, states=["STARTED"])
    provided, consumed = await prove(data_space, city, agreement), await prove(data_space, firm, agreement)
    assert [message.name for message in provided.messages] == [
        "ContractRequestMessage",
        "ContractAgreementVerificationMessage",
        "TransferRequestMessage",
    ]
    assert [message.name for message in consumed.messages] == [
        "ContractAgreementMessage",
        "ContractNegotiationEventMessage:FINALIZED",
        "TransferStartMessage",
    ]
    assert (provided.unlisted, consumed.unlisted) == ((), ())
    assert consumed.messages[-1].process == moved.id


async def test_each_side_proves_that_the_other_has_agreed(data_space: Space) -> None:
    agreement = await agree(data_space)
    city, firm = data_space.city, data_space.firm
    provided, consumed = await prove(data_space, city, agreement), await prove(data_space, firm, agreement)
    assert provided.agreement == consumed.agreement
    assert provided.agreement["@id"] == agreement
    assert (provided.statement.role, consumed.statement.role) == (Role.PROVIDER, Role.CONSUMER)
    assert provided.listed == (city.id, firm.id)
    assert consumed.listed == (firm.id, city.id)
    assert provided.sealed_at
    assert consumed.sealed_at


def strip(headers: Headers) -> Headers:
    return {name: value for name, value in headers.items() if name not in SEAL}


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Space]:
    """A data space whose members promise no seals, as releases before did."""
    async with space(tmp_path, "city", "firm", identity={"seal_messages": False}) as made:
        yield made


async def test_a_peer_without_seals_agrees_as_before_and_its_side_is_unproven(before: Space) -> None:
    data_space = before
    alter(data_space, strip)
    agreement = await agree(data_space)
    for side in (data_space.city, data_space.firm):
        proven = await prove(data_space, side, agreement)
        assert (proven.sealed_at, proven.listed, proven.messages) == (None, (side.id,), ())


async def test_nobody_takes_the_seals_from_who_promises_them(data_space: Space) -> None:
    alter(data_space, strip)
    ended = await data_space.firm.api.negotiations.wait((await ask(data_space)).id, timeout_s=20)
    assert ended.ended is not None
    assert "which its sender promises" in ended.ended.reason
    assert not (await data_space.city.api.negotiations.list()).items


async def test_who_seals_only_agreements_is_spoken_with_as_before(before: Space) -> None:
    agreement = await agree(before)
    for side in (before.city, before.firm):
        proven = await prove(before, side, agreement)
        assert proven.sealed_at
        (said,) = proven.messages
        assert said.name in {"ContractAgreementMessage", "ContractAgreementVerificationMessage"}


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: {**headers, "Agreement-Digest": headers["Content-Digest"]},
        lambda headers: {**headers, "Signature": headers["Signature"].replace("=:", "=:AAAA", 1)[:-8] + "==:"},
    ],
    ids=["of another agreement", "broken"],
)
async def test_a_seal_that_does_not_hold_makes_no_agreement(
    data_space: Space, change: Callable[[Headers], Headers]
) -> None:
    alter(data_space, change)
    ended = await data_space.firm.api.negotiations.wait((await ask(data_space)).id, timeout_s=20)
    assert ended.state == "TERMINATED"
    assert not (await data_space.firm.api.agreements.list()).items


async def test_what_is_not_final_or_unknown_has_no_evidence(data_space: Space) -> None:
    with pytest.raises(NotFound):
        await data_space.city.api.agreements.show_evidence("urn:agreement:unknown")
    # Nobody takes the agreement: the city keeps it, and it stays open.
    alter(
        data_space,
        lambda headers: {**headers, **({"Authorization": "Bearer none"} if "Agreement-Digest" in headers else {})},
    )
    asked = await ask(data_space)
    await data_space.firm.reaches(asked.id, "REQUESTED")
    begun = await data_space.city.other_side(asked)
    await data_space.city.tries(begun.id)
    (pending,) = (await data_space.city.api.agreements.list()).items
    with pytest.raises(RequestRefused, match="not final"):
        await data_space.city.api.agreements.show_evidence(pending.id)
