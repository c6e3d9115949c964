"""The options of `asset add`: the facts about the data, and a help for each."""

from connector.cli.assets.options import DataClass, Marking, build_stated


def test_the_facts_about_the_data_are_those_of_the_options() -> None:
    stated = build_stated(
        language=["de", "en"],
        data_version="2",
        resolution="300",
        encrypted=True,
        legal_basis=["eu-gdpr:A6-1-e"],
        marking=Marking.PERSONAL,
    )
    assert (stated.languages, stated.release, stated.resolution) == (("de", "en"), "2", "300")
    assert (stated.encrypted, stated.legal_basis, stated.marking) == (True, ("eu-gdpr:A6-1-e",), "personal")


def test_the_choices_are_those_of_the_management_api() -> None:
    assert [entry.value for entry in DataClass] == ["open", "internal", "confidential", "personal"]
    assert [entry.value for entry in Marking] == ["none", "personal", "pseudonymised", "special"]
