"""A saved search: the parameters of the broker's API in place of an address, and back. Pure."""

from collections.abc import Mapping
from typing import Any

from connector.web.showing.results import FILTERS, AskedSearch, read_search, write_query

_PAGES = frozenset({"limit", "offset", "facets", "sort"})
_PLAIN: Mapping[str, str] = {"q": "q", "since": "von", "until": "bis", "bbox": "ausschnitt"}
_NAMES: Mapping[str, str] = {facet.value: name for name, facet in FILTERS.items()}


def write_parameters(asked: AskedSearch) -> dict[str, Any]:
    """Return the parameters with which the broker saves a search: without a page and an order.

    >>> write_parameters(AskedSearch({"q": "Rad", "sortierung": "titel"}, {"format": ("CSV",)}, 20))
    {'q': 'Rad', 'format': ['CSV']}
    """
    return {name: value for name, value in write_query(asked).items() if name not in _PAGES}


def read_parameters(parameters: Mapping[str, Any]) -> AskedSearch:
    """Return the search of saved parameters; what these pages have no words for is left out.

    >>> read_parameters({"q": "Rad", "format": ["CSV"], "near": "8.4,49.0,10"}).write_address()
    '/suche?q=Rad&laenge=8.4&breite=49.0&km=10&format=CSV'
    """
    given: list[tuple[str, str]] = []
    for name, value in parameters.items():
        values = [str(entry) for entry in (value if isinstance(value, list) else [value])]
        if name == "near":
            given += zip(("laenge", "breite", "km"), values[0].split(","), strict=False)
        elif known := _PLAIN.get(name) or _NAMES.get(name):
            given += [(known, entry) for entry in values]
    return read_search(given)
