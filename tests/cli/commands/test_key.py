"""`key`: what is listed, protected, rotated beside a process that answers, and ended."""

import tomllib
from pathlib import Path

import pytest

from connector.authority import roster
from connector.identity.keys import is_protected
from tests.cli.commands.authorities import BROKER, answering, invite, set_up
from tests.cli.conftest import Cli

FIRM = ("--settings", "firma/datenkontor.toml")
SECRET = "canary-4711"


def write_secret(folder: Path) -> None:
    secret = folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    file = folder / "datenkontor.toml"
    text = file.read_text()
    marked = text.replace("[identity]\n", '[identity]\nsecret_file = "secret"\n', 1)
    file.write_text("\n".join(line for line in marked.splitlines() if not line.startswith("# secret_file")) + "\n")


def test_keys_are_protected_by_the_pass_phrase_of_the_settings(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    assert "identity.secret_file" in cli("key", "protect", *BROKER).err
    before = cli("key", "list", "--json", *BROKER).json["items"]
    assert [row["kept"] for row in before] == ["plain"]
    write_secret(tmp_path / "broker")
    done = cli("key", "protect", *BROKER)
    assert (done.code, SECRET in done.out + done.err) == (0, False)
    assert is_protected(tmp_path / "broker/key.pem")
    assert is_protected(tmp_path / "broker/authority/issuer.pem")
    assert "nothing was changed" in cli("key", "protect", *BROKER).out
    (row,) = cli("key", "list", "--json", *BROKER).json["items"]
    assert (row["id"], row["kept"], row["state"]) == (before[0]["id"], "protected", "in use")
    assert cli("authority", "publish", *BROKER).code == 0
    assert cli("authority", "rotate", "--root", "broker/authority/root.pem", *BROKER).code == 0
    assert is_protected(tmp_path / "broker/authority/issuer.pem")
    (tmp_path / "broker/secret").unlink()
    assert "secret_file" in cli("authority", "publish", *BROKER).err


def test_a_broker_rotates_its_key_at_its_own_authority(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    old = cli("key", "list", "--json", *BROKER).json["items"][0]["id"]
    assert cli("key", "rotate", *BROKER).code == 2
    new = cli("key", "rotate", "--algorithm", "EdDSA", "--yes", "--json", *BROKER).json["id"]
    rows = cli("key", "list", "--json", *BROKER).json["items"]
    assert [(row["id"], row["algorithm"], row["state"]) for row in rows] == [
        (new, "EdDSA", "in use"),
        (old, "ES256", "former"),
    ]
    (entry,) = roster.show(tmp_path / "broker/members.json").members
    assert [jwk["kid"] for jwk in entry.keys] == [new, old]
    assert cli("key", "revoke", new, "--yes", *BROKER).code == 2
    assert cli("key", "revoke", "none", "--yes", *BROKER).code != 0
    assert cli("key", "revoke", old, "--yes", *BROKER).code == 0
    (entry,) = roster.show(tmp_path / "broker/members.json").members
    assert [jwk["kid"] for jwk in entry.keys] == [new]
    assert len(cli("key", "list", "--json", *BROKER).json["items"]) == 1


def test_a_key_that_is_announced_is_in_the_document_and_signs_after_the_second_call(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    old = cli("key", "list", "--json", *BROKER).json["items"][0]["id"]
    new = cli("key", "rotate", "--announce", "--yes", "--json", *BROKER).json["id"]
    assert cli("key", "rotate", "--announce", "--yes", "--json", *BROKER).json["id"] == new

    def states() -> list[tuple[str, str]]:
        return [(row["id"], row["state"]) for row in cli("key", "list", "--json", *BROKER).json["items"]]

    assert states() == [(old, "in use"), (new, "announced")]
    (entry,) = roster.show(tmp_path / "broker/members.json").members
    assert {jwk["kid"] for jwk in entry.keys} == {new, old}
    told = [each for each in cli("doctor", "--json", *BROKER).json["checks"] if "key rotate" in each["advice"]]
    assert [(each["name"], each["ok"]) for each in told] == [("key", None)]
    assert cli("key", "rotate", "--yes", "--json", *BROKER).json["id"] == new
    assert states() == [(new, "in use"), (old, "former")]


def test_a_key_that_was_announced_and_revoked_is_never_used(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    lost = cli("key", "rotate", "--announce", "--yes", "--json", *BROKER).json["id"]
    assert cli("key", "revoke", lost, "--yes", *BROKER).code == 0
    assert cli("key", "rotate", "--yes", "--json", *BROKER).json["id"] != lost
    (entry,) = roster.show(tmp_path / "broker/members.json").members
    assert lost not in {jwk["kid"] for jwk in entry.keys}


def test_a_member_rotates_its_key_at_the_authority_of_its_list(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = set_up(cli, tmp_path, monkeypatch)
    link = invite(cli, "Firma")
    with answering(tmp_path / "broker/datenkontor.toml"):
        url = f"https://localhost:{port}"
        assert cli("join", link, "firma", "--public-url", url, "--port-base", str(port)).code == 0
        done = cli("key", "rotate", "--yes", "--json", *FIRM)
        assert done.code == 0, done.err
    settings = tomllib.loads((tmp_path / "firma/datenkontor.toml").read_text())
    assert settings["identity"]["former_keys"] == [str(tmp_path / "firma/key.pem.1")]
    entry = next(each for each in roster.show(tmp_path / "broker/members.json").members if each.name == "Firma")
    assert [jwk["kid"] for jwk in entry.keys] == [done.json["id"], done.json["former"]]
    before = (tmp_path / "firma/key.pem").read_bytes()
    lost = cli("key", "rotate", "--yes", *FIRM)
    assert (lost.code, "does not answer" in lost.err or "fetched" in lost.err) == (1, True), lost.err
    assert (tmp_path / "firma/key.pem").read_bytes() == before


def test_without_an_authority_or_a_token_the_words_say_what_to_do(cli: Cli) -> None:
    cli("init", "firma", "--identity", "roster")
    assert "card --new-key" in cli("key", "rotate", "--yes", *FIRM).err
    assert "identity.hardware" in cli("key", "create", *FIRM).err
