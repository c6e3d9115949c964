"""`init`: what it writes, what it finds out, and what it never touches."""

import hashlib
import json
import stat
from pathlib import Path

import pytest

from connector.app.parts import read_clock
from connector.authority import keeping, roster
from connector.authority.card import operator_keys, read_card
from connector.authority.joining import renew_credential
from connector.authority.keeping import Authority
from connector.net.addresses import check_url, net_policy
from connector.settings import Mode, load
from tests.cli.conftest import Cli

BROKER = ("--settings", "broker/datenkontor.toml")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_can_be_served_at_once(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", "tiefbauamt", "--name", "Tiefbauamt Köln-Süd", "--json")
    assert done.code == 0
    assert done.err == ""
    settings = load(tmp_path / "tiefbauamt/datenkontor.toml", {})
    port = done.json["ports"]["protocol"]
    assert settings.participant.id == done.json["id"] == f"did:web:localhost%3A{port}"
    assert (settings.identity.mechanism, settings.participant.name) == ("dcp", "Tiefbauamt Köln-Süd")
    assert settings.identity.key.exists()
    assert mode(settings.identity.key) == 0o600
    card = json.loads((tmp_path / "tiefbauamt/card.json").read_text())
    assert card["address"] == settings.protocol.public_url + settings.protocol.path
    assert "d" not in card["keys"][0]
    assert settings.received.is_dir()
    assert settings.web.port == done.json["ports"]["web"]
    assert (settings.web.host, settings.web.public_url) == ("127.0.0.1", None)


def test_the_management_key_is_shown_once_and_kept_as_a_hash(cli: Cli, tmp_path: Path) -> None:
    shown = cli("init", "a", "--json").json["key"]
    text = (tmp_path / "a/datenkontor.toml").read_text()
    assert shown not in text
    (key,) = load(tmp_path / "a/datenkontor.toml", {}).management.keys
    assert key.sha256 == hashlib.sha256(shown.encode()).hexdigest()
    assert not [file for file in (tmp_path / "a").iterdir() if file.is_file() and shown in file.read_text()]


def test_a_public_connector_says_which_ports_to_forward(cli: Cli, tmp_path: Path) -> None:
    public = ("--public-url", "https://daten.example.org", "--port-base", "7090")
    assert cli("init", "b", *public, "--json").json["forward"] == {
        "https://daten.example.org": 7090,
        "https://daten.example.org:7091": 7091,
    }
    done = cli("init", "a", *public)
    assert "https://daten.example.org to port 7090" in done.out
    assert "port 443 only" in done.out
    assert "give the second address port 443 too" in done.out
    other = cli("init", "c", "--public-url", "https://daten.example.org:7080", "--port-base", "7080").out
    assert "give both addresses port 443" in other


def test_a_second_init_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    cli("init", "a")
    before = {file: file.read_bytes() for file in (tmp_path / "a").iterdir() if file.is_file()}
    again = cli("init", "a", "--name", "another")
    assert again.code == 1
    assert "--force" in again.err
    assert again.err.count("\n") == 1
    assert {file: file.read_bytes() for file in (tmp_path / "a").iterdir() if file.is_file()} == before


def test_a_broker_gets_a_management_key_for_its_operator(cli: Cli, tmp_path: Path) -> None:
    made = cli("init", "b", "--role", "broker")
    assert (made.code, "DATENKONTOR_KEY" in made.out) == (0, True)
    found = cli("init", "c", "--role", "broker", "--json").json
    (key,) = load(tmp_path / "c/datenkontor.toml", {}).management.keys
    assert (key.sha256, key.scopes) == (hashlib.sha256(found["key"].encode()).hexdigest(), ("admin",))
    assert found["management"] == f"http://127.0.0.1:{found['ports']['management']}"


def test_who_chose_an_address_of_this_machine_is_not_told_to_choose_one(cli: Cli) -> None:
    chosen = cli("init", "a", "--public-url", "http://localhost:7080")
    assert "Only this machine can reach http://localhost:7080." in chosen.out
    assert "--public-url" not in chosen.out
    assert "--public-url" in cli("init", "b").out


def test_force_writes_settings_anew_and_keeps_the_private_key(cli: Cli, tmp_path: Path) -> None:
    cli("init", "a")
    key = (tmp_path / "a/key.pem").read_bytes()
    old = (tmp_path / "a/datenkontor.toml").read_bytes() + b"# mine\n"
    (tmp_path / "a/datenkontor.toml").write_bytes(old)
    unasked = cli("init", "a", "--name", "another", "--force")
    assert (unasked.code, "--yes" in unasked.err, (tmp_path / "a/datenkontor.toml").read_bytes()) == (2, True, old)
    done = cli("init", "a", "--name", "another", "--force", "--yes", "--json")
    assert (done.code, Path(done.json["kept"]).read_bytes()) == (0, old)
    assert mode(tmp_path / "a/datenkontor.toml.1") == 0o600
    assert (tmp_path / "a/key.pem").read_bytes() == key
    assert load(tmp_path / "a/datenkontor.toml", {}).participant.name == "another"


def test_a_broker_begins_the_participant_list_and_its_card_tells_the_members_the_rest(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    assert cli("roster", "verify", *BROKER).code == 0
    cli("init", "firma", "--broker", "broker/card.json")
    broker, firma = (load(tmp_path / name / "datenkontor.toml", {}) for name in ("broker", "firma"))
    assert firma.broker.participant == broker.participant.id
    assert firma.broker.api == f"http://localhost:{broker.broker.port}"
    assert (broker.identity.mechanism, firma.identity.mechanism) == ("dcp", "dcp")
    assert operator_keys(firma.identity.operator_key) == operator_keys(broker.identity.operator_key)
    assert cli("roster", "verify", "--settings", "firma/datenkontor.toml").code == 0


def test_the_words_of_a_list_by_keys_are_those_of_an_authority_too(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    firm = cli("init", "firma", "--broker", "broker/card.json", "--json").json["id"]
    added = cli("roster", "add", "firma/card.json", "--claim", "purpose=navigation", *BROKER)
    assert (added.code, cli("roster", "publish", *BROKER).code) == (0, 0)
    assert firm in cli("roster", "verify", "--json", *BROKER).json["members"]
    authority = Authority(folder=tmp_path / "broker/authority", members=tmp_path / "broker/members.json")
    assert [member.by_document for member in roster.show(authority.members).members] == [True, True]
    credential = renew_credential(authority, firm, read_clock())
    assert credential.count(".") == 2
    assert cli("roster", "remove", firm, "--yes", *BROKER).code == 0
    assert [each.revoked for each in keeping.show(authority).issued] == [True]


def test_a_small_circle_has_a_list_with_keys(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker", "--identity", "roster")
    assert not (tmp_path / "broker/authority").exists()
    cli("init", "firma", "--broker", "broker/card.json")
    broker, firma = (load(tmp_path / name / "datenkontor.toml", {}) for name in ("broker", "firma"))
    assert {broker.identity.mechanism, firma.identity.mechanism} == {"roster"}
    assert firma.participant.id == "urn:participant:firma"
    assert firma.identity.operator_key.read_text() == broker.identity.operator_key.read_text()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--public-url", "http://127.0.0.1:7080"), "No identifier can name http://127.0.0.1:7080"),
        (("--public-url", "https://a.example", "--id", "urn:a"), "did:web:a.example, and --id names urn:a"),
    ],
)
def test_an_address_that_no_document_can_be_found_at_is_refused(
    cli: Cli, tmp_path: Path, wrong: tuple[str, ...], said: str
) -> None:
    done = cli("init", "a", *wrong)
    assert (done.code, said in done.err, "--identity roster" in done.err) == (2, True, True)
    assert not (tmp_path / "a").exists()


def test_a_card_written_anew_still_names_the_roots(cli: Cli, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    before = (tmp_path / "broker/card.json").read_bytes()
    assert cli("card", *BROKER).code == 0
    assert (tmp_path / "broker/card.json").read_bytes() == before


def test_an_https_address_is_production_and_loopback_is_not(cli: Cli, tmp_path: Path) -> None:
    cli("init", "a", "--public-url", "https://daten.example.org")
    cli("init", "b")
    real, here = (load(tmp_path / name / "datenkontor.toml", {}) for name in ("a", "b"))
    assert (real.mode, real.net.plain_http, real.protocol.host) == (Mode.PRODUCTION, (), "0.0.0.0")
    assert real.data.public_url == f"https://daten.example.org:{real.data.port}"
    assert (here.mode, here.net.plain_http) == (Mode.DEVELOPMENT, ("localhost:*", "127.0.0.1:*"))
    cli("init", "c", "--identity", "roster")
    assert load(tmp_path / "c/datenkontor.toml", {}).net.plain_http == ("localhost:*", "127.0.0.1:*")


@pytest.mark.parametrize(
    "wrong",
    [("--public-url", "foo"), ("--public-url", "ftp://city.example"), ("--id", "nicht eine uri"), ("--id", "ä")],
)
def test_an_address_or_identifier_that_is_none_is_refused_before_anything_is_written(
    cli: Cli, tmp_path: Path, wrong: tuple[str, str]
) -> None:
    done = cli("init", "office", *wrong, "--lang", "de")
    assert (done.code, done.out, (tmp_path / "office").exists()) == (2, "", False)
    assert "Englisch" not in done.err


def test_a_bad_card_leaves_no_folder_behind(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text('{"id": "urn:x", "name": "x", "keys": [], "claims": {"role": ["city"]}}')
    done = cli("init", "a", "--broker", "card.json")
    assert done.code == 1
    assert not (tmp_path / "a").exists()


def test_a_file_in_the_way_is_said_in_one_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    done = cli("init", "a")
    assert (done.code, done.err.count("\n")) == (1, 1)


def test_next_steps_are_said_in_german_where_the_environment_is(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert "Als Nächstes:" in cli("init", "a").out
    assert "Next:" in cli("init", "b", "--lang", "en").out


def test_an_ipv6_address_is_written_in_brackets_everywhere(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", "a", "--public-url", "http://[::1]:7080", "--port-base", "7080", "--identity", "roster")
    assert done.code == 0, done.err
    found = load(tmp_path / "a/datenkontor.toml", {})
    assert found.net.hosts == ("[::1]:*",)
    policy = net_policy(ports=(), hosts=found.net.hosts, plain_http=found.net.plain_http)
    card = read_card(tmp_path / "a/card.json")
    assert card.address == "http://[::1]:7080/dsp/2025-1"
    for url in (card.address or "", *card.data):
        assert check_url(url, policy).host == "::1"
    assert (found.protocol.host, found.data.host) == ("::1", "::1")


def test_the_card_names_the_data_plane_as_its_data_addresses_do(cli: Cli, tmp_path: Path) -> None:
    cli("init", "a", "--public-url", "http://localhost:7080", "--port-base", "7080")
    found = load(tmp_path / "a/datenkontor.toml", {})
    assert read_card(tmp_path / "a/card.json").data == (found.data.public_url,)
