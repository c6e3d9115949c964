"""What issuers hand over: only what was asked for, verified, all or none."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases.holding import keeping, receiving
from connector.identity.dcp.holding import DcpHolder
from connector.identity.dcp.presented import TrustedIssuers
from connector.ports.changes import PutIssuance
from connector.ports.entities import Issuance
from connector.protocol.dcp.issuance import (
    CredentialContainer,
    CredentialMessage,
    CredentialOffer,
    IssuanceStatus,
    OfferedCredential,
)
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.credentials import IssuanceState
from tests.identity.dcp.places import CITY, FIRM, KEYS, STRANGER, US, credential, signed
from tests.support.holding import Holding, hold, member

PID = "urn:request:1"


def handed(*secured: str, kind: str = "MembershipCredential", **members: Any) -> CredentialMessage:
    containers = tuple(CredentialContainer(kind, each, members.pop("format", "jwt")) for each in secured)
    plain = {"issuer_pid": "1", "holder_pid": PID, "status": IssuanceStatus.ISSUED, "reason": ""}
    return CredentialMessage(**{**plain, "credentials": containers, **members})


async def asked(
    state: IssuanceState = IssuanceState.REQUESTED,
    issuer: str = CITY,
    types: tuple[str, ...] = ("MembershipCredential",),
) -> Holding:
    firm = await hold()
    request = Issuance(owner="default", id=PID, issuer=issuer, types=types, state=state, at=1)
    await firm.service.context.store.commit([PutIssuance(request)])
    return firm


async def test_what_was_asked_for_is_stored_and_may_come_again() -> None:
    firm = await asked()
    await receiving.receive_message(firm.service, await firm.issuer(), handed(member(), member(id="urn:uuid:2")))
    (held,) = await firm.service.context.store.credentials("default")
    assert (held.id, held.issuer) == ("urn:uuid:2", CITY)
    found = await firm.service.context.store.issuance("default", PID)
    assert found is not None
    assert found.state is IssuanceState.ISSUED


async def test_the_type_that_every_credential_has_names_one_that_was_asked_for() -> None:
    firm = await asked()
    other = handed(member("CompanyCredential"), kind="VerifiableCredential")
    with pytest.raises(RemoteProtocolError, match="not requested"):
        await receiving.receive_message(firm.service, await firm.issuer(), other)
    await receiving.receive_message(firm.service, await firm.issuer(), handed(member(), kind="VerifiableCredential"))
    (held,) = await firm.service.context.store.credentials("default")
    assert held.types == ("MembershipCredential",)


@pytest.mark.parametrize(
    "message",
    [
        handed(member(), holder_pid="urn:request:2"),
        handed(member("CompanyCredential"), kind="CompanyCredential"),
        handed(member(), kind="CompanyCredential"),
        handed(member(), format="vc11-sl2021/jwt"),
        handed(member(), member(credentialSubject={"id": US})),
        handed("no credential"),
    ],
    ids=["unknown request", "not asked for", "another type", "another profile", "about another one", "none"],
)
async def test_what_was_not_asked_for_or_is_wrong_stores_nothing(message: CredentialMessage) -> None:
    firm = await asked()
    with pytest.raises(RemoteProtocolError):
        await receiving.receive_message(firm.service, await firm.issuer(), message)
    assert await firm.service.context.store.credentials("default") == []


@pytest.mark.parametrize("types", [("MembershipCredential", "CompanyCredential"), ()])
async def test_a_credential_of_another_type_than_is_said_of_it_stores_nothing(types: tuple[str, ...]) -> None:
    firm = await asked(types=types)
    with pytest.raises(RemoteProtocolError, match="not of its credentialType"):
        await receiving.receive_message(firm.service, await firm.issuer(), handed(member(), kind="CompanyCredential"))
    assert await firm.service.context.store.credentials("default") == []


async def test_an_issuer_hands_over_no_credential_of_another_one_that_is_trusted_too() -> None:
    firm = await asked()
    holder = firm.service.holder
    assert isinstance(holder, DcpHolder)
    both = {issuer: frozenset({"MembershipCredential"}) for issuer in (CITY, STRANGER)}
    holder.follow(holder._verifier._replace(trust=TrustedIssuers(both)))
    message = handed(signed(credential(issuer=STRANGER), KEYS[STRANGER]))
    with pytest.raises(RemoteProtocolError, match="another issuer than the sender"):
        await receiving.receive_message(firm.service, await firm.issuer(), message)
    assert await firm.service.context.store.credentials("default") == []


@pytest.mark.parametrize(("state", "issuer"), [(IssuanceState.OFFERED, CITY), (IssuanceState.REQUESTED, US)])
async def test_an_offer_and_a_request_to_somebody_else_are_no_request(state: IssuanceState, issuer: str) -> None:
    firm = await asked(state, issuer)
    with pytest.raises(RemoteProtocolError, match="No such request"):
        await receiving.receive_message(firm.service, await firm.issuer(), handed(member()))


async def test_a_rejection_is_kept_with_its_reason_and_never_follows_credentials() -> None:
    firm = await asked()
    rejected = handed(status=IssuanceStatus.REJECTED, reason="No such company.")
    await receiving.receive_message(firm.service, await firm.issuer(), rejected)
    found = await firm.service.context.store.issuance("default", PID)
    assert found is not None
    assert (found.state, found.reason) == (IssuanceState.REJECTED, "No such company.")
    firm = await asked(IssuanceState.ISSUED)
    with pytest.raises(RemoteProtocolError, match="before"):
        await receiving.receive_message(firm.service, await firm.issuer(), rejected)


async def test_a_full_store_is_told_as_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_HELD", 0)
    firm = await asked()
    with pytest.raises(RemoteProtocolError, match="limit") as refused:
        await receiving.receive_message(firm.service, await firm.issuer(), handed(member()))
    assert refused.value.status == 503


async def test_an_offer_takes_the_place_of_the_earlier_one_of_its_issuer() -> None:
    firm = await hold()
    caller = await firm.issuer()
    entries = tuple(OfferedCredential(f"urn:{kind}", kind, "", "reissue") for kind in ("MembershipCredential", ""))
    for number, entry in enumerate(entries):
        key = msgspec.structs.replace(caller.replay_key, jti=f"{number}") if caller.replay_key else None
        again = msgspec.structs.replace(caller, replay_key=key)
        await receiving.receive_offer(firm.service, again, CredentialOffer(CITY, (entry,)))
    (kept,) = await firm.service.context.store.issuances("default")
    assert (kept.types, kept.state, kept.reason) == (("urn:",), IssuanceState.OFFERED, "reissue")
    with pytest.raises(RemoteProtocolError, match="issuer"):
        await receiving.receive_offer(firm.service, caller, CredentialOffer(FIRM, entries))
