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
    assert cli("catalog", "herne").code == 2
    assert cli("catalog", "bochum").code == 3


def test_a_dataset_is_shown_with_its_offers(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/catalog/dataset", _dataset())
    shown = cli("catalog", "urn:city", "--dataset", "air").out
    assert "HttpData-PULL, HttpData-PUSH" in shown
    assert "offer urn:o1" in shown
    assert cli("catalog", "urn:city", "--dataset", "air", "--json").json["@id"] == "air"


def _dataset() -> dict[str, Any]:
    constraint = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "navigation"}
    return {
        "@id": "air",
        "@type": "Dataset",
        "dct:title": [{"@language": "de", "@value": "Luftqualität"}],
        "hasPolicy": [{"@id": "urn:o1", "permission": [{"action": "use", "constraint": [constraint]}]}],
        "distribution": [{"format": "HttpData-PUSH"}, {"format": "HttpData-PULL"}],
    }
