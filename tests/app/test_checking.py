"""What the start refuses beyond the form of a value, `doctor` refuses by the same checks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.app.checking import build_policy, check_settings, list_faults
from connector.language.catalogue import find_translated_sentence
from connector.settings import CredentialSettings, DataSettings, Settings, SettingsError, load
from connector.settings.model import ManagementSettings, ParticipantSettings, ProtocolSettings
from tests.app.conftest import listening
from tests.pair.space import Space
from tests.settings.least import LEAST, written

WRONG: dict[str, tuple[dict[str, dict[str, Any]], str]] = {
    "host": ({"net": {"hosts": ("foo",)}}, "^net.hosts in the settings: 'foo' is not of the form"),
    "plain host": ({"net": {"plain_http": ("a b:1",)}}, "^net.plain_http in the settings: "),
    "network": ({"net": {"networks": ("10.0.0.1/8",)}}, "^net.networks in the settings: '10.0.0.1/8' is no network"),
    "proxy": ({"net": {"proxies": ("x",)}}, "^net.proxies contains x"),
    "anchors": ({"net": {"ca": Path("/nowhere.pem")}}, "^net.ca, /nowhere.pem"),
    "mechanism": ({"identity": {"mechanism": "magic"}}, "^identity.mechanism is magic"),
    "no tokens": ({"identity": {"mechanism": "mock-token"}}, "^identity.tokens is missing"),
    "tokens": ({"identity": {"mechanism": "static-token", "tokens": Path("/nowhere.json")}}, "^identity.tokens, /now"),
    "kit": ({"identity": {"of_kit": True}}, "^identity.of_kit in the settings is for the conformance kit only"),
    "issuer": (
        {"issuer": {"credentials": (CredentialSettings(type="A"),)}},
        "^issuer.credentials needs identity.mechanism",
    ),
    "page": ({"limits": {"page": 600}}, "^limits.page is 600, above limits.page_most, which is 500"),
    "retry": ({"limits": {"retry_base_seconds": 301.0}}, "^limits.retry_base_seconds is 301.0, above"),
    "ports": ({"data": {"port": 7999}, "management": {"port": 7999}}, "^data.port and management.port are both 7999"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_keeps_the_process_from_its_start_is_told_with_its_setting(space: Space, name: str) -> None:
    changed, said = WRONG[name]
    plain = listening(space, "city")
    assert list(list_faults(plain, is_broker=False)) == []
    settings = replace(plain, **{section: replace(getattr(plain, section), **new) for section, new in changed.items()})
    with pytest.raises(SettingsError, match=said):
        check_settings(settings, is_broker=False)
    (fault,) = list_faults(settings, is_broker=False)
    german = find_translated_sentence("de", str(fault))
    assert german not in {None, str(fault)}


def test_everything_that_is_wrong_is_told_at_once(space: Space) -> None:
    plain = listening(space, "city")
    net, limits = replace(plain.net, hosts=("x",), proxies=("x",)), replace(plain.limits, page=501)
    assert len(list(list_faults(replace(plain, net=net, limits=limits), is_broker=False))) == 3


@pytest.mark.parametrize(
    ("hosts", "collide"),
    [
        (("127.0.0.1", "127.0.0.1"), True),
        (("localhost", "127.0.0.1"), True),
        (("0.0.0.0", "127.0.0.1"), True),
        (("127.0.0.1", "::"), True),
        (("127.0.0.1", "127.0.0.2"), False),
    ],
)
def test_listeners_share_a_port_only_on_different_addresses(
    space: Space, hosts: tuple[str, str], collide: bool
) -> None:
    plain = listening(space, "city")
    protocol, data = replace(plain.protocol, host=hosts[0], port=7999), replace(plain.data, host=hosts[1], port=7999)
    settings = replace(plain, protocol=protocol, data=data)
    assert bool(list(list_faults(settings, is_broker=False))) is collide
    assert not list(list_faults(settings, is_broker=True)), "a broker has no listener of data"
    broker = replace(plain.broker, host=hosts[1], port=7999)
    assert bool(list(list_faults(replace(settings, broker=broker), is_broker=True))) is collide


@given(st.integers(1, 65535), st.integers(1, 65535), st.integers(1, 65535))
def test_ports_that_differ_never_collide(one: int, other: int, third: int) -> None:
    settings = Settings(
        participant=ParticipantSettings(id="urn:me", name="Me"),
        protocol=ProtocolSettings(public_url="https://me.example", port=one),
        data=DataSettings(port=other),
        management=ManagementSettings(port=third),
    )
    told = [fault for fault in list_faults(settings, is_broker=False) if ".port" in str(fault)]
    assert bool(told) is (len({one, other, third}) < 3)


def test_a_folder_of_received_data_never_contains_what_is_offered(tmp_path: Path) -> None:
    for received, wrong in (("offered", True), (".", True), ("received", False), ("offered/in", False)):
        text = f'data_root = "offered"\nreceived = "{received}"\n{LEAST}'
        faults = list(list_faults(load(written(tmp_path, text), {}), is_broker=False))
        assert [str(fault)[:9] for fault in faults] == (["received,"] if wrong else []), received


def test_what_was_kept_of_the_list_in_use_and_is_damaged_is_told(space: Space) -> None:
    settings = listening(space, "city")
    kept = settings.store.path.with_suffix(".roster.json")
    kept.write_text("{")
    with pytest.raises(SettingsError, match=f"^{kept}, which keeps the version"):
        check_settings(settings, is_broker=False)


def test_a_secret_that_others_can_read_is_told_before_the_start(space: Space) -> None:
    settings = listening(space, "city")
    settings.store.path.with_suffix(".secret").touch(mode=0o644)
    settings.store.path.with_suffix(".secret").chmod(0o644)
    with pytest.raises(SettingsError, match="0600"):
        check_settings(settings, is_broker=False)


def test_the_policy_of_connections_contains_what_the_settings_allow(space: Space) -> None:
    plain = listening(space, "city")
    policy = build_policy(replace(plain, net=replace(plain.net, ports=(8443,), networks=("10.0.0.0/8",))))
    assert policy.ports == {8443}
    assert [str(network) for network in policy.networks] == ["10.0.0.0/8"]
