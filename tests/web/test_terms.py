"""Terms in words: in both languages, compared, and when nobody can read them."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.controlplane.judging.library import Library, operands
from connector.web.frame.wording import PageWords
from connector.web.terms import Terms, TermsChanges, compare_terms, describe_claims, describe_terms
from tests.web.office import ASKED, OFFER, encode

LIBRARY = Library(operands(), executors={})
DE, EN = (PageWords(language, LIBRARY.operands.zone) for language in ("de", "en"))
LEAVES = (
    st.none() | st.booleans() | st.text(max_size=8) | st.sampled_from(["use", "odrl:use", "purpose", "isA", "Offer"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@type", "permission", "action", "constraint", "leftOperand", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


async def test_terms_are_said_in_the_language_of_the_reader_with_the_parties_last() -> None:
    german, english = [await describe_terms(LIBRARY, words, encode(OFFER)) for words in (DE, EN)]
    assert [line.label for line in german.lines] == [
        "Wofür", "Was nicht", "Wie lange", "Pflichten", "Kosten", "Bei Widerruf", "Kontrolle", "Angebot",
    ]  # fmt: skip
    assert english.lines[0].label == "What for"
    assert german.sentence.startswith("Nutzen erlaubt")


async def test_only_a_difference_of_rules_is_a_difference() -> None:
    same = await compare_terms(LIBRARY, DE, encode(OFFER), encode(OFFER, target="urn:d", assignee="urn:me"))
    assert same == TermsChanges()
    found = await compare_terms(LIBRARY, DE, encode(OFFER), encode(ASKED))
    assert found.width == "Die neue Fassung erlaubt mehr."
    assert found.changes == ("Bedingung entfallen: Zweck; vorher Zweck: Verkehr und Mobilität verbessern.",)


async def test_the_same_in_other_words_is_said_to_be_the_same() -> None:
    twice = {**OFFER, "permission": [*OFFER["permission"], *OFFER["permission"]]}
    found = await compare_terms(LIBRARY, DE, encode(OFFER), encode(twice))
    assert found == TermsChanges() or found.same
    assert not (await compare_terms(LIBRARY, DE, encode(OFFER), encode(ASKED))).same


@pytest.mark.parametrize("broken", [{}, {"permission": "x"}, {"permission": [{"action": "fly"}]}])
async def test_terms_that_cannot_be_read_have_a_reason_and_no_words(broken: dict[str, object]) -> None:
    found = await describe_terms(LIBRARY, DE, msgspec.json.encode({"@type": "Offer", "@id": "urn:o", **broken}))
    assert found.problem or found.lines
    changes = await compare_terms(LIBRARY, DE, encode(OFFER), msgspec.json.encode({"@type": "Offer", **broken}))
    assert changes.width


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["permission", "prohibition", "obligation", "@type", "@id"]), TREES, max_size=4))
async def test_whatever_a_peer_sends_is_described(policy: dict[str, object]) -> None:
    document = msgspec.json.encode(policy)
    assert isinstance(await describe_terms(LIBRARY, DE, document), Terms)
    assert isinstance(await compare_terms(LIBRARY, DE, encode(OFFER), document), TermsChanges)


def test_confirmed_claims_are_said_in_words() -> None:
    claims = {"purpose": ("dpv:ImproveTransportMobility",), "membershipOf": ("x",)}
    told = describe_claims(LIBRARY.operands, DE, claims)
    assert told == (("Zweck", "Verkehr und Mobilität verbessern"), ("membershipOf", "x"))
