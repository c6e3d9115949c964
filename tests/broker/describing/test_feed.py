"""Feeds, packages and schema.org of hostile datasets: always well-formed, and nothing of a tombstone but its name."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rdflib import Dataset

from connector.broker.describing.ckan import render_package
from connector.broker.describing.feed import FEED_PREFIXES, describe_feed, find_kind, render_atom
from connector.broker.describing.schema_org import list_addresses, render_schema, render_sitemap
from connector.semantic.writing import RdfForm, write_graphs
from connector.store.rules import tombstone
from tests.broker.describing.published import SITE, subject_of
from tests.broker.describing.test_dataset import MEMBERS, PARTS
from tests.broker.world import dataset


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["urn:uuid:1", "a <b> & ]]>", "x ä€🌳"]), MEMBERS, PARTS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_whatever_a_provider_sends_every_output_is_well_formed(
    id: str, members: dict[str, Any], part: dict[str, Any]
) -> None:
    document = dataset(id, **members)
    document["distribution"][0] |= part
    subject = subject_of(document)
    trig = write_graphs(describe_feed(SITE, [subject], f"{SITE.base}/feed", None), RdfForm.TRIG, FEED_PREFIXES)
    Dataset().parse(data=trig, format="trig")
    assert len(ET.fromstring(render_atom(SITE, [subject], "de"))) == 6
    ET.fromstring(render_sitemap(list_addresses(SITE, [subject.entry])))
    schema = render_schema(subject)
    assert json.loads(schema)["@type"] == "Dataset"
    assert b"<" not in schema
    package = render_package(subject)
    assert len(msgspec.json.encode(package)) < 400_000


def test_a_tombstone_is_a_deletion_without_a_description() -> None:
    subject = subject_of(dataset("urn:uuid:1"))
    removed = replace(tombstone(subject.entry), removed_at=5, changed_at=5)
    gone = type(subject)(entry=removed, provider="Umweltamt", is_claimed=True, site=SITE)
    ((name, stated),) = describe_feed(SITE, [gone], f"{SITE.base}/feed", None)
    assert name is None
    assert f"{SITE.base}" in str(stated[0])
    assert find_kind(removed) == "Delete"
    feed = ET.fromstring(render_atom(SITE, [gone], "en"))
    assert "Removed: urn:uuid:1" in ET.tostring(feed, encoding="unicode")


def test_a_change_after_the_first_one_is_an_update() -> None:
    entry = subject_of(dataset("urn:uuid:1")).entry
    assert find_kind(entry) == "Create"
    assert find_kind(replace(entry, changed_at=entry.first_seen + 1)) == "Update"
