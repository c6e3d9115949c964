"""`dataplane`: the data planes of a connector are listed, added, drained and removed."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.management import Management
from tests.support.planes import PLANE

URL = "https://plane.example:7084"


def test_a_data_plane_of_ours_is_added_by_its_key_and_listed(
    cli: Cli, management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    management.answer("POST", "/v1/dataplanes", PLANE)
    management.answer("GET", "/v1/dataplanes", [PLANE])
    assert cli("dataplane", "add", URL).code == 2
    monkeypatch.setenv("DATENKONTOR_PLANE", "secret")
    done = cli("dataplane", "add", URL, "--label", "gold", "--lang", "en")
    assert "urn:plane:1 takes flows" in done.out
    assert management.bodies("POST", "/v1/dataplanes") == [{"endpoint": URL, "key": "secret", "labels": ["gold"]}]
    assert "gold" in cli("dataplane", "list").out
    assert cli("dataplane", "list", "--json").json["items"][0]["flows"] == 2


def test_another_data_plane_is_described(cli: Cli, management: Management, tmp_path: Path) -> None:
    management.answer("POST", "/v1/dataplanes", PLANE)
    keys = tmp_path / "keys.json"
    keys.write_text("no JSON")
    words = ("dataplane", "add", URL, "--id", "urn:plane:1", "--profile", "p", "--keys", str(keys))
    assert cli(*words).code == 2
    keys.write_text('{"keys": []}')
    assert cli(*words).code == 0
    (body,) = management.bodies("POST", "/v1/dataplanes")
    assert body == {"endpoint": URL, "id": "urn:plane:1", "profiles": ["p"], "keys": {"keys": []}}


def test_it_is_drained_and_removed_by_force_only_after_a_confirmation(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/dataplanes/urn:plane:1/drain", PLANE)
    management.answer("DELETE", "/v1/dataplanes/urn:plane:1", PLANE)
    assert "keine neuen Datenflüsse" in cli("dataplane", "drain", "urn:plane:1", "--lang", "de").out
    assert "new flows again" in cli("dataplane", "drain", "urn:plane:1", "--undo", "--lang", "en").out
    assert management.bodies("POST", "/v1/dataplanes/urn:plane:1/drain") == [{}, {"drain": False}]
    assert cli("dataplane", "remove", "urn:plane:1", "--force").code == 2
    assert "is removed" in cli("dataplane", "remove", "urn:plane:1", "--force", "--yes", "--lang", "en").out
