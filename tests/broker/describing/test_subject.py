"""The addresses of datasets, and whose identifiers are kept."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.describing.subject import decode_segment, encode_segment, make_path
from tests.broker.describing.published import OWN, SITE, subject_of
from tests.broker.world import dataset


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_segment_is_read_back_and_changed_by_no_proxy(text: str) -> None:
    segment = encode_segment(text)
    assert decode_segment(segment) == text
    assert re.fullmatch(r"[A-Za-z0-9_~-]+", segment)


@given(st.text())
def test_each_text_has_one_segment(text: str) -> None:
    found = decode_segment(text)
    assert found is None or encode_segment(found) == text


@pytest.mark.parametrize("segment", ["", "a.b", "~41", "~zz", "~C3", "a/b", "a%2Fb"])
def test_another_spelling_is_no_segment(segment: str) -> None:
    assert decode_segment(segment) is None


def test_an_iri_of_the_provider_is_the_name_of_its_dataset() -> None:
    assert subject_of(dataset("urn:uuid:1")).iri == "urn:uuid:1"
    record = SITE.base + make_path(OWN, "roads")
    assert subject_of(dataset("roads")).iri == f"{record}#dataset"
    assert subject_of(dataset("roads")).record == record


@pytest.mark.parametrize(
    "id", ["HTTPS://b.example/1", "https://b.example:443/1", "https://b.example/x/../1", "urn:UUID:1"]
)
def test_another_spelling_of_an_iri_is_a_name_below_the_broker(id: str) -> None:
    assert subject_of(dataset(id)).iri == SITE.base + make_path(OWN, id) + "#dataset"


def test_an_identifier_of_another_provider_is_a_name_below_the_broker() -> None:
    copied = subject_of(dataset("urn:uuid:1"), is_claimed=False)
    assert copied.iri == SITE.base + make_path(OWN, "urn:uuid:1") + "#dataset"


def test_a_part_keeps_an_iri_only_if_it_is_a_fragment_of_the_providers() -> None:
    subject = subject_of(dataset("urn:uuid:1"))
    assert subject.name_part("urn:uuid:1#csv", "distribution-1", subject.iri).iri == "urn:uuid:1#csv"
    for stated in (None, "urn:uuid:2#csv", "urn:uuid:1", "urn:uuid:1#<b>"):
        assert subject.name_part(stated, "distribution-1", subject.iri).iri == f"{subject.record}#distribution-1"
