"""`doctor` and `broker status`: what is well, what is not, and what to do."""

import json
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connector.app.serve import serve
from connector.authority import card as cards
from connector.authority import roster
from connector.identity.keys import load_private, save_private
from connector.settings import SettingsError, load
from connector.store.sqlite.engine.migrate import migrate, steps
from tests.cli.conftest import Cli
from tests.net.test_tls import Authority
from tests.support.damage import damage_pages

SETTINGS = ("--settings", "firma/datenkontor.toml")


@pytest.fixture
def space(cli: Cli, tmp_path: Path) -> Path:
    """A company that is a member, whose broker does not run."""
    cli("init", "broker", "--role", "broker", "--identity", "roster")
    cli("init", "firma", "--broker", "broker/card.json")
    cli("roster", "add", "firma/card.json", "--settings", "broker/datenkontor.toml")
    cli("roster", "publish", "--settings", "broker/datenkontor.toml")
    return tmp_path


def checks(cli: Cli) -> dict[str, Any]:
    return {check["name"]: check for check in cli("doctor", "--json", *SETTINGS).json["checks"]}


@contextmanager
def answer_ready(port: int, listed: dict[str, Any], warnings: dict[str, str]) -> Iterator[None]:
    """Answer `/ready` at a port, as a process with this list does."""
    body = json.dumps({"ready": True, "checks": {}, "warnings": warnings, "participant_list": listed}).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_a_fresh_member_is_well_but_for_the_broker_that_does_not_run(cli: Cli, space: Path) -> None:
    done = cli("doctor", *SETTINGS)
    assert done.code == 1
    crosses = [line for line in done.out.splitlines() if line.startswith("✗")]
    assert len(crosses) == 1
    assert "broker" in crosses[0]
    assert "\x1b" not in done.out


def test_a_key_that_others_can_read_is_found(cli: Cli, space: Path) -> None:
    (space / "firma/key.pem").chmod(0o644)
    assert checks(cli)["key"]["ok"] is False


def test_a_foreign_program_at_a_port_is_found(cli: Cli, space: Path) -> None:
    name = next(name for name in checks(cli) if "management" in name)
    with socket.create_server(("127.0.0.1", int(name.split()[1]))) as foreign:
        foreign.settimeout(10)

        def talk() -> None:
            taken, _ = foreign.accept()
            taken.sendall(b"this is no HTTP\r\n\r\n")
            taken.close()

        thread = threading.Thread(target=talk)
        thread.start()
        assert checks(cli)[name]["ok"] is False
        thread.join()


def test_a_list_that_is_missing_forged_or_without_us_is_found(cli: Cli, space: Path) -> None:
    signed = space / "broker/roster.jws"
    text = signed.read_text()
    cli("roster", "remove", "urn:participant:firma", "--yes", "--settings", "broker/datenkontor.toml")
    cli("roster", "publish", "--settings", "broker/datenkontor.toml")
    assert checks(cli)["own entry"]["ok"] is False
    signed.write_text(text[:-20] + "A" * 19 + "\n")
    assert checks(cli)["participant list"]["ok"] is False
    signed.unlink()
    assert checks(cli)["participant list"]["ok"] is False


def test_a_member_that_is_suspended_or_has_left_is_told_what_to_do(cli: Cli, space: Path) -> None:
    broker = ("--settings", "broker/datenkontor.toml")
    draft, firm = space / "broker/members.json", "urn:participant:firma"
    roster.change(draft, firm, lambda member: msgspec.structs.replace(member, suspended=True))
    cli("roster", "publish", *broker)
    found = checks(cli)["own entry"]
    assert (found["ok"], "suspended" in found["sentence"], "reason" in found["advice"]) == (False, True, True)
    cli("roster", "remove", firm, "--yes", *broker)
    cli("roster", "publish", *broker)
    assert "card.json" in checks(cli)["own entry"]["advice"]
    settings = space / "firma/datenkontor.toml"
    settings.write_text(settings.read_text().replace('mechanism = "roster"', 'mechanism = "dcp"'))
    assert "datenkontor join" in checks(cli)["own entry"]["advice"]


def test_an_address_or_key_that_the_list_does_not_have_is_found(cli: Cli, space: Path) -> None:
    settings = space / "firma/datenkontor.toml"
    text = settings.read_text()
    settings.write_text(text.replace('public_url = "http://127.0.0.1', 'public_url = "http://127.0.0.2'))
    assert checks(cli)["own entry"]["ok"] is False
    settings.write_text(text)
    (space / "firma/key.pem").unlink()
    cli("card", "--new-key", "--yes", *SETTINGS)
    assert checks(cli)["own entry"]["ok"] is False


def test_a_broker_is_checked_as_a_broker(cli: Cli, space: Path) -> None:
    done = cli("doctor", "--peers", "none", "--json", "--settings", "broker/datenkontor.toml")
    names = " ".join(check["name"] for check in done.json["checks"])
    assert (done.code, [check for check in done.json["checks"] if check["ok"] is False]) == (0, [])
    assert "(broker)" in names
    assert "(data)" not in names
    assert "(management)" not in names


def test_a_moved_member_gets_well_by_the_advice_of_the_doctor(cli: Cli, space: Path) -> None:
    settings = space / "firma/datenkontor.toml"
    port = load(settings, {}).protocol.port
    settings.write_text(
        settings.read_text().replace(f'public_url = "http://127.0.0.1:{port}', 'public_url = "http://127.0.0.1:9')
    )
    entry = checks(cli)["own entry"]
    assert (entry["ok"], "datenkontor card" in entry["advice"]) == (False, True)
    assert cli("card", *SETTINGS).code == 0
    assert cli("roster", "add", "firma/card.json", "--replace", "--settings", "broker/datenkontor.toml").code == 0
    cli("roster", "publish", "--settings", "broker/datenkontor.toml")
    assert checks(cli)["own entry"]["ok"] is True


def test_a_list_that_the_process_does_not_use_yet_is_named(cli: Cli, space: Path) -> None:
    (space / "firma/store.roster.json").write_text('{"version": 1, "digest": "00"}')
    found = [
        check for check in cli("doctor", "--json", *SETTINGS).json["checks"] if check["name"] == "participant list"
    ]
    assert [check["ok"] for check in found] == [True, None]
    assert "version 1" in found[1]["sentence"]
    assert "SIGHUP" in found[1]["advice"]


@pytest.mark.parametrize(("has_key", "ok"), [(True, None), (False, False)])
def test_a_process_that_signs_with_another_key_than_that_of_its_file_is_named(
    cli: Cli, space: Path, has_key: bool, ok: bool | None
) -> None:
    listed = {"version": 1, "expires_at": "2030-01-01T00:00:00Z", "days_left": 9, "key": "old-key", "has_key": has_key}
    warnings = {} if has_key else {"participant list": "The participant list does not contain the key old-key."}
    with answer_ready(load(space / "firma/datenkontor.toml", {}).management.port, listed, warnings):
        found = [check for check in cli("doctor", "--json", *SETTINGS).json["checks"] if check["name"] == "key"]
        (work,) = [check for check in cli("doctor", "--json", *SETTINGS).json["checks"] if check["name"] == "work"]
    assert [check["ok"] for check in found] == [True, ok]
    assert ("old-key" in found[1]["sentence"], "restart" in found[1]["advice"]) == (True, True)
    assert work["ok"] is has_key


def test_a_process_that_signs_with_the_key_of_its_file_is_well(cli: Cli, space: Path) -> None:
    settings = load(space / "firma/datenkontor.toml", {})
    kid = cards.load_key(settings.identity.key).kid
    listed = {"version": 1, "expires_at": "2030-01-01T00:00:00Z", "days_left": 9, "key": kid}
    with answer_ready(settings.management.port, listed, {}):
        found = cli("doctor", "--json", *SETTINGS).json["checks"]
    assert [check["ok"] for check in found if check["name"] in {"key", "work"}] == [True, True]


def test_a_self_description_that_the_broker_refused_is_a_warning(cli: Cli, space: Path) -> None:
    settings = load(space / "firma/datenkontor.toml", {})
    listed = {"version": 1, "expires_at": "2030-01-01T00:00:00Z", "days_left": 9}
    warnings = {"self-descriptions": "Self-descriptions that the broker does not have: urn:air (No title.)"}
    with answer_ready(settings.management.port, listed, warnings):
        checks = cli("doctor", "--json", *SETTINGS).json["checks"]
    (work,) = [check for check in checks if check["name"] == "work"]
    assert (work["ok"], "urn:air" in work["sentence"]) == (None, True)


def test_settings_that_cannot_be_read_end_the_examination(cli: Cli, tmp_path: Path) -> None:
    done = cli("doctor", "--settings", "missing.toml", "--json")
    assert (done.code, [check["name"] for check in done.json["checks"]]) == (1, ["settings"])


def test_a_certificate_that_peers_will_not_accept_is_found(cli: Cli, space: Path, tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path, "ca").issue("other.example")
    settings = space / "firma/datenkontor.toml"
    text = settings.read_text(encoding="utf-8").replace("#certificate =", f'certificate = "{certificate}"')
    settings.write_text(text.replace("#key =\n", f'key = "{key}"\n'), encoding="utf-8")
    check = checks(cli)["certificate"]
    assert (check["ok"], "is for other.example, not for 127.0.0.1" in check["sentence"]) == (False, True)


def test_a_peer_that_is_not_reachable_is_a_remark_and_no_failure(cli: Cli, space: Path) -> None:
    cli("init", "amt", "--broker", "broker/card.json")
    cli("roster", "add", "amt/card.json", "--settings", "broker/datenkontor.toml")
    cli("roster", "publish", "--settings", "broker/datenkontor.toml")
    found = checks(cli)
    assert found["peer urn:participant:amt"]["ok"] is None
    assert "cannot be reached" in found["peer urn:participant:amt"]["sentence"]
    asked = cli("doctor", "--peers", "amt", "--lang", "de", *SETTINGS).out
    assert "nicht erreichbar" in asked
    assert "peer " not in cli("doctor", "--peers", "none", *SETTINGS).out


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("damaged", "ist beschädigt: bitte mit `datenkontor restore`"),
        ("none", "ist keine Datenbank"),
        ("newer", "hat Schema 99"),
    ],
)
def test_a_store_that_the_start_would_refuse_is_named(cli: Cli, space: Path, broken: str, words: str) -> None:
    store = space / "firma/store.sqlite"
    migrate(store, steps("store"))
    assert checks(cli)["store"]["ok"] is True
    if broken == "damaged":
        damage_pages(store, every=3)
    elif broken == "none":
        store.write_text("quatsch")
    else:
        connection = sqlite3.connect(store)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    done = cli("doctor", "--lang", "de", "--peers", "none", *SETTINGS)
    (line,) = [line for line in done.out.splitlines() if "Datenbank:" in line]
    assert line.startswith("✗")
    assert words in line


def test_an_identity_key_with_a_pass_phrase_is_named_with_what_to_do(cli: Cli, space: Path) -> None:
    key = space / "firma/key.pem"
    signing = load_private(key)
    key.unlink()
    save_private(key, signing, password=b"secret")
    told = checks(cli)["key"]
    assert (told["ok"], "protected by a pass phrase" in told["sentence"], told["advice"]) == (False, True, "")


def test_a_missing_key_is_made_anew_for_the_same_participant(cli: Cli, space: Path) -> None:
    (space / "firma/key.pem").unlink()
    assert "datenkontor card --new-key" in checks(cli)["key"]["advice"]


def test_a_token_that_is_away_is_no_other_key_and_needs_no_new_one(cli: Cli, space: Path) -> None:
    (space / "firma/key.pem").unlink()
    with (space / "firma/datenkontor.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[identity.hardware]\nmodule = "away.so"\ntoken = "city"\n')
    found = checks(cli)
    assert (found["key"]["ok"], "token" in found["key"]["advice"].lower()) == (False, True)
    assert "--new-key" not in found["key"]["advice"]
    assert (found["own entry"]["ok"], "another key" in found["own entry"]["sentence"]) == (None, False)


def test_a_certificate_that_ends_soon_is_a_remark(cli: Cli, space: Path, tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path, "ca").issue("127.0.0.1", days=4)
    settings = space / "firma/datenkontor.toml"
    text = settings.read_text(encoding="utf-8").replace("#certificate =", f'certificate = "{certificate}"')
    settings.write_text(text.replace("#key =\n", f'key = "{key}"\n'), encoding="utf-8")
    check = checks(cli)["certificate"]
    assert (check["ok"], "expires on" in check["sentence"]) == (None, True)


def test_a_place_for_received_data_that_is_none_is_named(cli: Cli, space: Path) -> None:
    assert checks(cli)["received files"]["ok"] is True
    received = load(space / "firma/datenkontor.toml", {}).received
    shutil.rmtree(received, ignore_errors=True)
    received.write_text("no folder")
    assert checks(cli)["received files"]["ok"] is False


def test_tokens_without_a_key_need_none(cli: Cli, space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATENKONTOR_MODE", "development")
    monkeypatch.setenv("DATENKONTOR_IDENTITY__MECHANISM", "mock-token")
    (space / "firma/key.pem").unlink()
    assert checks(cli)["key"]["ok"] is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATENKONTOR_NET__HOSTS", '["foo"]'),
        ("DATENKONTOR_NET__NETWORKS", '["x"]'),
        ("DATENKONTOR_NET__PROXIES", '["x"]'),
        ("DATENKONTOR_IDENTITY__MECHANISM", "magic"),
        ("DATENKONTOR_LIMITS__PAGE", "600"),
    ],
)
def test_what_the_start_refuses_the_doctor_refuses_with_the_same_sentence(
    cli: Cli, space: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    found = checks(cli)["settings"]
    with pytest.raises(SettingsError) as refused:
        serve(load(space / "firma/datenkontor.toml"))
    assert (found["ok"], found["sentence"]) == (False, str(refused.value))


def test_a_connector_that_nobody_can_use_is_remarked(cli: Cli, space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATENKONTOR_MANAGEMENT__KEYS", "[]")
    said = [check["sentence"] for check in cli("doctor", "--json", *SETTINGS).json["checks"] if check["ok"] is None]
    assert any("management.keys" in sentence for sentence in said)


def test_an_expired_list_is_named_with_the_time_of_the_zone(cli: Cli, space: Path) -> None:
    home = space / "broker"
    (home / "roster.jws").unlink()
    began = datetime.now(UTC) - timedelta(days=2)
    key = cards.load_key(home / "key.pem")
    document = roster.publish(home / "members.json", home / "roster.jws", key, now=began, valid_for=timedelta(days=1))
    found = checks(cli)["participant list"]
    until = f"{document.expires.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%d %H:%M:%S}"
    assert (found["ok"], until in found["sentence"]) == (False, True)


@pytest.mark.parametrize("mechanism", ["mock-token", "static-token"])
def test_the_participants_of_a_mechanism_for_tests_are_asked_as_peers(cli: Cli, tmp_path: Path, mechanism: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    listed: dict[str, object] = {
        "participants": [{"id": "urn:test:edc", "name": "EDC", "address": f"http://127.0.0.1:{port}/dsp"}]
    }
    if mechanism == "static-token":
        listed |= {"own": "a", "tokens": {}}
    (tmp_path / "participants.json").write_text(json.dumps(listed), encoding="utf-8")
    file = tmp_path / "mock.toml"
    file.write_text(
        f"""mode = "development"
[participant]
id = "urn:test:city"
name = "City"
[protocol]
public_url = "http://localhost:7080"
[identity]
mechanism = "{mechanism}"
tokens = "participants.json"
[net]
hosts = ["127.0.0.1:*"]
plain_http = ["127.0.0.1:*"]
""",
        encoding="utf-8",
    )
    for part in ("edc", "EDC"):
        found = cli("doctor", "--peers", part, "--json", "--settings", str(file)).json["checks"]
    (peer,) = [check for check in found if check["name"].startswith("peer")]
    assert (peer["name"], "cannot be reached" in peer["sentence"]) == ("peer urn:test:edc", True)
