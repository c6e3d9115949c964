"""Self-descriptions: three linked subjects, signed by the key of the participant, for a stranger without our code."""

from dataclasses import replace
from typing import Any

import jwt
import msgspec
import pytest
from jwt.algorithms import ECAlgorithm

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.offering import asset_changes, assets, self_descriptions
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.offering.self_descriptions import ANEW_MS, VALID_MS, find_span
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.protocol.credential import DescriptionKind, read_credential
from connector.views.assets import AssetOrder
from connector.views.descriptions import Contact
from tests.controlplane.usecases.offering.drafts import SOURCE
from tests.identity.lists import NOW, Board, document, identity, member, signed
from tests.support.plane import ME, Desk

KEY = generate()
NOW_MS = int(NOW.timestamp() * 1000)


async def publisher_of(desk: Desk, key: SigningKey = KEY) -> Publisher:
    keys = (await identity(Board(signed(document(members=[member(ME, KEY)]))), ME, key)).credentials
    contact = Contact(email="amt@stadt.example")
    context = replace(desk.rooms.publisher.context, now=lambda: NOW_MS)
    return replace(desk.rooms.publisher, keys=keys, contact=contact, context=context)


async def publish(publisher: Publisher, id: str = "urn:air", **more: Any) -> None:
    await assets.add(publisher, AssetOrder(id=id, title={"de": "Luft", "en": "Air"}, source=SOURCE, **more))
    await assets.publish(publisher, id)


async def test_a_stranger_verifies_a_description_with_a_library_and_the_listed_key(desk: Desk) -> None:
    publisher = await publisher_of(desk)
    await publish(publisher)
    found = await self_descriptions.provide(publisher, DescriptionKind.DATASET, "urn:air")
    listed = ECAlgorithm.from_jwk(public_jwk(KEY))
    opened = jwt.PyJWS().decode_complete(found.secured.decode(), listed, algorithms=["ES256"])
    assert opened["header"] == {"alg": "ES256", "kid": KEY.kid, "typ": "vc+jwt", "cty": "vc"}
    members = msgspec.json.decode(opened["payload"])
    assert members["type"] == ["VerifiableCredential"]
    assert (members["issuer"], members["credentialSubject"]["id"]) == (ME, "urn:air")
    other = ECAlgorithm.from_jwk(public_jwk(generate()))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.PyJWS().decode_complete(found.secured.decode(), other, algorithms=["ES256"])


async def test_the_dataset_is_stated_as_the_catalogue_contains_it(desk: Desk) -> None:
    publisher = await publisher_of(desk)
    await publish(publisher, keywords=("air",))
    found = read_credential((await self_descriptions.provide(publisher, DescriptionKind.DATASET, "urn:air")).payload)
    asset = await desk.store.asset("default", "urn:air")
    assert asset is not None
    assert found.document == asset.document


async def test_the_three_subjects_name_each_other(desk: Desk) -> None:
    publisher = await publisher_of(desk)
    await publish(publisher, "https://me.example/air?a=1")
    asset_id = "https://me.example/air?a=1"
    participant = read_credential((await self_descriptions.provide(publisher, DescriptionKind.PARTICIPANT)).payload)
    offering = read_credential((await self_descriptions.provide(publisher, DescriptionKind.OFFERING, asset_id)).payload)
    dataset = read_credential((await self_descriptions.provide(publisher, DescriptionKind.DATASET, asset_id)).payload)
    assert (participant.kind, participant.subject) == (DescriptionKind.PARTICIPANT, ME)
    assert offering.subject == f"{ME}#https%3A%2F%2Fme.example%2Fair%3Fa%3D1"
    served = msgspec.json.decode(offering.document)
    assert served["dct:publisher"]["@id"] == participant.subject
    assert served["dcat:servesDataset"]["@id"] == dataset.subject
    offers = msgspec.json.decode(dataset.document)["hasPolicy"]
    assert served["dcat:servesDataset"]["hasPolicy"] == offers
    stated = msgspec.json.decode(participant.document)
    assert stated["dcat:service"]["endpointURL"] == served["endpointURL"] == publisher.context.address
    assert "amt@stadt.example" in str(stated["dcat:contactPoint"])


async def test_the_identifier_stays_while_the_content_stays(desk: Desk) -> None:
    publisher = await publisher_of(desk)
    await publish(publisher)
    later = replace(publisher, context=replace(publisher.context, now=lambda: NOW_MS + ANEW_MS))
    first, again, anew = [
        await self_descriptions.provide(one, DescriptionKind.DATASET, "urn:air")
        for one in (publisher, publisher, later)
    ]
    assert first.payload == again.payload != anew.payload
    before, after = read_credential(first.payload), read_credential(anew.payload)
    assert (after.id, after.valid_until) == (before.id, before.valid_until + ANEW_MS)
    await asset_changes.edit(publisher, "urn:air", {"keywords": ["air"]})
    changed = await self_descriptions.provide(publisher, DescriptionKind.DATASET, "urn:air")
    assert read_credential(changed.payload).id != before.id


def test_a_credential_is_always_valid_for_some_time() -> None:
    for subject in ("a", "b", "c"):
        for now in range(NOW_MS, NOW_MS + ANEW_MS, ANEW_MS // 7):
            begun, ended = find_span(subject, now)
            assert begun <= now
            assert ended - now >= VALID_MS - ANEW_MS
    assert len({find_span(subject, NOW_MS) for subject in "abc"}) == 3


async def test_a_description_is_checked_by_the_list_and_by_its_times(desk: Desk) -> None:
    publisher = await publisher_of(desk)
    await publish(publisher)
    secured = (await self_descriptions.provide(publisher, DescriptionKind.DATASET, "urn:air")).secured
    good = self_descriptions.check(publisher, secured + b"\n")
    assert (good.problem, good.credential.subject, good.credential.issuer) == (None, "urn:air", ME)
    late = replace(publisher, context=replace(publisher.context, now=lambda: NOW_MS + VALID_MS))
    assert "expired" in (self_descriptions.check(late, secured).problem or "")
    for hostile in (b"", b"a.b.c", secured[:-8] + b"AAAAAAAA", secured + b"A" * 300_000):
        with pytest.raises(Invalid):
            self_descriptions.check(publisher, hostile)
    stranger = await publisher_of(desk, generate())
    forged = (await self_descriptions.provide(stranger, DescriptionKind.DATASET, "urn:air")).secured
    with pytest.raises(Invalid, match="signature"):
        self_descriptions.check(publisher, forged)


async def test_only_what_is_published_is_described_and_only_with_keys(desk: Desk) -> None:
    publisher = await publisher_of(desk)
    await assets.add(publisher, AssetOrder(id="urn:draft", title={"en": "Draft"}, source=SOURCE))
    with pytest.raises(NotAllowed, match="publish"):
        await self_descriptions.provide(publisher, DescriptionKind.DATASET, "urn:draft")
    with pytest.raises(NoSuchEntity):
        await self_descriptions.provide(publisher, DescriptionKind.OFFERING, "urn:none")
    with pytest.raises(NotAllowed, match="keys"):
        await self_descriptions.provide(replace(publisher, keys=None), DescriptionKind.PARTICIPANT)
