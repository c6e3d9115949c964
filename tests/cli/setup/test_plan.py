"""The plan of a folder."""

from connector.cli.setup.plan import build_slug


def test_a_name_becomes_an_identifier() -> None:
    assert build_slug("Stadtwerke Münster & Söhne, Straße 1") == "stadtwerke-muenster-soehne-strasse-1"
