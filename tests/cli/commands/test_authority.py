"""`authority`: made beside a broker, published, and the drills for lost and stolen keys, each step a command."""

import errno
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.app.parts import read_clock
from connector.authority import keeping, roster
from connector.authority.joining import renew_credential
from connector.authority.keeping import Authority
from tests.cli.commands.authorities import BROKER, set_up
from tests.cli.conftest import Cli


@pytest.fixture
def authority(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    set_up(cli, tmp_path, monkeypatch)
    home = tmp_path / "broker"
    return Authority(folder=home / "authority", members=home / "members.json")


def test_a_broker_becomes_the_authority_and_proves_itself_by_its_document(cli: Cli, authority: Authority) -> None:
    settings = tomllib.loads((authority.folder.parent / "datenkontor.toml").read_text())
    assert settings["authority"] == {"folder": "authority"}
    assert settings["identity"]["mechanism"] == "dcp"
    assert settings["identity"]["operator_key"] == "authority/authority.jwks"
    listed = cli("authority", "member", "list", "--json", *BROKER).json
    assert [row["former"] for row in listed["items"]] == [["urn:participant:broker"]]
    assert authority.signed.read_bytes() == (authority.folder.parent / "roster.jws").read_bytes()
    again = cli("authority", "init", *BROKER)
    assert (again.code, "not changed" in again.err) == (2, True)


def test_an_authority_needs_an_address_that_an_identifier_can_name(cli: Cli) -> None:
    cli("init", "broker", "--role", "broker", "--identity", "roster")
    done = cli("authority", "init", *BROKER)
    assert (done.code, "no https address" in done.err) == (2, True)
    assert "no authority" in cli("authority", "publish", *BROKER).err


def test_a_list_is_published_with_the_next_version(cli: Cli, authority: Authority) -> None:
    first = cli("authority", "publish", "--json", *BROKER).json
    second = cli("authority", "publish", "--days", "7", "--json", *BROKER).json
    assert second["version"] == first["version"] + 1
    assert cli("roster", "verify", *BROKER).code == 0


def test_the_issuer_key_is_rotated_with_the_root_alone(cli: Cli, authority: Authority, tmp_path: Path) -> None:
    safe = (authority.folder / "root.pem").rename(tmp_path / "root.pem")
    before = keeping.load_issuer(authority).kid
    broker = roster.show(authority.members).members[0].id
    renew_credential(authority, broker, read_clock())
    done = cli("authority", "rotate", "--root", str(safe), *BROKER)
    assert (done.code, "Certificate 2 is made" in done.out) == (0, True)
    assert keeping.load_issuer(authority).kid != before
    assert [each.key["kid"] for each in keeping.show(authority).former] == [before]
    wrong = cli("authority", "rotate", "--root", "broker/key.pem", *BROKER)
    assert (wrong.code, "not a root" in wrong.err) == (1, True)
    lost = cli("authority", "rotate", "--root", "none.pem", *BROKER)
    assert (lost.code, "cannot be read" in lost.err) == (1, True)


def test_a_stolen_issuer_key_is_replaced_after_a_question(cli: Cli, authority: Authority) -> None:
    asked = cli("authority", "rotate", "--root", "broker/authority/root.pem", "--stolen", *BROKER)
    assert asked.code != 0
    assert keeping.show(authority).number == 1
    done = cli("authority", "rotate", "--root", "broker/authority/root.pem", "--stolen", "--yes", *BROKER)
    assert done.code == 0
    assert keeping.show(authority).former == ()


def test_the_spare_root_goes_on_when_the_first_one_is_lost_or_stolen(cli: Cli, authority: Authority) -> None:
    (authority.folder / "root.pem").unlink()
    done = cli("authority", "recover", "--spare", "broker/authority/spare.pem", "--stolen", "--yes", *BROKER)
    assert done.code == 0
    assert cli("roster", "verify", *BROKER).code == 0


def test_each_ceremony_refuses_the_wrong_root_before_anything_is_made(cli: Cli, authority: Authority) -> None:
    root, spare = ("broker/authority/root.pem", "broker/authority/spare.pem")

    def refuse(word: str, option: str, path: str) -> str:
        before = keeping.show(authority).number
        done = cli("authority", word, option, path, "--yes", *BROKER)
        assert (done.code, keeping.show(authority).number) == (1, before)
        return done.err

    assert "use `authority recover`" in refuse("rotate", "--root", spare)
    assert "give the spare root" in refuse("recover", "--spare", root)
    assert cli("authority", "recover", "--spare", spare, "--yes", *BROKER).code == 0
    assert "was replaced" in refuse("rotate", "--root", root)
    assert "was replaced" in refuse("recover", "--spare", root)
    assert cli("authority", "rotate", "--root", spare, *BROKER).code == 0


def test_the_password_of_a_root_is_in_a_file_of_its_own(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    monkeypatch.setattr("tests.cli.commands.authorities.BROKER", (*BROKER, "--password-file", str(secret)))
    set_up(cli, tmp_path, monkeypatch)
    root = ("authority", "rotate", "--root", "broker/authority/root.pem", *BROKER)
    assert "has a password" in cli(*root).err
    assert cli(*root, "--password-file", str(secret)).code == 0
    secret.chmod(0o644)
    assert "Other users can read" in cli(*root, "--password-file", str(secret)).err


@pytest.mark.parametrize("step", ["establish", "change_file", "issuing.publish", "keeping.end"])
def test_an_init_that_is_cut_short_goes_on_with_the_same_call(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"connector.cli.commands.authority.{step}", die)
        with pytest.raises(OSError, match="No space"):
            set_up(cli, tmp_path, monkeypatch)
    done = cli("authority", "init", *BROKER)
    assert done.code == 0, done.err
    assert "joined" not in done.out
    home = tmp_path / "broker"
    authority = Authority(folder=home / "authority", members=home / "members.json")
    assert tomllib.loads((home / "datenkontor.toml").read_text())["authority"] == {"folder": "authority"}
    assert (
        roster.verify(authority.signed, keeping.load_roots(authority), now=datetime.now(UTC)).document.members[0].former
    )
    again = cli("authority", "init", *BROKER)
    assert (again.code, "not changed" in again.err) == (2, True)


def test_an_issuer_key_that_is_lost_is_named_with_what_to_do(cli: Cli, authority: Authority) -> None:
    (authority.folder / "issuer.pem").unlink()
    lost = cli("authority", "publish", *BROKER)
    assert (lost.code, "rotate --stolen" in lost.err) == (1, True)
    root = str(authority.folder / "root.pem")
    assert cli("authority", "rotate", "--root", root, "--stolen", "--yes", *BROKER).code == 0
    assert cli("authority", "publish", *BROKER).code == 0


def test_after_the_spare_has_taken_over_the_next_pair_is_asked_for(cli: Cli, authority: Authority) -> None:
    done = cli("authority", "recover", "--spare", str(authority.folder / "spare.pem"), "--yes", *BROKER)
    assert (done.code, "authority renew" in done.err) == (0, True)
