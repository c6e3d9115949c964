"""Places are named in all their languages, and drawn by the first geometry that can be read."""

import pytest

from connector.broker.reading.places import find_boxes, name_places, read_labels

WKT = "POLYGON ((7 51, 7.5 51, 7.5 51.6, 7 51))"
BOX = (7.0, 51.0, 7.5, 51.6)


def test_a_place_has_names_and_an_iri_but_a_box_is_no_name() -> None:
    place = {"@id": "https://p.example/1", "rdfs:label": [{"@value": "Genf", "@language": "de"}, "Genève"]}
    area = "http://dcat-ap.de/def/politicalGeocoding/stateKey/08"
    named = name_places([place, "7,51,7.5,51.6"], (area,))
    assert named == ("https://p.example/1", "Genf", "Genève", area, "Baden-Württemberg")
    assert read_labels(place) == {"de": "Genf", "und": "Genève"}
    assert read_labels("Genf") == {}


def test_the_box_of_a_place_is_found_in_each_form() -> None:
    assert list(find_boxes({"locn:geometry": ["nothing", {"@value": WKT}]})) == [BOX]
    assert list(find_boxes({"dcat:bbox": {"locn:geometry": [WKT]}})) == [BOX]
    assert list(find_boxes("7,51,7.5,51.6")) == [BOX]
    assert list(find_boxes({"skos:prefLabel": "Genf"})) == list(find_boxes("Genf")) == []


AREAS = "http://dcat-ap.de/def/politicalGeocoding/"


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("stateKey/09", "Bayern"),
        ("districtKey/09162", "München"),
        ("municipalityKey/09162000", "München"),
        ("municipalAssociationKey/091620000", "München"),
        ("regionalKey/091620000000", "München"),
        ("municipalityKey/02000000", "Hamburg"),
        ("municipalityKey/04011000", "Bremen"),
    ],
)
def test_an_area_that_is_stated_by_its_key_alone_has_its_name(stated: str, name: str) -> None:
    assert name_places([], (AREAS + stated,)) == (AREAS + stated, name)
    assert name_places([{"@id": AREAS + stated}, {"skos:prefLabel": name}], ()) == (AREAS + stated, name)


@pytest.mark.parametrize(
    "stated",
    [
        "municipalityKey/09184119",
        "municipalityKey/09162001",
        "governmentDistrictKey/091",
        "municipalityKey/99999000",
        "x/0916२000",
        "stateKey/09/1",
    ],
)
def test_an_area_that_is_on_no_list_keeps_its_iri_alone(stated: str) -> None:
    assert name_places([], (AREAS + stated,)) == (AREAS + stated,)
