"""What a pushed self-description has to prove, and what it becomes."""

import json
from typing import Any

import pytest

from connector.broker.intake.accepting import DescriptionRefused
from connector.broker.normalise import read_entry
from connector.identity.jws import sign
from connector.ports.identity import Caller
from connector.protocol import dcat
from connector.protocol.credential import SECURED_LIMIT, DescriptionKind
from tests.broker.crawling import A
from tests.broker.intake.pushing import KEY_A, KEY_B, B, Pushing, plain
from tests.broker.world import CITY
from tests.identity.lists import compact

HEADER: dict[str, Any] = {"alg": "ES256", "kid": KEY_A.kid, "typ": "vc+jwt", "cty": "vc"}


async def refuse(world: Pushing, secured: bytes, subject: str = "urn:air", participant: str = A) -> DescriptionRefused:
    with pytest.raises(DescriptionRefused) as refused:
        await world.push(secured, subject, participant)
    assert await world.intake.list_own(participant, "") == ([], None)
    assert await world.record.entry(participant, subject) is None
    assert not world.changes
    return refused.value


async def test_a_pushed_dataset_is_read_as_one_of_the_catalogue() -> None:
    world = Pushing()
    source = await world.crawl()
    await world.push_dataset("urn:air")
    entry = await world.record.entry(A, "urn:air")
    assert entry is not None
    crawled = read_entry(json.dumps(plain("urn:air")).encode(), source, world.space.now).entry
    assert (entry.digest, entry.statements, entry.titles) == (crawled.digest, crawled.statements, crawled.titles)
    assert entry.address == "https://a.example/dsp/2025-1"


async def test_the_signature_has_to_be_of_a_listed_key_of_the_caller() -> None:
    world = Pushing()
    await world.crawl()
    stated = world.state(plain("urn:air"))
    payload = stated[:-1] + b" }"
    for secured in (
        world.secure(stated, KEY_B),
        compact(HEADER | {"alg": "none"}, payload).encode(),
        compact(HEADER | {"crit": ["exp"]}, payload).encode(),
        compact(HEADER | {"kid": KEY_B.kid}, payload).encode(),
        sign(KEY_A, stated, kind="JWT").encode(),
        sign(KEY_A, stated, kind="vc+jwt").encode(),
        sign(KEY_A, b"{" + b" " * 1024 * 1024 + b"}", kind="vc+jwt", content="vc").encode(),
    ):
        assert (await refuse(world, secured)).code == "signature"


async def test_nobody_states_what_another_participant_is_or_has() -> None:
    world = Pushing()
    await world.crawl()
    of_b = world.state(plain("urn:air"), issuer=B)
    assert "issuer" in (await refuse(world, world.secure(of_b))).reason
    for subject in (B, B + "#air"):
        refused = await refuse(world, world.secure(world.state(plain(subject))), subject)
        assert refused.code == "not-yours"
    about_b = {"@id": B, "@type": dcat.AGENT, dcat.AGENT_NAME: "B"}
    assert "subject" in (await refuse(world, world.secure(world.state(about_b)), B)).reason
    with pytest.raises(DescriptionRefused, match="address does not name"):
        await world.push(world.secure(world.state(plain("urn:air"))), "urn:other")


async def test_an_identifier_that_another_participant_listed_first_is_refused() -> None:
    world = Pushing(plain("urn:first"))
    await world.crawl()
    stated = world.state(plain("urn:first"), issuer=B)
    refused = await refuse(world, world.secure(stated, KEY_B), "urn:first", B)
    assert refused.code == "not-yours"


@pytest.mark.parametrize(("times", "words"), [({"ends": 0}, "expired"), ({"begins": 31_000}, "not valid yet")])
async def test_a_credential_counts_only_in_its_time(times: dict[str, int], words: str) -> None:
    world = Pushing()
    await world.crawl()
    assert words in (await refuse(world, world.secure(world.state(plain("urn:air"), **times)))).reason


async def test_the_clock_of_the_provider_may_be_half_a_minute_ahead() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:air", begins=30_000)


async def test_what_cannot_be_read_is_refused_and_what_it_lacks_is_a_finding() -> None:
    world = Pushing()
    await world.crawl()
    members = json.loads(world.state(plain("urn:air")))
    del members["credentialSubject"]["hasPolicy"]
    assert (await refuse(world, world.secure(json.dumps(members).encode()))).code == "dataset"
    several = json.loads(world.state(plain("urn:air")))
    several["credentialSubject"] = [several["credentialSubject"]] * 2
    assert "exactly one" in (await refuse(world, world.secure(json.dumps(several).encode()))).reason
    deep = world.state(plain("urn:air"))[:-1] + b',"a":' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert (await refuse(world, world.secure(deep))).code == "credential"
    deeper = plain("urn:air", **{"dct:description": json.loads("[" * 80 + "]" * 80)})
    assert (await refuse(world, world.secure(world.state(deeper)))).code == "dataset"
    taken = await world.push_dataset("urn:air")
    assert taken.description.findings == (
        "The description does not state: title, description, publisher, licence, theme.",
    )


async def test_a_participant_and_an_offering_are_kept_and_are_no_entries() -> None:
    world = Pushing()
    await world.crawl()
    for kind, subject, statement in (
        (DescriptionKind.PARTICIPANT, A, {"@id": A, "@type": dcat.AGENT, dcat.AGENT_NAME: "A"}),
        (DescriptionKind.OFFERING, A + "#air", {"@id": A + "#air", "@type": "DataService"}),
    ):
        taken = await world.push(world.secure(world.state(statement)), subject)
        assert (taken.description.kind, await world.record.entry(A, subject)) == (kind, None)
    assert not world.changes


def only_for(participant: str) -> dict[str, Any]:
    constraint = {"leftOperand": "dk:participant", "operator": "eq", "rightOperand": participant}
    return {"permission": [{"action": "use", "constraint": [constraint]}]}


async def test_an_audience_sees_the_entry_and_others_nothing_or_a_teaser() -> None:
    world = Pushing()
    await world.crawl()
    for subject, teaser in (("urn:hidden", False), ("urn:teased", True)):
        stated = world.state(plain(subject), audience=only_for(B), teaser=teaser)
        taken = await world.push(world.secure(stated), subject)
        assert taken.description.audience
        entry = await world.record.entry(A, subject)
        assert entry is not None
        assert (entry.audience, entry.teaser) == (taken.description.audience, teaser)
    everybody = world.record.view()
    assert await everybody.entry(A, "urn:hidden") is None
    assert await everybody.entry(A, "urn:teased") is None
    classes = await world.record.classes()
    assert sorted(known.reduced for known in classes) == [False, True]


async def test_an_audience_that_the_broker_cannot_decide_is_refused_in_words() -> None:
    world = Pushing()
    await world.crawl()
    unknown = {"permission": [{"action": "use", "constraint": [{"leftOperand": "urn:x", "operator": "eq"}]}]}
    for audience in (unknown, {"@type": "Agreement"}, {"permission": [{"action": "use", "target": "urn:other"}]}):
        stated = world.state(plain("urn:air"), audience=audience)
        refused = await refuse(world, world.secure(stated))
        assert (refused.code, refused.reason.startswith("The access policy")) == ("audience", True), refused.reason


async def test_the_evidence_of_a_restricted_dataset_is_for_its_audience() -> None:
    world = Pushing()
    await world.crawl()
    stated = world.state(plain("urn:hidden"), audience=only_for(B), teaser=True)
    name = (await world.push(world.secure(stated), "urn:hidden")).description.name
    seen = {
        caller: await world.intake.find_for(
            Caller(participant=caller, claims={}, evidence={}, replay_key=None) if caller else None, name
        )
        for caller in (A, B, CITY + "c", None)
    }
    assert {caller for caller, found in seen.items() if found is not None} == {A, B}


async def test_the_largest_dataset_fits_and_a_larger_one_is_refused() -> None:
    world = Pushing()
    await world.crawl()
    large = plain("urn:air", **{"dct:description": "ä" * 60_000})
    secured = world.secure(world.state(large))
    assert len(secured) < SECURED_LIMIT
    await world.push(secured, "urn:air")
    larger = plain("urn:big", **{"dct:description": "a" * 140_000})
    with pytest.raises(DescriptionRefused, match="larger"):
        await world.push(world.secure(world.state(larger)), "urn:big")


async def test_a_member_of_the_data_space_needs_an_address() -> None:
    world = Pushing()
    await world.crawl()
    stranger = CITY + "stranger"
    assert (await refuse(world, b"", participant=stranger)).code == "no-source"
