"""What an offer states is told with the labels and choices of its form."""

from zoneinfo import ZoneInfo

from connector.controlplane.judging.library import operands
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
