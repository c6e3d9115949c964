"""A holder asks issuers: stored before it is sent, sent until it is taken, and never led astray."""

import msgspec
import pytest

from connector.controlplane.core.due import MOST_ATTEMPTS
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.holding import receiving, requesting
from connector.ports.changes import PutIssuance
from connector.ports.entities import Issuance
from connector.protocol.dcp.issuance import CredentialOffer, OfferedCredential
from connector.protocol.dcp.requests import (
    RequestStatus,
    SupportedCredential,
    ToldStatus,
    read_credential_request,
    write_metadata,
    write_status,
)
from connector.views.credentials import IssuanceState
from tests.identity.dcp.places import CITY, KEYS
from tests.support.holding import Holding, hold

SERVICE = "https://stadt.example/issuer"
SUPPORTED = [
    SupportedCredential(f"urn:{kind}:{profile}", kind, profile)
    for kind in ("MembershipCredential", "CompanyCredential", "Diploma")
    for profile in ("vc11-sl2021/jwt", "vc20-bssl/jwt")
]


class City:
    """The Issuer Service of the city, as a script: `status` answers requests, `told` their states."""

    def __init__(self, firm: Holding) -> None:
        self.status, self.told, self.supported = 201, RequestStatus.RECEIVED, SUPPORTED
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        places = firm.places
        places.publish(
            CITY,
            KEYS[CITY],
            service=[{"id": f"{CITY}#issuer", "type": "IssuerService", "serviceEndpoint": SERVICE}],
        )
        places.locations[f"{SERVICE}/credentials"] = "https://elsewhere.example/requests/r-1/"
        places.services |= {
            f"{SERVICE}/credentials": self._take,
            f"{SERVICE}/metadata": self._show,
            f"{SERVICE}/requests/": self._tell,
        }

    async def _take(self, _: str, body: bytes) -> tuple[int, bytes]:
        self.asked.append(read_credential_request(body))
        return self.status, b""

    async def _show(self, _: str, __: bytes) -> tuple[int, bytes]:
        return 200, write_metadata(CITY, self.supported)

    async def _tell(self, _: str, __: bytes) -> tuple[int, bytes]:
        return 200, write_status(ToldStatus("i", "h", self.told))


async def step(firm: Holding, id: str) -> Issuance:
    await requesting.take_step(firm.service, await requesting.find_issuance(firm.service, id))
    return await requesting.find_issuance(firm.service, id)


async def test_a_request_is_stored_then_sent_for_the_object_of_the_first_profile() -> None:
    firm = await hold()
    city = City(firm)
    asked = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    assert (asked.state, asked.due_at, city.asked) == (IssuanceState.REQUESTED, firm.places.now_ms, [])
    after = await step(firm, asked.id)
    assert city.asked == [(asked.id, ("urn:MembershipCredential:vc20-bssl/jwt",))]
    assert (after.state, after.due_at) == (IssuanceState.REQUESTED, firm.places.now_ms + requesting.LOOK_MS)


async def test_an_object_without_a_profile_is_asked_for_if_none_is_wanted() -> None:
    firm = await hold()
    city = City(firm)
    city.supported = [SupportedCredential("urn:1", "MembershipCredential", "")]
    asked = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    assert (await step(firm, asked.id)).state is IssuanceState.REQUESTED
    assert city.asked == [(asked.id, ("urn:1",))]
    wanted = await requesting.request(firm.service, CITY, ["MembershipCredential"], ["vc20-bssl/jwt"], by="person")
    assert (await step(firm, wanted.id)).state is IssuanceState.REJECTED


async def test_the_same_request_keeps_its_name_and_wanted_profiles_are_asked_for() -> None:
    firm = await hold()
    city = City(firm)
    profiles = ["vc11-sl2021/jwt", "vc20-bssl/jwt"]
    first = await requesting.request(firm.service, CITY, ["CompanyCredential"], profiles, by="person")
    again = await requesting.request(firm.service, CITY, ["CompanyCredential"], profiles[::-1], by="person")
    other = await requesting.request(firm.service, CITY, ["CompanyCredential"], [], by="person")
    assert first.id == again.id != other.id
    await step(firm, first.id)
    assert set(city.asked[0][1]) == {f"urn:CompanyCredential:{profile}" for profile in profiles}


async def test_who_is_not_trusted_is_not_asked() -> None:
    firm = await hold()
    for issuer, kind in ((CITY, "Diploma"), ("did:web:fremd.example", "MembershipCredential")):
        with pytest.raises(Invalid, match="does not trust"):
            await requesting.request(firm.service, issuer, [kind], [], by="person")
    with pytest.raises(Invalid, match="no profile"):
        await requesting.request(firm.service, CITY, ["MembershipCredential"], ["ldp"], by="person")
    with pytest.raises(NoSuchEntity):
        await requesting.find_issuance(firm.service, "other")


async def test_an_issuer_that_is_away_is_asked_again_and_the_attempts_have_an_end() -> None:
    firm = await hold()
    asked = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    after = await step(firm, asked.id)
    assert (after.attempts, after.due_at) == (1, firm.places.now_ms + 5_000)
    for _ in range(MOST_ATTEMPTS - 1):
        after = await step(firm, asked.id)
    assert (after.state, after.due_at) == (IssuanceState.FAILED, None)


@pytest.mark.parametrize(("status", "state"), [(400, IssuanceState.REJECTED), (429, IssuanceState.REQUESTED)])
async def test_a_refusal_is_final_and_a_busy_issuer_is_not(status: int, state: IssuanceState) -> None:
    firm = await hold()
    city = City(firm)
    city.status = status
    asked = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    after = await step(firm, asked.id)
    assert (after.state, str(status) in after.reason) == (state, True)


@pytest.mark.parametrize(
    ("told", "state", "sent"),
    [
        (RequestStatus.RECEIVED, IssuanceState.REQUESTED, 1),
        (RequestStatus.REJECTED, IssuanceState.REJECTED, 1),
        (RequestStatus.ISSUED, IssuanceState.REQUESTED, 2),
    ],
)
async def test_a_look_finds_what_was_lost(told: RequestStatus, state: IssuanceState, sent: int) -> None:
    firm = await hold()
    city = City(firm)
    city.told = told
    asked = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    firm.places.services[f"{SERVICE}/requests/r-1"] = city._tell
    assert (await step(firm, asked.id)).issuer_pid == "r-1"
    after = await step(firm, asked.id)
    assert after.state is state
    await step(firm, asked.id)
    assert len(city.asked) == sent


async def test_a_request_whose_issuer_names_no_place_waits_and_is_sent_again_by_a_person() -> None:
    firm = await hold()
    city = City(firm)
    firm.places.locations.clear()
    asked = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    after = await step(firm, asked.id)
    assert (after.state, after.due_at) == (IssuanceState.REQUESTED, None)
    again = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    after = await step(firm, again.id)
    assert (again.id, after.state, len(city.asked)) == (asked.id, IssuanceState.REQUESTED, 2)


async def test_an_offer_becomes_a_request_if_the_issuer_is_trusted_and_else_waits() -> None:
    firm = await hold()
    city = City(firm)
    for number, (kind, state) in enumerate(
        [("CompanyCredential", IssuanceState.REQUESTED), ("Diploma", IssuanceState.OFFERED)]
    ):
        offer = CredentialOffer(CITY, (OfferedCredential(f"urn:{kind}:vc20-bssl/jwt", "", "", "reissue"),))
        caller = await firm.service.holder.issuers.authenticate(firm.token(CITY, jti=str(number)), None)  # type: ignore[arg-type]
        await receiving.receive_offer(firm.service, caller, offer)
        await requesting.take_step(firm.service, await requesting.find_issuance(firm.service, f"offer {CITY}"))
        rows = await firm.service.context.store.issuances("default")
        (row,) = [row for row in rows if state is row.state]
        assert (row.due_at is None) is (state is IssuanceState.OFFERED)
    assert city.asked == []


async def test_the_requests_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requesting, "MOST_KEPT", 1)
    firm = await hold()
    first = await requesting.request(firm.service, CITY, ["MembershipCredential"], [], by="person")
    with pytest.raises(NotAllowed, match="limit"):
        await requesting.request(firm.service, CITY, ["CompanyCredential"], [], by="person")

    ended = msgspec.structs.replace(first, state=IssuanceState.ISSUED)
    await firm.service.context.store.commit([PutIssuance(ended)])
    await requesting.request(firm.service, CITY, ["CompanyCredential"], [], by="person")
    assert len(await firm.service.context.store.issuances("default")) == 1
