"""Places are named in all their languages, and drawn by the first geometry that can be read."""

from connector.broker.reading.places import find_boxes, name_places, read_labels

WKT = "POLYGON ((7 51, 7.5 51, 7.5 51.6, 7 51))"
BOX = (7.0, 51.0, 7.5, 51.6)


def test_a_place_has_names_and_an_iri_but_a_box_is_no_name() -> None:
    place = {"@id": "https://p.example/1", "rdfs:label": [{"@value": "Genf", "@language": "de"}, "Genève"]}
    area = "http://dcat-ap.de/def/politicalGeocoding/stateKey/08"
    assert name_places([place, "7,51,7.5,51.6"], (area,)) == ("https://p.example/1", "Genf", "Genève", area)
    assert read_labels(place) == {"de": "Genf", "und": "Genève"}
    assert read_labels("Genf") == {}


def test_the_box_of_a_place_is_found_in_each_form() -> None:
    assert list(find_boxes({"locn:geometry": ["nothing", {"@value": WKT}]})) == [BOX]
    assert list(find_boxes({"dcat:bbox": {"locn:geometry": [WKT]}})) == [BOX]
    assert list(find_boxes("7,51,7.5,51.6")) == [BOX]
    assert list(find_boxes({"skos:prefLabel": "Genf"})) == list(find_boxes("Genf")) == []
