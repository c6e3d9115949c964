"""`join`: from a link to a member with a credential, and what a refusal leaves behind."""

import os
import shlex
import tomllib
from io import StringIO
from pathlib import Path

import pytest

from connector.binding.invitation import show_invitation
from tests.cli.commands.authorities import BROKER, answering, invite, set_up
from tests.cli.conftest import Cli
from tests.pages.page import Page, read_text


@pytest.fixture
def port(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    return set_up(cli, tmp_path, monkeypatch)


def join(cli: Cli, link: str, folder: str, port: int) -> tuple[int, str]:
    url = f"https://localhost:{port}"
    done = cli("join", link, folder, "--public-url", url, "--port-base", str(port), "--name", "Firma")
    return done.code, done.out + done.err


def test_a_new_member_is_set_up_listed_and_holds_a_credential(cli: Cli, tmp_path: Path, port: int) -> None:
    link = invite(cli, "Firma GmbH")
    with answering(tmp_path / "broker/datenkontor.toml"):
        code, told = join(cli, link, "firma", port)
        assert (code, "Firma GmbH is a member now." in told) == (0, True), told
        settings = tomllib.loads((tmp_path / "firma/datenkontor.toml").read_text())
        assert settings["participant"]["id"] == f"did:web:localhost%3A{port}"
        assert settings["identity"]["mechanism"] == "dcp"
        assert not (tmp_path / "firma/membership.jwt").exists()
        broker = tomllib.loads((tmp_path / "broker/datenkontor.toml").read_text())
        assert settings["broker"] == {
            "participant": "urn:participant:broker",
            "api": f"https://localhost:{broker['broker']['port']}",
        }
        again = cli("join", link, "firma")
        assert (again.code, "member already" in again.out) == (0, True), again.err
        code, told = join(cli, link, "other", port + 5)
        assert (code, "used already" in told, (tmp_path / "other").exists()) == (1, True, False), told
    listed = cli("authority", "member", "list", "--json", *BROKER).json["items"]
    assert {row["name"] for row in listed} == {"broker", "Firma GmbH"}


def test_an_invitation_is_read_from_standard_input_where_no_list_of_processes_shows_it(
    cli: Cli, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(invite(cli, "Firma GmbH") + "\n"))
    with answering(tmp_path / "broker/datenkontor.toml"):
        code, told = join(cli, "-", "firma", port)
    assert (code, "Firma GmbH is a member now." in told) == (0, True), told


def test_what_is_refused_leaves_nothing(cli: Cli, tmp_path: Path, port: int) -> None:
    link = invite(cli, "Firma GmbH", "--did", "did:web:somebody.example")
    head, _, root = link.rpartition(".")
    number, _, _secret = head.rpartition(".")
    with answering(tmp_path / "broker/datenkontor.toml"):
        for text, problem in (
            (link, "nobody else"),
            (f"{number}.guess.{root}", "no such invitation"),
            (f"{head}.other", "look whether the link, or the thumbprint, is whole"),
            ("https://x.example", "not an invitation"),
        ):
            code, told = join(cli, text, "firma", port)
            assert (code, problem in told) == (1, True), told
            assert not (tmp_path / "firma").exists()
    code, told = join(cli, link, "firma", port)
    assert (code, "does not answer" in told) == (1, True)
    unset = cli("join", link, "firma")
    assert (unset.code, "--public-url" in unset.err) == (2, True)


def test_a_folder_whose_own_records_have_an_identifier_that_is_on_no_list_is_not_let_in(
    cli: Cli, tmp_path: Path, port: int
) -> None:
    file, did = tmp_path / "firma/datenkontor.toml", f"did:web:localhost%3A{port}"
    with answering(tmp_path / "broker/datenkontor.toml"):
        assert join(cli, invite(cli, "Firma"), "firma", port)[0] == 0
        assert cli("authority", "member", "revoke", did, "--yes", *BROKER).code == 0
        moved = file.read_text().replace(f'id = "{did}"', 'id = "urn:participant:firma"')
        file.write_text(moved.replace("[identity]\n", f'[identity]\ndid = "{did}"\n'))
        before = file.read_text()
        again = cli("join", invite(cli, "Firma"), "firma")
    assert (again.code, "does not know urn:participant:firma" in again.err, did in again.err) == (1, True, True)
    assert file.read_text() == before
    states = [row["state"] for row in cli("authority", "invitation", "list", "--json", *BROKER).json["items"]]
    assert states == ["open"]


def test_it_is_said_where_the_public_address_has_to_lead_before_the_authority_looks_there(cli: Cli, port: int) -> None:
    link = invite(cli, "Firma GmbH")
    done = cli("join", link, "firma", "--public-url", "https://daten.firma.example", "--port-base", str(port))
    assert (done.code, "does not answer" in done.err) == (1, True)
    assert f"Forward https://daten.firma.example to port {port} of this machine." in done.err
    assert "--second-url" in done.err
    urls = ("--public-url", "https://daten.firma.example", "--second-url", "https://abruf.firma.example")
    done = cli("join", link, "firma", *urls, "--port-base", str(port))
    assert f"Forward https://abruf.firma.example to port {port + 1} of this machine." in done.err
    assert "--second-url" not in done.err
    odd = cli("join", link, "firma", *urls[:3], "ftp://abruf.firma.example", "--port-base", str(port))
    assert (odd.code, Path("firma").exists()) == (2, False), odd.err


def test_the_anchors_of_the_data_space_and_its_name_for_the_member_are_kept(
    cli: Cli, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchors = os.environ["DATENKONTOR_NET__CA"]
    abroad = "https://abruf.firma.example"
    link, url = invite(cli, "Firma GmbH", "--data", abroad), f"https://localhost:{port}"
    with answering(tmp_path / "broker/datenkontor.toml"):
        monkeypatch.delenv("DATENKONTOR_NET__CA")
        words = ("join", link, "firma", "--public-url", url, "--port-base", str(port))
        assert "not trusted" in cli(*words).err
        second, network = ("--second-url", abroad), ("--network", "10.0.0.0/8")
        done = cli(*words, "--ca", anchors, *second, *network)
    assert done.code == 0, done.err
    settings = tomllib.loads((tmp_path / "firma/datenkontor.toml").read_text())
    assert settings["data"]["public_url"] == abroad
    assert "10.0.0.0/8" in settings["net"]["networks"]
    listed = cli("authority", "member", "list", "--json", *BROKER).json["items"]
    assert ["https://abruf.firma.example:443"] in [row.get("data") for row in listed]
    assert settings["net"]["ca"] == str(Path(anchors).resolve())
    assert settings["participant"]["name"] == "Firma GmbH"


def test_a_connector_that_runs_is_stopped_first(cli: Cli, tmp_path: Path, port: int) -> None:
    link = invite(cli, "Firma GmbH")
    with answering(tmp_path / "broker/datenkontor.toml"):
        code, told = join(cli, link, "firma", port - 10)
    assert (code, "stop it meanwhile" in told) == (1, True)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_command_on_the_page_of_a_link_is_one_that_join_takes(cli: Cli, tmp_path: Path, language: str) -> None:
    page = Page(show_invitation("did:web:broker.example", language).body.decode())
    (command,) = (each for each in page.root.iter("code") if "datenkontor join" in read_text(each))
    done = cli(*shlex.split(read_text(command))[1:])
    assert (done.code, "not an invitation" in done.err) == (1, True), done.err
    assert list(tmp_path.iterdir()) == []
