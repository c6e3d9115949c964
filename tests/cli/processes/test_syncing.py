"""A run of `sync`: limited uses are kept, what has ended is left out, and a slow dataset keeps no other waiting."""

from pathlib import Path

import pytest

from connector.cli.processes import syncing
from connector.protocol import dcat
from tests.cli.conftest import Cli
from tests.cli.management import DIGEST, Management, agreement, transfer


def state(digest: str) -> dict[str, object]:
    return {"@id": "air", "distribution": [{dcat.CHECKSUM: dcat.make_checksum(digest)}]}


COUNTED = {"permission": [{"action": "use", "constraint": [{"leftOperand": "count", "rightOperand": 3}]}]}


@pytest.mark.parametrize("gone", [True, False])
def test_no_use_of_a_limited_number_is_spent_on_data_of_which_nobody_can_tell_that_it_has_changed(
    cli: Cli, provider: Management, tmp_path: Path, gone: bool
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement(policy=COUNTED)], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", {"distribution": [{}]})
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "updated", "the first delivery"
    if gone:
        provider.refuse("GET", "/v1/catalog/dataset", 404, "no-dataset", "It is not offered.")
    for _ in range(3):
        done = cli("sync", "data", "--json")
        (item,) = done.json["items"]
        assert (done.code, item["outcome"]) == (0, "unchanged")
        assert "Nobody can see whether it has changed" in item["reason"]
        assert "datenkontor get urn:city air" in item["reason"]
    (tmp_path / "data" / "air" / "air.csv").unlink()
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "restored"
    assert len(provider.bodies("POST", "/v1/transfers")) == 1
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "updated", "a change is known"


def test_limited_data_that_the_provider_refuses_to_show_is_refused_and_not_called_unstated(
    cli: Cli, provider: Management
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement(policy=COUNTED)], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    provider.refuse("GET", "/v1/catalog/dataset", 409, "refused", "This participant is excluded.")
    done = cli("sync", "data")
    assert (done.code, "This participant is excluded." in done.out, "neither" in done.err) == (4, True, False)
    assert len(provider.bodies("POST", "/v1/transfers")) == 1


@pytest.mark.parametrize("ended", ["used-up", "unusable", "expired", "withdrawn"])
def test_an_agreement_that_has_ended_is_left_out_of_a_folder_without_its_data(
    cli: Cli, provider: Management, tmp_path: Path, ended: str
) -> None:
    over = agreement(state=ended)
    provider.answer("GET", "/v1/agreements", {"items": [over, agreement(id="urn:b", dataset="b")], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    for _ in range(2):
        done = cli("sync", "data", "--json")
        assert (done.code, [item["dataset"] for item in done.json["items"]]) == (0, ["b"])
    assert len(provider.bodies("POST", "/v1/transfers")) == 1


def test_a_dataset_that_is_slow_is_waited_for_after_the_others(
    cli: Cli, provider: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "PATIENCE_S", 0.0)
    both = [agreement(), agreement(id="urn:b", dataset="b")]
    provider.answer("GET", "/v1/agreements", {"items": both, "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    provider.answer("GET", "/v1/transfers/urn:t/wait", transfer("STARTED"), transfer("COMPLETED"))
    done = cli("sync", "data", "--json")
    assert [(item["dataset"], item["outcome"]) for item in done.json["items"]] == [("air", "updated"), ("b", "updated")]
    looked = [asked.query["dataset"][0] for asked in provider.asked if asked.path == "/v1/catalog/dataset"]
    assert [*dict.fromkeys(looked)] == ["air", "b"]

    assert [item["outcome"] for item in cli("sync", "data", "--json").json["items"]] == ["unchanged", "unchanged"]


def test_a_refusal_names_the_way_to_ask_again_once(cli: Cli, provider: Management) -> None:
    spent = agreement(state="used-up")
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/agreements/urn:a", spent)
    provider.refuse("POST", "/v1/transfers", 409, "refused", "This needs a new agreement.")
    (item,) = cli("sync", "data", "--json").json["items"]
    assert item["reason"] == "This needs a new agreement. Ask again with: datenkontor get urn:city air --renew"
