"""Where agreements stand: what is used up or cannot be used is not shown as active, and a page is a few reads."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases.standing import Standing, find_standings
from connector.ports.changes import AddUsage, PutBlock, PutProcess
from connector.ports.entities import Agreement, Block, CountedUse
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Ended
from connector.views.agreements import AgreementState
from tests.contract import values
from tests.controlplane.judging.test_periods import agreed, at
from tests.support.plane import CITY, ME, NOW, OWNER, Desk

COUNT, VOLUME, IN_ALL = ("odrl:count", "lteq", "2"), ("dk:volume", "lteq", "100"), ("dk:usesInAll", "lteq", "2")


@pytest.fixture
def desk(tmp_path: Any) -> Desk:
    return Desk(tmp_path)


def provided(*constraints: tuple[str, str, object], **other: Any) -> Agreement:
    document = msgspec.json.decode(agreed(*constraints).document) | {"assigner": ME, "assignee": CITY}
    return msgspec.structs.replace(
        agreed(*constraints), role=Role.PROVIDER, document=msgspec.json.encode(document), **other
    )


async def stand(desk: Desk, agreement: Agreement) -> Standing:
    (found,) = await find_standings(desk.rooms.evaluator, [agreement])
    return found


async def use(desk: Desk, agreement: Agreement, uses: int, moved: int = 0, key: str | None = None) -> None:
    for _ in range(uses):
        counted = CountedUse(
            owner=OWNER, agreement_id=key or agreement.key, flow_id="urn:t:1", counterparty=agreement.counterparty,
            dataset=agreement.dataset, providing=agreement.role is Role.PROVIDER, at=NOW,
        )  # fmt: skip
        add = AddUsage(OWNER, counted.agreement_id, uses=1, use=counted, at=NOW)
        await desk.store.commit([add])
    await desk.store.commit([AddUsage(OWNER, key or agreement.key, bytes_moved=moved)])


@pytest.mark.parametrize("role", list(Role))
async def test_an_agreement_whose_uses_are_all_counted_is_used_up_with_the_reason(desk: Desk, role: Role) -> None:
    agreement = agreed(COUNT) if role is Role.CONSUMER else provided(COUNT)
    await use(desk, agreement, 1)
    assert (await stand(desk, agreement)).state is AgreementState.ACTIVE
    await use(desk, agreement, 1)
    found = await stand(desk, agreement)
    assert found.state is AgreementState.USED_UP
    assert "2" in found.because["de"]
    assert found.because["de"] != found.because["en"]


async def test_the_last_byte_uses_a_volume_up(desk: Desk) -> None:
    agreement = provided(VOLUME)
    await use(desk, agreement, 1, moved=99)
    assert (await stand(desk, agreement)).state is AgreementState.ACTIVE
    await use(desk, agreement, 0, moved=1)
    assert (await stand(desk, agreement)).state is AgreementState.USED_UP


async def test_uses_under_other_agreements_count_where_the_terms_count_them(desk: Desk) -> None:
    agreement = provided(IN_ALL)
    await use(desk, agreement, 2, key="urn:another")
    assert (await stand(desk, agreement)).state is AgreementState.USED_UP
    assert (await stand(desk, provided(IN_ALL, dataset="urn:d:2"))).state is not AgreementState.USED_UP


async def test_a_limit_that_frees_again_uses_nothing_up(desk: Desk) -> None:
    agreement = provided(("dk:usesPerDay", "lteq", "1"))
    await use(desk, agreement, 3)
    assert (await stand(desk, agreement)).state is AgreementState.ACTIVE


@pytest.mark.parametrize(
    "constraints", [[("ex:unheardOf", "eq", "1")], [("dk:participant", "eq", "urn:somebody:else")]]
)
async def test_an_agreement_that_grants_nothing_here_is_unusable_with_the_reason(desk: Desk, constraints: Any) -> None:
    found = await stand(desk, provided(*constraints))
    assert found.state is AgreementState.UNUSABLE
    assert found.because["en"]
    assert found.because["de"]


async def test_an_excluded_participant_cannot_use_its_agreement(desk: Desk) -> None:
    agreement = provided()
    assert (await stand(desk, agreement)).state is AgreementState.ACTIVE
    await desk.store.commit([PutBlock(Block(owner=OWNER, participant=CITY, at=NOW, by="chief", reason=""))])
    assert (await stand(desk, agreement)).state is AgreementState.UNUSABLE


async def test_what_has_ended_otherwise_keeps_its_state(desk: Desk) -> None:
    ended = ("odrl:dateTime", "lt", at("2025-11-20T00:00:00Z"))
    agreement = provided(COUNT, ended)
    await use(desk, agreement, 2)
    assert (await stand(desk, agreement)).state is AgreementState.EXPIRED
    assert (await stand(desk, msgspec.structs.replace(agreement, withdrawn_at=NOW))).state is AgreementState.WITHDRAWN
    assert (await stand(desk, msgspec.structs.replace(agreement, finalized_at=None))).state is AgreementState.PENDING


async def test_what_is_not_begun_yet_is_active(desk: Desk) -> None:
    found = await stand(desk, provided(("odrl:dateTime", "gteq", at("2031-01-01T00:00:00Z"))))
    assert found.state is AgreementState.ACTIVE


@pytest.mark.parametrize(
    ("code", "by", "refused"),
    [
        ("not-permitted", CITY, True),
        ("refused", CITY, True),
        ("flow-failed", CITY, False),
        ("terminated", CITY, False),
        ("not-permitted", ME, False),
    ],
)
async def test_a_consumer_sees_an_agreement_as_refused_until_a_later_transfer_is_not(
    desk: Desk, code: str, by: str, refused: bool
) -> None:
    agreement = agreed()
    transfer = values.transfer(
        "urn:t:1", owner=OWNER, peer=agreement.counterparty, agreement_id=agreement.id, state="TERMINATED"
    )
    assert transfer.agreement_key == agreement.key
    ended = msgspec.structs.replace(transfer, ended=Ended(code, "The uses are spent.", by))
    await desk.store.commit([PutProcess(ended, None)])
    found = await stand(desk, agreement)
    assert found.state == (AgreementState.REFUSED if refused else AgreementState.ACTIVE)
    assert ("The uses are spent." in found.because.get("en", "")) is refused
    await desk.store.commit([PutProcess(msgspec.structs.replace(transfer, id="urn:t:2", state="REQUESTED"), None)])
    assert (await stand(desk, agreement)).state == AgreementState.ACTIVE
