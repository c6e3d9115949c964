"""Words that stand for a participant, a dataset or a process; what stands for nothing is refused."""

from typing import Any

import pytest

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_matches, find_participant
from connector.cli.reference import list_commands
from connector.client import Connector
from tests.cli.conftest import Cli
from tests.cli.management import KEY, Management, agreement, asset


def test_a_participant_is_found_by_its_whole_name_before_a_part_of_it(management: Management) -> None:
    def member(id: str, name: str) -> dict[str, Any]:
        return {"id": id, "name": name, "address": None, "roles": [], "claims": {}}

    members = [member("urn:a", "Herne"), member("urn:b", "Stadtwerke Herne"), member("urn:c", "Stadtwerke Bochum")]
    management.answer("GET", "/v1/participants", {"items": members, "next": None})
    with Connector(management.url, KEY) as connector:
        assert find_participant(connector, "herne") == "urn:a"
        assert find_participant(connector, "bochum") == "urn:c"
        assert find_participant(connector, "urn:unlisted") == "urn:unlisted"
        with pytest.raises(
            Failure, match=r"stadtwerke is not unique .results: 2; urn:b, urn:c.: give the identifier"
        ) as several:
            find_participant(connector, "stadtwerke")
        with pytest.raises(Failure, match="Unknown participant essen") as unknown:
            find_participant(connector, "essen")
    assert (unknown.value.code, several.value.code) == (Code.NOT_FOUND, Code.NOT_FOUND)


FILTERS: dict[str, tuple[str, ...]] = {
    "agreement list --counterparty": ("/v1/agreements", "counterparty", "urn:city"),
    "agreement list --dataset": ("/v1/agreements", "dataset", "air"),
    "audit list --process": ("/v1/audit", "process", "urn:city"),
    "consent list --dataset": ("/v1/consents", "dataset", "air"),
    "hold list --peer": ("/v1/holds", "peer", "urn:city"),
    "negotiation list --dataset": ("/v1/negotiations", "dataset", "air"),
    "negotiation list --peer": ("/v1/negotiations", "peer", "urn:city"),
    "sync data --participant": ("/v1/agreements", "counterparty", "urn:city"),
    "transfer list --peer": ("/v1/transfers", "peer", "urn:city"),
}
"""Each filter: its listing, the name in the query, and the identifier of what is named in the tests."""


@pytest.fixture
def known(management: Management) -> Management:
    """A management API with one participant and one asset, and nothing about either yet."""
    city = {"id": "urn:city", "name": "Tiefbauamt Herne", "address": None, "roles": [], "claims": {}}
    management.answer("GET", "/v1/participants", {"items": [city], "next": None})
    management.answer("GET", "/v1/assets", {"items": [asset()], "next": None})
    for path, _, _ in FILTERS.values():
        management.answer("GET", path, {"items": [], "next": None})
    management.answer("GET", "/v1/agreements", {"items": [], "next": None})
    return management


@pytest.mark.parametrize("command", FILTERS)
@pytest.mark.parametrize("word", ["quatsch", "urn:participant:typing-error"])
def test_a_filter_by_something_unknown_is_refused(cli: Cli, known: Management, command: str, word: str) -> None:
    done = cli(*command.split(), word)
    assert (done.code, done.out, word in done.err) == (3, "", True)
    german = cli(*command.split(), word, "--lang", "de").err
    assert any(start in german for start in ("Unbekannte", "ist nichts verzeichnet"))


@pytest.mark.parametrize("command", FILTERS)
def test_a_filter_takes_an_identifier_a_name_or_a_part_of_it(cli: Cli, known: Management, command: str) -> None:
    path, name, identifier = FILTERS[command]
    words = ("Luftqualität", "qualität", "air") if identifier == "air" else ("tiefbauamt herne", "HERNE", "urn:city")
    for word in words:
        known.asked.clear()
        assert cli(*command.split(), word).code == 0
        (asked,) = [asked for asked in known.asked if asked.path == path][-1:]
        assert asked.query[name] == [identifier]


@pytest.mark.parametrize("command", FILTERS)
def test_a_filter_by_what_several_have_is_refused(cli: Cli, known: Management, command: str) -> None:
    names = [{"id": f"urn:{n}", "name": f"Amt {n}", "address": None, "roles": [], "claims": {}} for n in "ab"]
    known.answer("GET", "/v1/participants", {"items": names, "next": None})
    assets = [asset(id=f"urn:{n}", title={"de": f"Amt {n}"}) for n in "ab"]
    known.answer("GET", "/v1/assets", {"items": assets, "next": None})
    done = cli(*command.split(), "amt")
    assert (done.code, "urn:a, urn:" in done.err) == (3, True)


def test_a_participant_that_left_the_list_is_found_by_its_agreements(cli: Cli, known: Management) -> None:
    known.answer("GET", "/v1/agreements", {"items": [agreement(counterparty="urn:former")], "next": None})
    for command in ("transfer list --peer", "agreement list --counterparty"):
        assert cli(*command.split(), "urn:former").code == 0


def test_the_title_of_a_dataset_of_another_is_that_of_its_agreement(cli: Cli, known: Management) -> None:
    ours = agreement(dataset="urn:roads", title={"de": "Baustellen"})
    known.answers["GET", "/v1/agreements"] = [
        (200, {"items": [], "next": None}),
        (200, {"items": [ours], "next": None}),
    ]
    assert cli("agreement", "list", "--dataset", "baustelle").code == 0
    assert known.asked[-1].query["dataset"] == ["urn:roads"]


def test_every_filter_by_a_participant_a_dataset_or_a_process_is_in_the_tests_above() -> None:
    wanted = {"--counterparty", "--peer", "--participant", "--process", "--dataset"}
    elsewhere = {
        "agreement usage --counterparty",  # as `agreement list`
        "agreement usage --dataset",  # as `agreement list`
        "agreement uses --counterparty",  # as `agreement list` (test_agreement.py)
        "agreement uses --dataset",  # as `agreement list`
        "catalog --dataset",  # a dataset of a peer (test_catalog.py)
        "consent add --dataset",  # as `consent list`
        "consent withdraw --dataset",  # as `consent list`
        "need answer --dataset",  # the answer names it, it filters nothing
        "broker log --participant",  # sources are found by the broker (test_broker_sources.py)
        "broker marks --participant",  # as `broker log`
        "broker why --participant",  # as `broker log`
        "policy simulate --participant",  # asks no connector
        "policy decide --participant",  # as `get`: the connector knows also whoever is not listed
    }
    found = {
        f"{command} {name}"
        for command, declared in list_commands()
        for option in declared.params
        for name in set(option.opts) & wanted
    }
    assert found == {name.replace("sync data", "sync") for name in FILTERS} | elsewhere


def test_a_whole_name_goes_before_a_part() -> None:
    named = {"urn:1": ["Amt"], "urn:2": ["Tiefbauamt"], "amt": ["x"]}
    assert find_matches("amt", named) == ["amt"]
    assert find_matches("AMT", named) == ["urn:1", "amt"]
    assert find_matches("bau", named) == ["urn:2"]
    assert find_matches("urn:", named) == []
