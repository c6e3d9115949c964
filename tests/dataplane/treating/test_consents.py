"""Only the records of persons who consent leave, and none after a withdrawal."""

import aiohttp
import msgspec
import pytest

from connector.dataplane.control.gate import LeaseEnded
from connector.dataplane.treating.source import WHOLE
from connector.policy.deciding.consent import WITHDRAWN
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.treatment import Records, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import (
    CONSENTING,
    consented,
    content,
    encoded,
    treated,
)
from tests.dataplane.world import Side, lease, url_and_token

DPV = "https://w3id.org/dpv#"


PEOPLE = b"name,street\nAnna,A\nBert,A\nCem,B\n"
AGREED = AtomicConstraint(
    left=DK + "consentStatus",
    operator="isAnyOf",
    right=(Iri(DPV + "ConsentGiven"), Iri(DPV + "RenewedConsentGiven")),
)
WITH_CONSENT = Treatment(
    records=Records(format="csv", subject="name"), rows=RowFilter(keep=(AGREED,)), consent=CONSENTING
)


async def test_only_people_who_agreed_are_in_the_delivery(provider: Side, http: aiohttp.ClientSession) -> None:
    await consented(provider.store, "Anna", "Bert", "Cem")
    await consented(provider.store, "Bert", state=WITHDRAWN)
    url, token = url_and_token(
        await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=encoded(WITH_CONSENT)))
    )
    async with http.get(url, headers=token) as answer:
        assert await answer.read() == b"name,street\nAnna,A\nCem,B\n"


async def test_consent_to_something_else_or_that_has_ended_is_none() -> None:
    store = MemoryStore()
    await consented(store, "Anna", dataset="urn:other")
    await consented(store, "Bert", purpose="https://w3id.org/dpv#Marketing")
    await consented(store, "Cem", until=999_999)
    assert await content([PEOPLE], WITH_CONSENT, store=store) == b"name,street\n"
    await consented(store, "Cem", until=1_000_001)
    assert await content([PEOPLE], WITH_CONSENT, store=store) == b"name,street\nCem,B\n"
    nowhere = msgspec.structs.replace(WITH_CONSENT, consent=None)
    assert await content([PEOPLE], nowhere, store=store) == b"name,street\n"


async def test_a_person_who_withdraws_is_not_in_what_leaves_afterwards() -> None:
    store = MemoryStore()
    people = [f"person {number}" for number in range(200)]
    await consented(store, *people)
    line = b"%s," + b"x" * 1000 + b"\n"
    rounds = [b"".join(line % person.encode() for person in people) for _ in range(20)]
    async with treated([b"name,street\n", *rounds], WITH_CONSENT, store=store).open({}) as found:
        assert found.size is None
        chunks, taken = aiter(found.chunks), 0
        while taken <= 2 * WHOLE:
            taken += len(await anext(chunks))
        await consented(store, "person 7", state=WITHDRAWN)
        rest = [chunk async for chunk in chunks]
        assert not any(b"person 7," in chunk for chunk in rest)
        assert sum(chunk.count(b"person 8,") for chunk in rest) > 5, "the others go on"


async def test_what_was_made_whole_before_a_withdrawal_does_not_leave() -> None:
    store = MemoryStore()
    await consented(store, "Anna", "Bert")
    async with treated([PEOPLE], WITH_CONSENT, store=store).open({}) as found:
        await consented(store, "Cem", state=WITHDRAWN)  # nobody in the delivery
        await consented(store, "Anna", state=WITHDRAWN)
        with pytest.raises(LeaseEnded, match="the treatment of the data has changed"):
            [chunk async for chunk in found.chunks]
    async with treated([PEOPLE], WITH_CONSENT, store=store).open({}) as found:
        await consented(store, "Zoe")
        assert [chunk async for chunk in found.chunks] == [b"name,street\nBert,A\n"]
