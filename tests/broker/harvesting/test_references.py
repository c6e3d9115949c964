"""References: their page, their digest, and datasets that cannot be one."""

import json

import pytest

from connector.broker.describing.ckan import render_package
from connector.broker.describing.feed import render_atom
from connector.broker.describing.schema_org import render_schema
from connector.broker.describing.subject import Subject
from connector.broker.harvesting.parts import Described
from connector.broker.harvesting.references import read_reference
from connector.broker.normalise import Unusable
from connector.broker.search import render_change
from tests.broker.describing.published import SITE
from tests.broker.portals import HOME, make_source

DATASET = {"@id": "urn:a", "dct:title": "A"}
PAGE = "https://portal.example/dataset/a"


def read(mark: str = "", **members: object):
    return read_reference(Described({**DATASET, **members}, mark), make_source(), 5)


def test_a_reference_leads_to_its_landing_page_or_to_the_portal() -> None:
    assert read(**{"dcat:landingPage": {"@id": PAGE}}).via == PAGE
    assert read(**{"dcat:landingPage": {"@id": "javascript:alert(1)"}}).via == HOME
    assert (read().via, read().address, read().participant) == (HOME, "", "urn:datenkontor:portal:city")


def test_the_mark_tells_versions_apart_and_without_one_the_content_in_any_order() -> None:
    assert read("m1", x=1).digest == read("m1", x=2).digest != read("m2", x=1).digest
    assert read(x=["a", "b"]).digest == read(x=["b", "a"]).digest != read(x=["a"]).digest


@pytest.mark.parametrize("members", [{"@id": ""}, {"@id": "a\nb"}, {"@id": "a" * 2000}, {"x": "a" * 200_000}])
def test_a_dataset_without_a_usable_name_or_too_large_is_none(members: dict[str, str]) -> None:
    with pytest.raises(Unusable):
        read(**members)


def test_every_output_names_the_portal_and_leads_there() -> None:
    entry = read(**{"@id": "https://portal.example/id/a", "dcat:landingPage": {"@id": PAGE}})
    subject = Subject(entry=entry, provider="Open Data City", is_claimed=True, site=SITE)
    found = render_package(subject)
    extras = {extra["key"]: extra["value"] for extra in found["extras"]}
    assert (found["url"], extras["uri"], extras["source_page"]) == (PAGE, entry.id, PAGE)
    assert (found["organization"]["title"], extras["harvest_source_title"]) == ("Open Data City", "Open Data City")
    schema = json.loads(render_schema(subject))
    assert (schema["sameAs"], schema["provider"]["name"], schema["@id"]) == ([PAGE], "Open Data City", entry.id)
    assert b"Open Data City" in render_atom(SITE, [subject], "de")
    assert render_change(entry)["via"] == PAGE
