"""The files of a folder: written as a whole, and never over existing ones unasked."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.authority import roster
from connector.authority.card import operator_keys
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.folder import refuse_to_overwrite, write_folder
from connector.cli.setup.plan import CARD, KEY, LIST, MEMBERS, OPERATOR, SETTINGS, Plan
from connector.net.addresses import check_url, net_policy
from connector.settings import load
from tests.authority.test_unfinished import Killed, cut_short


def plan(directory: Path, *, url: str = "http://127.0.0.1:7080", is_broker: bool = False) -> Plan:
    return Plan(
        directory=directory,
        id="urn:a",
        name="A",
        public_url=url,
        ports={"protocol": 7080, "data": 7081, "management": 7082, "broker": 7083, "web": 7084},
        is_broker=is_broker,
        broker=None,
        roster=None,
        data=None,
    )


def test_a_broker_has_a_signed_list_and_a_search_address(tmp_path: Path) -> None:
    write_folder(plan(tmp_path / "a", url="https://[2001:db8::1]", is_broker=True))
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert names == {SETTINGS, KEY, CARD, OPERATOR, LIST, MEMBERS, "received", "offered", ".members.json.lock"}
    assert "https://[2001:db8::1]:7083" in (tmp_path / "a" / CARD).read_text()
    assert load(tmp_path / "a" / SETTINGS, {}).zone == "Europe/Berlin"
    assert load(tmp_path / "a" / SETTINGS, {}).data.public_url == "https://[2001:db8::1]:7081"


@pytest.mark.parametrize("public", [True, False])
def test_a_broker_has_pages_and_everybody_reads_it_only_if_it_is_to_be_public(tmp_path: Path, public: bool) -> None:
    write_folder(replace(plan(tmp_path / "a", is_broker=True), public=public))
    settings = load(tmp_path / "a" / SETTINGS, {})
    assert (settings.web.port, settings.broker.open) == (7084, public)


def test_a_connector_at_an_ipv6_address_of_this_machine_may_reach_itself(tmp_path: Path) -> None:
    write_folder(plan(tmp_path / "a", url="http://[::1]:7080"))
    net = load(tmp_path / "a" / SETTINGS, {}).net
    policy = net_policy(ports=net.ports, networks=net.networks, hosts=net.hosts, plain_http=net.plain_http)
    assert check_url("http://[::1]:7081/x", policy).host == "::1"


def test_an_existing_folder_needs_force(tmp_path: Path) -> None:
    refuse_to_overwrite(tmp_path / "a", force=False)
    write_folder(plan(tmp_path / "a"))
    with pytest.raises(Failure, match=r"already contains datenkontor\.toml, key\.pem, card\.json") as refused:
        refuse_to_overwrite(tmp_path / "a", force=False)
    assert refused.value.code is Code.FAILED
    refuse_to_overwrite(tmp_path / "a", force=True)
    with pytest.raises(Failure, match="is a file: name a folder"):
        refuse_to_overwrite(tmp_path / "a" / KEY, force=True)


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="cannot be written"):
        write_folder(plan(tmp_path / "file/a"))


@pytest.mark.parametrize("by_document", [False, True], ids=["roster", "authority"])
def test_a_broker_whose_folder_is_cut_short_anywhere_is_made_by_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_document: bool
) -> None:
    ended: list[list[str]] = []
    for at in (400, *range(1, 400)):
        folder = tmp_path / str(at)
        made = replace(plan(folder, url="http://localhost:7080", is_broker=True), by_document=by_document)
        made = replace(made, id="did:web:localhost%3A7080") if by_document else made
        if cut_short(monkeypatch, at, Killed(), lambda made=made: write_folder(made)):  # type: ignore[misc]  # bound
            write_folder(made)
        elif ended:
            break
        settings = load(folder / SETTINGS, {})
        pinned = operator_keys(settings.identity.operator_key)
        listed = roster.verify(folder / LIST, pinned, now=datetime.now(UTC)).document
        assert [each.roles for each in listed.members] == [("broker",)]
        ended.append(sorted(str(each.relative_to(folder)) for each in folder.glob("**/*")))
        assert ended[-1] == ended[0], f"cut short at {at}"
    assert len(ended) > 8
