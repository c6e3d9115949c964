"""A code is found where a person reads, and only there."""

import pytest

from tests.pages.codes import list_codes
from tests.pages.page import Page


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Gruppe: „city-departments“.", {"city-departments"}),
        ("Stand SUSPENDED, Feld data_class, Wert onAllow", {"SUSPENDED", "data_class", "onAllow"}),
        ("Thema (dcat:theme), https://city.example/x, urn:d:1", {"dcat:theme", "https://city.example/x", "urn:d:1"}),
        ("Nr. 3ecbabaa-0000-4000-8000-000000000001", {"3ecbabaa-0000-4000-8000-000000000001"}),
        ("E-Mail an a@b.example, CSV-Datei, 12:30 Uhr, GeoJSON, 3:00-4:00", set()),
        ('<span class="code">city-departments</span><textarea>a-b</textarea>', set()),
    ],
)
def test_a_code_is_found_where_it_is_read(text: str, codes: set[str]) -> None:
    assert list_codes(Page(f"<!doctype html><html lang='de'><title>x</title><main><p>{text}</p></main>")) == codes
