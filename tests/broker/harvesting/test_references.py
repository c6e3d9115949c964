"""References: their page, their digest, and datasets that cannot be one."""

import pytest

from connector.broker.harvesting.parts import Described
from connector.broker.harvesting.references import read_reference
from connector.broker.normalise import Unusable
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
