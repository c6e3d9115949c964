"""The places of a Dataset: their names, and the boxes around them (DCAT-AP 3.0.1, `dct:spatial`). Pure."""

from collections.abc import Iterator
from typing import Any

from connector.broker.reading.areas import read_box
from connector.broker.reading.members import find_values, read_texts, read_word
from connector.ports.broker_store import Box
from connector.semantic.codes import find_area

_VALUES = 16
_NAME_LENGTH = 200
_LABELS = ("skos:prefLabel", "rdfs:label", "locn:geographicName")
_GEOMETRIES = ("dcat:bbox", "locn:geometry", "dcat:centroid")


def name_places(places: list[Any], areas: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names and IRIs of places, and those of administrative areas (DCAT-AP.de 3.0).

    An area that is stated by its official key alone has the name that people search for.
    """
    stated = (*(name for place in places for name in _name_place(place)), *areas)
    named = (name for word in stated for name in (word, find_area(word)) if name)
    return tuple(dict.fromkeys(named))[:_VALUES]


def _name_place(place: Any) -> Iterator[str]:
    """Yield the IRI and the names of a place."""
    word = read_word(place)
    if word and read_box(word) is None:
        yield word
    yield from read_labels(place).values()


def read_labels(place: Any) -> dict[str, str]:
    """Return the names of a place by language."""
    labels: dict[str, str] = {}
    if isinstance(place, dict):
        for term in _LABELS:
            labels = read_texts(place, term, _NAME_LENGTH) | labels
    return labels


def find_boxes(place: Any) -> Iterator[Box]:
    """Yield the box around a place, if it states a geometry that can be read."""
    if not isinstance(place, dict) or "@value" in place:
        # Some servers write the box itself as the place.
        if box := read_box(read_word(place)):
            yield box
        return
    for term in _GEOMETRIES:
        for value in find_values(place, term):
            # The geometry can be a node that has it in several forms.
            forms = value.get("locn:geometry", value) if isinstance(value, dict) else value
            for form in forms[:_VALUES] if isinstance(forms, list) else [forms]:
                if box := read_box(form.get("@value", form) if isinstance(form, dict) else form):
                    yield box
                    return
