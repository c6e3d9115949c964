"""What an offer states is told with the labels and choices of its form."""

from zoneinfo import ZoneInfo

from connector.controlplane.judging.library import operands
from connector.views.descriptions import CoveredPlace, CoveredTime
from connector.web.frame.wording import PageWords
from connector.web.offering.stating import list_stated
from tests.contract import values

REGISTRY = operands()


def test_codes_are_told_as_the_form_offers_them_and_what_is_empty_is_not_told() -> None:
    asset = values.asset("urn:d:1", themes=("ENVI",), frequency="DAILY", keywords=("Luft", "pm10"))
    stated = dict(list_stated(REGISTRY, PageWords("de", ZoneInfo("Europe/Berlin")), asset))
    assert stated["Schlagwörter"] == "Luft, pm10"
    assert stated["Wie oft kommen neue Daten?"] == "täglich"
    assert "Amtlicher Schlüssel" not in stated
    assert all(stated.values())


def test_days_degrees_and_forms_are_told_as_people_write_them() -> None:
    asset = values.asset(
        "urn:d:1",
        place=CoveredPlace(box=(8.36, 49.0069, 8.43, 49.01)),
        period=CoveredTime(start="2026-03-01", end="2026-05"),
        forms=("json", "csv"),
    )
    stated = dict(list_stated(REGISTRY, PageWords("de", ZoneInfo("Europe/Berlin")), asset))
    assert stated["Zeitraum von"] == "1. März 2026"
    assert stated["Zeitraum bis"] == "2026-05"
    assert stated["Ausdehnung in Grad"] == "8,36°, 49,0069°, 8,43°, 49,01°"
    assert stated["In welcher Form?"] == "CSV, JSON"
