"""The source of an asset, from `--file`, `--folder` or `--url`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def test_a_folder_and_a_url_become_their_addresses(cli: Cli, management: Management, here: Path) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    assert cli("asset", "add", "--folder", "counts", "--glob", "*.geojson").code == 0
    url = "https://backend.example/roads"
    assert cli("asset", "add", "--url", url, "--header", "X-Api-Key=s=3cret", "--live").code == 0
    folder, backend = management.bodies("POST", "/v1/assets")
    assert folder["source"] == {"kind": "file", "path": "counts", "glob": "*.geojson"}
    assert folder["media_type"] == "application/geo+json"
    assert backend["source"] == {"kind": "http", "url": url, "headers": {"X-Api-Key": "s=3cret"}}
    assert (backend["live"], backend["title"]) == (True, {"en": "roads"})


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--title", "nothing"], 2),
        (["--file", "air.csv", "--url", "http://x"], 2),
        (["--file", "air.csv", "--glob", "*"], 2),
        (["--file", "missing.csv"], 3),
        (["--file", "/etc/hostname"], 2),
        (["--file", "../datenkontor.toml"], 3),
        (["--file", "air.csv", "--policy", "missing.json"], 2),
    ],
)
def test_what_cannot_be_offered_is_said_before_anything_is_asked(
    cli: Cli, management: Management, here: Path, arguments: list[str], code: int
) -> None:
    done = cli("asset", "add", *arguments)
    assert (done.code, done.err.count("\n"), management.asked) == (code, 1, [])


def test_a_header_without_a_value_is_not_repeated(cli: Cli, management: Management) -> None:
    done = cli("asset", "add", "--url", "https://backend.example", "--header", "s3cret")
    assert (done.code, "s3cret" in done.err, management.asked) == (2, False, [])
    assert cli("asset", "add", "--file", "air.csv", "--header", "a=b").code == 2


def test_without_settings_a_path_is_not_changed(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    assert cli("asset", "add", "--file", "far/away.geojson").code == 0
    (body,) = management.bodies("POST", "/v1/assets")
    assert (body["source"], body["media_type"]) == (
        {"kind": "file", "path": "far/away.geojson"},
        "application/geo+json",
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [("k\udcf6ln.csv", "UTF-8"), (".a.csv", "hidden"), ('a".csv', "receiver"), ("a\\b.csv", "receiver"),
     ("a\tb.csv", "receiver"), ("a.csv ", "space"), ("nul.csv", "reserve"), ("NUL", "reserve")],
)  # fmt: skip
def test_a_name_that_cannot_be_carried_is_refused_with_its_reason(cli: Cli, name: str, said: str) -> None:
    done = cli("asset", "add", "--file", name)
    assert (done.code, said in done.err) == (2, True), done.err
    assert "umbenennen" in cli("asset", "add", "--file", name, "--lang", "de").err


def test_a_compressed_table_is_offered_as_a_compressed_file(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets", asset(media_type="application/gzip"), status=201)
    assert cli("asset", "add", "--file", "far/air.csv.gz").code == 0
    (body,) = management.bodies("POST", "/v1/assets")
    assert (body["media_type"], body.get("records")) == ("application/gzip", None)


def test_data_at_another_data_plane_has_a_path_of_that_one(cli: Cli, management: Management, here: Path) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    assert cli("asset", "add", "--file", "far/away.csv", "--at-plane", "sensors").code == 0
    assert cli("asset", "add", "--url", "http://127.0.0.1:9/x", "--at-plane", "a", "--at-plane", "b").code == 0
    file, fetched = (body["source"] for body in management.bodies("POST", "/v1/assets"))
    assert file == {"kind": "plane", "labels": ["sensors"], "address": {"kind": "file", "path": "far/away.csv"}}
    assert fetched["address"] == {"kind": "http", "url": "http://127.0.0.1:9/x"}
