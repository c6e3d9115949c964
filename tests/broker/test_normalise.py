"""What of a dataset lasts, and what the index reads of it."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.broker import normalise
from connector.broker.normalise import Unusable, compute_digest, read_entry
from connector.broker.reading import members
from connector.broker.schedule import Rhythm, make_source
from connector.ports.broker_store import Entry
from connector.protocol.dsp.catalog import DATASET_LIMIT, DatasetRequestMessage
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.paths import path
from connector.views.common import LONGEST_IDENTIFIER
from tests.broker.world import dataset, member

SOURCE = make_source(member("umweltamt"), 0, Rhythm())


def read(document: dict[str, Any] | bytes) -> Entry:
    return read_entry(document if isinstance(document, bytes) else json.dumps(document).encode(), SOURCE, 7).entry


def test_an_answer_that_is_only_new_in_its_random_identifiers_is_the_same_dataset() -> None:
    first, second = dataset("a"), dataset("a")
    assert first != second
    assert read(first).digest == read(second).digest


@pytest.mark.parametrize(
    ("member_name", "value"),
    [
        ("hasPolicy", [{"@id": "o", "@type": "Offer", "permission": [{"action": "sell"}]}]),
        ("dct:title", "Another"),
        ("@id", "b"),
    ],
)
def test_what_says_something_else_is_another_dataset(member_name: str, value: Any) -> None:
    assert compute_digest(dataset("a") | {member_name: value}) != compute_digest(dataset("a"))


def test_only_a_random_third_part_is_left_out_of_an_offer_identifier() -> None:
    def offered(id: str) -> str:
        return compute_digest(
            dataset("a", hasPolicy=[{"@id": id, "@type": "Offer", "permission": [{"action": "use"}]}])
        )

    assert offered("urn:uuid:8f8e2f6e-7d0e-4d0c-9d7c-0c1d2e3f4a5b") != offered("urn:uuid:other")
    assert offered("YQ==:YQ==:Yg==") != offered("YQ==:YQ==:Yw==")


def test_the_order_of_a_sequence_of_constraints_counts_and_that_of_a_set_does_not() -> None:
    def constrained(name: str, order: int) -> str:
        parts = [{"leftOperand": "purpose", "operator": "eq", "rightOperand": word} for word in ("a", "b")][::order]
        rule = {"action": "use", "constraint": [{name: parts}]}
        return compute_digest({"hasPolicy": [{"@id": "o", "permission": [rule]}]})

    assert constrained("and", 1) == constrained("and", -1)
    assert constrained("andSequence", 1) != constrained("andSequence", -1)


def test_texts_are_read_plain_tagged_as_a_map_or_from_the_connector_s_own_name() -> None:
    assert read(dataset("a", **{"dct:title": "Bäume"})).titles == {"und": "Bäume"}
    tagged = [{"@language": "DE", "@value": "Bäume"}, {"@language": "en", "@value": "Trees"}]
    assert read(dataset("a", **{"dct:title": tagged})).titles == {"de": "Bäume", "en": "Trees"}
    assert read(dataset("a", **{"dct:title": {"de": "Bäume"}})).titles == {"de": "Bäume"}
    assert read(dataset("a", **{"edc:name": "Bäume"})).titles == {"und": "Bäume"}
    nameless = {name: value for name, value in dataset("a").items() if name != "edc:name"}
    assert read(nameless).titles == {"und": "a"}


def test_publisher_keywords_and_themes_are_read_from_every_usual_form() -> None:
    full = dataset(
        "a",
        **{
            "dct:publisher": {"@id": "x", "foaf:name": "Umweltamt"},
            "dcat:keyword": ["luft", {"@value": "klima"}, "luft", 7, None],
            "http://www.w3.org/ns/dcat#theme": {"@id": "http://example/ENVI"},
        },
    )
    found = read(full)
    assert (found.publisher, found.keywords, found.themes) == ("Umweltamt", ("luft", "klima"), ("http://example/ENVI",))
    assert read(dataset("a")).publisher == "Umweltamt"
    assert read(dataset("a", **{"dct:publisher": "Stadt"})).publisher == "Stadt"


def test_texts_are_bounded_and_without_control_characters() -> None:
    loud = {"dct:title": "Bau\x00stellen\u202e\n" + "x" * 9999, "dcat:keyword": [str(number) for number in range(999)]}
    found = read(dataset("a", **loud))
    assert found.titles["und"].startswith("Bau stellen xxx")
    assert len(found.titles["und"]) == normalise.TITLE_LENGTH
    assert len(found.keywords) == members.WORDS


def test_the_document_is_kept_byte_for_byte() -> None:
    raw = b"  " + json.dumps(dataset("a"), indent=3).encode()
    assert read(raw).document == raw


def nested(levels: int) -> dict[str, Any]:
    value: Any = "deep"
    for _ in range(levels):
        value = [value]
    return dataset("a", extra=value)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "cannot be read"),
        (b'{"@id": ""}', "no usable @id"),
        (b'{"@id": "a\\u0000"}', "no usable @id"),
        (b'{"@id": "a", "@id": "b"}', "twice"),
        (json.dumps({"@id": "a"}).encode(), "cannot be read"),
        (json.dumps(dataset("a", hasPolicy=[])).encode(), "cannot be read"),
        (json.dumps(dataset("a", x="y" * DATASET_LIMIT)).encode(), "larger than"),
        (json.dumps(nested(80)).encode(), "too deeply"),
        (json.dumps(dataset("a", x="\ud800")).encode(), "cannot be"),
    ],
)
def test_what_cannot_be_indexed_is_refused_with_a_sentence(document: bytes, expected: str) -> None:
    with pytest.raises(Unusable, match=expected):
        read(document)


SIGNS = st.sampled_from(["a", ":", " ", "ä", "€", "🌳", "\u00a0", "\u200b", "\x7f"])


@given(sign=SIGNS, count=st.sampled_from([1, 255, 256, 257, 341, 342, 512, 513, 1000, 1001, 1024, 1025]))
@settings(deadline=None)
def test_what_is_listed_can_be_asked_for_and_nothing_else_is_left_out(sign: str, count: int) -> None:
    name = "a" + sign * (count - 1)
    try:
        path(DatasetRequestMessage, Role.PROVIDER, name)
    except RemoteProtocolError:
        with pytest.raises(Unusable, match="no usable @id: expected 1 to 1024 bytes"):
            read(dataset(name))
    else:
        assert read(dataset(name)).id == name
        assert len(name) <= LONGEST_IDENTIFIER


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, dict):
        entries = [(name, shuffled(inner, dice)) for name, inner in value.items()]
        dice.shuffle(entries)
        return dict(entries)
    if isinstance(value, list):
        entries = [shuffled(inner, dice) for inner in value]
        dice.shuffle(entries)
        return entries
    return copy.copy(value)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), st.randoms(use_true_random=False))
def test_no_order_of_members_or_sets_changes_the_digest(document: dict[str, Any], dice: random.Random) -> None:
    assert compute_digest(shuffled(document, dice)) == compute_digest(document)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["dct:title", "dct:publisher", "dcat:theme", "edc:name", "x"]), JSON))
def test_whatever_stands_in_a_term_gives_an_entry_with_a_title(members: dict[str, Any]) -> None:
    found = read(dataset("a", **members))
    assert all(found.titles.values())
    assert found.publisher


USE = {"action": "use"}
GOOD = [{"@id": f"o{place}", "@type": "Offer", "permission": [USE]} for place in range(2)]
BAD: list[Any] = [
    {"@id": "x", "@type": "Offer"},
    {"@id": "x", "@type": "Offer", "permission": 5},
    {"@id": "x", "@type": "Offer", "permission": [USE], "target": "urn:a"},
    {"@id": "x", "@type": "Offer", "permission": [{**USE, "constraint": [{"leftOperand": "count"}]}]},
    {"@type": "Offer", "permission": [USE]},
    "x",
    None,
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", range(3))
def test_an_offer_that_cannot_be_read_hides_no_other_offer(bad: Any, place: int) -> None:
    offers: list[Any] = list(GOOD)
    offers.insert(place, bad)
    found = read_entry(json.dumps(dataset("a", hasPolicy=offers)).encode(), SOURCE, 7)
    assert json.loads(found.entry.document)["hasPolicy"] == GOOD
    assert found.entry.digest == read(dataset("a", hasPolicy=GOOD)).digest
    (reason,) = found.left_out
    assert f"hasPolicy[{place}]" in reason


@pytest.mark.parametrize("bad", BAD)
def test_a_dataset_whose_only_offer_cannot_be_read_is_named(bad: Any) -> None:
    with pytest.raises(Unusable) as refused:
        read(dataset("a", hasPolicy=[bad]))
    assert refused.value.id == "a"


def test_an_offer_of_a_distribution_that_cannot_be_read_is_left_out() -> None:
    whole = dataset("a")
    distribution = {**whole["distribution"][0], "hasPolicy": [BAD[0]]}
    found = read_entry(json.dumps({**whole, "distribution": [distribution]}).encode(), SOURCE, 7)
    assert "hasPolicy" not in json.loads(found.entry.document)["distribution"][0]
    assert len(found.left_out) == 1
