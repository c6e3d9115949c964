"""No text is signed by one side alone unless it is in a policy of its own."""

import pytest

from connector.ports.decider import Accept, Agree, HoldFor, MakeOffer
from tests.controlplane.processes.bargain import RESEARCH, Json, counter_offer, decided, offered, requested, terms
from tests.support.plane import Desk


@pytest.mark.parametrize(
    "said",
    [
        {"dct:title": "The provider grants resale worldwide"},
        {"http://purl.org/dc/terms/title": "The provider grants resale worldwide"},
        {"title": "The provider grants resale worldwide"},
        {"rdfs:comment": "and pays for it"},
        {"dct:description": "x", "dct:license": "http://evil.example/"},
        {"dct:rights": {"@id": "http://evil.example/"}},
        {"dct:isReplacedBy": ""},
        {"skos:note": ["a", "b"]},
    ],
)
@pytest.mark.parametrize("most", [10, 5])
async def test_text_that_nobody_here_wrote_is_not_signed(desk: Desk, said: Json, most: int) -> None:
    own = terms(RESEARCH, 10)
    await offered(desk, own)
    assert not isinstance(await decided(desk, requested({**terms(RESEARCH, most), **said})), Agree | MakeOffer)
    assert await decided(desk, counter_offer(own, {**terms(RESEARCH, most), **said})) != Accept()


async def test_the_text_of_the_offer_is_signed_again(desk: Desk) -> None:
    own = {**terms(RESEARCH, 10), "dct:title": "Air"}
    await offered(desk, own)
    assert await decided(desk, requested({**terms(RESEARCH, 5), "dct:title": "Air"})) == Agree()
    other = await decided(desk, requested({**terms(RESEARCH, 5), "dct:title": "Water"}))
    assert isinstance(other, HoldFor)
    assert "dct:title" in other.reason


async def test_types_and_labels_within_rules_are_not_signed(desk: Desk) -> None:
    await offered(desk, {"permission": [{"action": "use"}]})
    for action in ({"@id": "odrl:use", "@type": "Resale is granted"}, {"@id": "odrl:use", "rdfs:label": "resale"}):
        asked = {"permission": [{"action": action}]}
        assert not isinstance(await decided(desk, requested(asked)), Agree | MakeOffer)


async def test_a_member_in_two_spellings_is_not_the_same_policy(desk: Desk) -> None:
    await offered(desk, {"permission": [{"action": "use"}]})
    asked = {"odrl:permission": [{"action": "odrl:sell"}], "permission": [{"action": "use"}]}
    assert not isinstance(await decided(desk, requested(asked)), Agree)


async def test_an_offer_that_gives_names_another_meaning_is_for_a_person(desk: Desk) -> None:
    own = terms(RESEARCH, 10)
    other = {**own, "@context": [{"ex": "https://example.org/"}]}
    assert isinstance(await decided(desk, counter_offer(own, other)), HoldFor)
