"""`catalog`: participants, catalogues and datasets."""

from typing import Any

from tests.cli.conftest import Cli
from tests.cli.management import Management


def test_a_participant_is_known_by_its_name(cli: Cli, provider: Management) -> None:
    member = {"id": "urn:city", "name": "Tiefbauamt Herne", "address": None, "roles": ["participant"], "claims": {}}
    other = member | {"id": "urn:firm", "name": "Firma Herne"}
    provider.answer("GET", "/v1/participants", {"items": [member, other], "next": None})
    provider.answer("GET", "/v1/catalog", {"items": [_dataset()], "next": None})
    assert "Firma Herne" in cli("catalog").out
    shown = cli("catalog", "tiefbauamt", "--lang", "de")
    assert "Luftqualität" in shown.out
    assert "may use if purpose = navigation." in shown.out
    (asked,) = [asked for asked in provider.asked if asked.path == "/v1/catalog"]
    assert asked.query["participant"] == ["urn:city"]
    assert cli("catalog", "herne").code == 3
    assert cli("catalog", "bochum").code == 3


def test_a_dataset_is_shown_with_its_offers(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/catalog/dataset", _dataset())
    shown = cli("catalog", "urn:city", "--dataset", "air").out
    assert "HttpData-PULL, HttpData-PUSH" in shown
    assert "offer urn:o1" in shown
    assert cli("catalog", "urn:city", "--dataset", "air", "--json").json["@id"] == "air"


def test_a_catalogue_is_shown_in_pages(cli: Cli, management: Management) -> None:
    pages = [{"items": [_dataset() | {"@id": name}], "next": after} for name, after in (("air", "c1"), ("roads", None))]
    management.answer("GET", "/v1/catalog", pages[0])
    page = cli("catalog", "urn:city")
    assert page.out.splitlines()[0].split() == ["DATASET", "TITLE", "POLICY"]
    assert "--after c1" in page.err
    management.answer("GET", "/v1/catalog", *pages)
    every = cli("catalog", "urn:city", "--all", "--json")
    assert [entry["@id"] for entry in every.json["items"]] == ["air", "roads"]
    assert management.asked[-1].query["page"] == ["c1"]


def test_an_empty_catalogue_and_an_unknown_dataset(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/catalog", {"items": [], "next": None})
    empty = cli("catalog", "urn:city", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")
    management.refuse("GET", "/v1/catalog/dataset", 404, "unknown-dataset", "Unknown dataset none.")
    done = cli("catalog", "urn:city", "--dataset", "none", "--json")
    assert (done.code, done.out, done.err) == (3, "", "datenkontor: Unknown dataset none.\n")


def test_participants_are_listed_for_programs(cli: Cli, management: Management) -> None:
    member = {"id": "urn:city", "name": "Stadt", "address": None, "roles": ["participant"], "claims": {}}
    management.answer("GET", "/v1/participants", {"items": [member], "next": "c1"})
    page = cli("catalog", "--after", "c0", "--json")
    assert (page.json["items"][0]["id"], page.json["next"]) == ("urn:city", "c1")
    assert management.asked[-1].query["after"] == ["c0"]


def test_members_of_other_forms_are_read(cli: Cli, management: Management) -> None:
    foreign = {
        "@id": "air",
        "dct:title": "Air",
        "dcat:keyword": ["a", {"@value": "b"}],
        "dct:license": {"@id": "urn:licence"},
        "odrl:hasPolicy": {"@id": "urn:o", "permission": []},
        "dcat:theme": None,
    }
    management.answer("GET", "/v1/catalog/dataset", foreign)
    shown = cli("catalog", "urn:city", "--dataset", "air").out
    assert all(text in shown for text in ("Air", "a, b", "urn:licence", "permits nothing."))


def _dataset() -> dict[str, Any]:
    constraint = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "navigation"}
    return {
        "@id": "air",
        "@type": "Dataset",
        "dct:title": [{"@language": "de", "@value": "Luftqualität"}],
        "hasPolicy": [{"@id": "urn:o1", "permission": [{"action": "use", "constraint": [constraint]}]}],
        "distribution": [{"format": "HttpData-PUSH"}, {"format": "HttpData-PULL"}],
    }


EXPLAINED: dict[str, Any] = {"sentence": {}, "card": [], "contractual": [], "policy_hash": "", "problem": None}


def test_an_offer_that_cannot_be_agreed_is_told_with_its_reason(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/catalog", {"items": [_dataset()], "next": None})
    problem = {"en": "Nobody knows inForceDate.", "de": "Niemand kennt inForceDate."}
    management.answer("POST", "/v1/policies/explain", {"items": [EXPLAINED | {"problem": problem}]})
    assert "Cannot be agreed here: Nobody knows inForceDate." in cli("catalog", "urn:city").out
    assert "Hier nicht annehmbar: Niemand kennt inForceDate." in cli("catalog", "urn:city", "--lang", "de").out
