"""Reading the settings: one file, the environment before it, and every mistake named."""

import math
from pathlib import Path

import msgspec
import pytest

from connector.settings import Mode, SettingsError, load
from connector.settings.fields import bare_type, list_fields
from tests.settings.least import LEAST, written


def test_the_least_settings_have_safe_defaults(tmp_path: Path) -> None:
    found = load(written(tmp_path), {})
    assert (found.mode, found.management.host, found.data_root) == (Mode.PRODUCTION, "127.0.0.1", None)
    assert (found.net.ports, found.net.hosts, found.net.plain_http) == ((443,), (), ())


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = 'data_root = "open"\n' + LEAST + '[identity]\nroster = "list.jws"\n'
    found = load(written(tmp_path, text), {})
    assert found.data_root == tmp_path / "open"
    assert (found.store.path, found.identity.roster) == (tmp_path / "store.sqlite", str(tmp_path / "list.jws"))
    address = {"DATENKONTOR_IDENTITY__ROSTER": "https://city.example/list.jws"}
    assert load(written(tmp_path), address).identity.roster == "https://city.example/list.jws"


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    given = {
        "DATENKONTOR_MANAGEMENT__PORT": "9000",
        "DATENKONTOR_PARTICIPANT__NAME": "true",
        "DATENKONTOR_MODE": "development",
        "DATENKONTOR_NET__PORTS": "[443, 8443]",
        "DATENKONTOR_DATA_ROOT": "a",
        "DATENKONTOR_NET__CA": "ca.pem",
        "DATENKONTOR_DATA": "somebody else's",
    }
    found = load(written(tmp_path), given)
    assert (found.management.port, found.participant.name, found.mode) == (9000, "true", Mode.DEVELOPMENT)
    assert (found.data_root, found.net.ca) == (tmp_path / "a", tmp_path / "ca.pem")
    assert found.net.ports == (443, 8443)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[management]\nprot = 1\n", "Unknown setting management.prot in"),
        ("[managment]\nport = 1\n", "Unknown setting managment in"),
        (
            '[management]\nport = "80"\n',
            "management.port cannot be used: expected a whole number, got a text in quotes",
        ),
        ("[management]\nport = 70000\n", "management.port"),
        ('[management]\nkeys = [{id = "a", sha256 = "short"}]\n', "management.keys[0].sha256"),
        ('[management]\nkeys = [{id = "a", sha256 = "%s", scopes = ["root"]}]\n' % ("a" * 64), "management.keys"),
        ('[data]\npublic_url = "ftp://x"\n', "expected an address such as https://host:port"),
        ('[store]\nurl = "mysql://x/y"\n', "`postgresql://datenkontor@db.example:5432/office`; without a password)."),
        ('[data]\naccel = "stored/"\n', "data.accel cannot be used"),
        ('[net]\ncertificate = "a.pem"\n', "net.certificate and net.key belong together"),
        ('[identity]\nmechanism = "static-token"\n', "use `roster` in production"),
        ('[identity]\nmechanism = "mock-token"\n', "proves nothing: use `roster` in production"),
        ("[net]\nca = 3\n", "net.ca"),
        ("[[[", "is not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named_in_one_sentence(tmp_path: Path, more: str, told: str) -> None:
    file = written(tmp_path, LEAST + more)
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    sentence = str(caught.value)
    assert told in sentence
    assert str(file) in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("DATENKONTOR_MANAGEMENT__PROT", "1", "Unknown setting"),
        ("DATENKONTOR_MANAGEMENT__PORT", "eighty", "is not a TOML value"),
        ("DATENKONTOR_MANAGEMENT__PORT", "-1", "cannot be used: expected a number from 0 "),
        ("DATENKONTOR_MODE", "test", "use one of production, development"),
        ("DATENKONTOR_APROVE", '["open"]', "DATENKONTOR_APPROVE"),
        ("DATENKONTOR_RECIEVED_DAYS", "3", "DATENKONTOR_RECEIVED_DAYS"),
        ("DATENKONTOR_NET", "1", "DATENKONTOR_NET__NAME"),
        ("DATENKONTOR_NET_PORTS", "[443]", "DATENKONTOR_NET__PORTS"),
        ("DATENKONTOR_LIMITS__LEASE_SECONDS", "inf", "cannot be used: expected a number up to 315360000 "),
        ("DATENKONTOR_LIMITS__LEASE_SECONDS", "1e300", "cannot be used: expected a number up to 315360000 "),
        ("DATENKONTOR_LIMITS__REQUESTS_PER_SECOND", "inf", "cannot be used: expected a number up to"),
        ("DATENKONTOR_IDENTITY__REFRESH_SECONDS", "inf", "cannot be used: expected a number up to"),
        ("DATENKONTOR_IDENTITY__REFRESH_SECONDS", "nan", "cannot be used: expected a number above 0"),
        ("DATENKONTOR_IDENTITY__REFRESH_SECONDS", "0", "cannot be used: expected a number above 0"),
        ("DATENKONTOR_LOGGING__LEVEL", "trace", "use one of debug, info, warning, error"),
        ("DATENKONTOR_PARTICIPANT__EMAIL", "office", "expected an e-mail address such as office@example.org"),
        ("DATENKONTOR_PARTICIPANT__TELEPHONE", "office", "expected a telephone number such as"),
        ("DATENKONTOR_PARTICIPANT__WEB_PAGE", "office", "expected an address such as"),
        ("DATENKONTOR_PROTOCOL__PATH", "dsp", "expected a path such as /dsp/2025-1"),
        ("DATENKONTOR_PROTOCOL__PUBLIC_URL", "https://x.example/path", "expected an address without a path such as"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path, variable: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path), {variable: value})
    assert told in str(caught.value)
    assert variable in str(caught.value)


def test_what_other_programs_set_is_no_setting(tmp_path: Path) -> None:
    others = (
        "SERVICE_HOST",
        "SERVICE_PORT",
        "PORT",
        "PORT_7080_TCP",
        "PORT_7080_TCP_ADDR",
        "DATA",
        "KEY",
        "TRACE",
        "URL",
    )
    found = load(written(tmp_path), {f"DATENKONTOR_{name}": "somebody else's" for name in others})
    assert found == load(written(tmp_path), {})


def test_every_number_of_seconds_is_finite() -> None:
    for _, kind, *_ in list_fields():
        if bare_type(kind) is float:
            for value in (math.inf, -math.inf, math.nan, 1e300):
                with pytest.raises(msgspec.ValidationError):
                    msgspec.convert(value, kind)


@pytest.mark.parametrize("name", ["Europe/Karlsruhe", "../UTC", "/etc/localtime"])
def test_a_zone_that_does_not_exist_is_named(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, f'zone = "{name}"\n{LEAST}')
    with pytest.raises(SettingsError, match=rf"zone is '{name}', which is no zone: use an IANA name such as Europe"):
        load(file, {})
    assert load(file, {"DATENKONTOR_ZONE": "Europe/Vienna"}).zone == "Europe/Vienna"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"participant\.name is missing"):
        load(written(tmp_path, LEAST.replace('name = "Me"\n', "")), {})
    with pytest.raises(SettingsError, match="datenkontor init"):
        load(tmp_path / "none.toml", {})


def test_no_key_hash_is_ever_shown(tmp_path: Path) -> None:
    text = LEAST + f'[management]\nkeys = [{{id = "cli", sha256 = "{"ab" * 32}", scopes = ["admin"]}}]\n'
    assert "abab" not in repr(load(written(tmp_path, text), {}))
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text + f'[broker]\nx = "{"ab" * 32}"\n'), {})
    assert "abab" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "fine"),
    [
        ("[web]\nport = 7084\n", True),
        ('[web]\nport = 7084\nhost = "0.0.0.0"\npublic_url = "https://daten.example.org"\n', True),
        ('[web]\nport = 7084\npublic_url = "http://localhost:7084"\n', True),
        ('[web]\nhost = "0.0.0.0"\n', True),
        ('[web]\nport = 7084\nhost = "0.0.0.0"\n', False),
        ('[web]\nport = 7084\npublic_url = "http://daten.example.org"\n', False),
    ],
)
def test_no_password_crosses_a_network_over_plain_http(tmp_path: Path, more: str, fine: bool) -> None:
    if fine:
        load(written(tmp_path, LEAST + more), {})
    else:
        with pytest.raises(SettingsError, match=r"web\.public_url to the https address"):
            load(written(tmp_path, LEAST + more), {})
