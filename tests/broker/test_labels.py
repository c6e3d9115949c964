"""Values of facets have words, and the words mean the values."""

import doctest

import pytest

from connector.broker import labels, nearby, query
from connector.broker.labels import find_value, label_value
from connector.broker.reading.terms import name_purposes
from connector.ports.search_index import Facet
from connector.protocol import dcat


def test_every_label_leads_back_to_its_value() -> None:
    values = [(Facet.THEME, dcat.to_theme(code)) for code in dcat.THEMES]
    values += [(Facet.PURPOSE, iri) for iri in name_purposes()]
    values += [(facet, value) for facet, known in labels._KNOWN.items() for value in known if "CONT" not in value]
    for facet, value in values:
        told = label_value(facet, value)
        assert set(told) == {"de", "en"}, value
        for label in told.values():
            assert find_value(facet, label.upper()) == value


@pytest.mark.parametrize("facet", list(Facet))
def test_another_word_means_itself(facet: Facet) -> None:
    assert find_value(facet, "XYZ 1") == "XYZ 1"
    assert label_value(facet, "XYZ 1") == {}


@pytest.mark.parametrize(
    ("facet", "text", "value"),
    [
        (Facet.FORMAT, ".csv", "CSV"),
        (Facet.FORMAT, "Shapefile", "SHP"),
        (Facet.FORMAT, "wms", "WMS_SRVC"),
        (Facet.LICENCE, "CC BY 4.0", "http://dcat-ap.de/def/licenses/cc-by/4.0"),
        (Facet.LICENCE, "https://www.govdata.de/dl-de/by-2-0", "http://dcat-ap.de/def/licenses/dl-by-de/2.0"),
    ],
)
def test_a_filter_takes_the_names_that_offers_may_have(facet: Facet, text: str, value: str) -> None:
    assert find_value(facet, text) == value
    assert all(find_value(facet, label) == value for label in label_value(facet, value).values())


def test_the_examples_are_true() -> None:
    assert [doctest.testmod(module).failed for module in (labels, nearby, query)] == [0, 0, 0]
