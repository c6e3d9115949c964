"""Finding and getting from the command line, against a management API at the edge of HTTP."""

from pathlib import Path

import pytest

from connector.protocol import dcat
from tests.cli.conftest import Cli
from tests.cli.management import CONTENT, DIGEST, RESULTS, Management, agreement, negotiation


def test_a_hit_is_got_by_its_number_with_agreement_and_digest(cli: Cli, provider: Management, tmp_path: Path) -> None:
    found = cli("search", "stadt", "luft")
    assert "1   Luftqualität" in found.out
    assert provider.asked[-1].query["q"] == ["stadt luft"]
    done = cli("get", 1, "-o", "got.csv", "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "got.csv").read_bytes() == CONTENT
    assert done.json["files"][0]["sha256"] == DIGEST
    assert (done.json["agreement"], done.json["transfer"]) == ("urn:a", "urn:t")
    assert provider.bodies("POST", "/v1/negotiations") == [{"participant": "urn:city", "dataset": "air"}]


def test_the_way_is_told_beside_the_result(cli: Cli, provider: Management) -> None:
    done = cli("get", "urn:city", "air", "-o", "got.csv", "--lang", "de")
    assert "verhandelt" in done.err
    assert DIGEST in done.out
    assert done.out.count("\n") == 1


def test_words_that_find_one_offer_are_enough(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/search", {"items": RESULTS[:1], "total": 1})
    assert cli("get", "luft", "stadt").code == 0
    assert (tmp_path / "air.csv").read_bytes() == CONTENT


def test_words_that_find_several_offers_show_their_numbers(cli: Cli, provider: Management) -> None:
    done = cli("get", "stadt")
    assert (done.code, "2   Baustellen" in done.out) == (2, True)
    assert cli("get", 2, "-o", "roads.json").code == 0
    assert provider.bodies("POST", "/v1/negotiations") == [{"participant": "urn:city", "dataset": "roads"}]


def test_what_nobody_offers_is_not_found(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/search", {"items": [], "total": 0})
    assert cli("get", "gold").code == 3
    assert cli("get", 7).code == 3


def test_a_refusal_is_told_in_the_words_of_its_reason(cli: Cli, provider: Management, tmp_path: Path) -> None:
    refused = negotiation("TERMINATED", ended="The purpose has to be navigation.")
    provider.answer("GET", "/v1/negotiations/urn:n/wait", refused)
    done = cli("get", "urn:city", "air", "-o", "got.csv")
    assert done.code == 4
    assert "The purpose has to be navigation." in done.err
    assert not list(tmp_path.glob("got*"))


def test_a_decision_that_is_owed_is_waited_for_elsewhere(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("REQUESTED"))
    assert cli("get", "urn:city", "air", "--timeout", 0).code == 6


def test_a_repeated_get_uses_the_agreement_and_goes_on_with_the_part(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    (tmp_path / "got.csv.part").write_bytes(CONTENT[:5000])
    assert cli("get", "urn:city", "air", "-o", "got.csv").code == 0
    assert (tmp_path / "got.csv").read_bytes() == CONTENT
    assert provider.bodies("POST", "/v1/negotiations") == []


def stated(digest: str) -> dict[str, object]:
    return {"@id": "air", "distribution": [{dcat.CHECKSUM: dcat.make_checksum(digest)}]}


def test_a_file_that_has_not_changed_uses_nothing_and_one_that_has_is_replaced(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    (tmp_path / "got.csv").write_bytes(b"old")
    provider.answer("GET", "/v1/catalog/dataset", stated(DIGEST))
    done = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed")
    assert (done.code, (tmp_path / "got.csv").read_bytes()) == (0, CONTENT)
    before = len(provider.asked)
    again = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed", "--lang", "en")
    assert (again.code, again.out) == (0, "got.csv is unchanged: nothing was used.\n")
    assert [asked.path for asked in provider.asked[before:]] == ["/v1/catalog/dataset"]


@pytest.mark.parametrize("options", [("--if-changed",), ("--if-changed", "-o", "."), ("-o", "-", "--json")])
def test_options_that_contradict_each_other_ask_for_nothing(
    cli: Cli, provider: Management, options: tuple[str, ...]
) -> None:
    assert cli("get", "urn:city", "air", *options).code == 2
    assert provider.asked == []


def test_a_purpose_is_stated_in_the_request(cli: Cli, provider: Management, tmp_path: Path) -> None:
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--purpose", "dpv:Navigation").code == 0
    (asked,) = provider.bodies("POST", "/v1/negotiations")
    assert asked["purpose"] == "dpv:Navigation"


def test_a_folder_is_kept_up_to_date_with_what_changed(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", stated(DIGEST))
    first = cli("sync", "data", "--json")
    assert first.code == 0, first.err
    assert first.json["items"] == [{"dataset": "air", "outcome": "updated", "folder": "air"}]
    assert (tmp_path / "data" / "air" / "air.csv").read_bytes() == CONTENT
    started = len(provider.bodies("POST", "/v1/transfers"))
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "unchanged"
    assert len(provider.bodies("POST", "/v1/transfers")) == started
    provider.answer("GET", "/v1/catalog/dataset", stated("0" * 64))
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "updated"
    provider.refuse("GET", "/v1/catalog/dataset", 404, "no-dataset", "It is not offered.")
    failed = cli("sync", "data")
    assert (failed.code, "It is not offered." in failed.out) == (1, True)
