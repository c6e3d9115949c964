"""Finding and getting from the command line, against a management API at the edge of HTTP."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.client.chapters.transfers import Delivery
from tests.cli.conftest import Cli
from tests.cli.management import KEY, Management, agreement, negotiation, served, transfer

CONTENT = b"time,value\n" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
HITS = [
    {"participant": "urn:city", "id": name, "title": {"de": title}, "publisher": "Stadt"}
    for name, title in (("air", "Luftqualität"), ("roads", "Baustellen"))
]


@pytest.fixture
def management(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Management]:
    with served(Management()) as running:
        monkeypatch.setenv("DATENKONTOR_URL", running.url)
        monkeypatch.setenv("DATENKONTOR_KEY", KEY)
        yield running


@pytest.fixture
def provider(management: Management) -> Management:
    """A provider who agrees and delivers."""
    base = "/v1/transfers/urn:t"
    management.answer("GET", "/v1/search", {"items": HITS, "total": 2})
    management.answer("GET", "/v1/agreements", {"items": [], "next": None})
    management.answer("GET", "/v1/negotiations", {"items": [], "next": None})
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    management.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("FINALIZED"))
    management.answer("POST", "/v1/transfers", transfer(None), status=202)
    delivered = Delivery(bytes_moved=len(CONTENT), size=len(CONTENT), sha256=DIGEST)
    management.answer("GET", f"{base}/wait", transfer("COMPLETED", delivered=delivered))
    file = {"path": "air.csv", "size": len(CONTENT), "sha256": DIGEST}
    management.answer("GET", f"{base}/files", {"items": [file], "next": None})
    management.answer("GET", f"{base}/content", CONTENT)
    return management


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
    provider.answer("GET", "/v1/search", {"items": HITS[:1], "total": 1})
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


def test_another_file_is_overwritten_only_with_consent(cli: Cli, provider: Management, tmp_path: Path) -> None:
    (tmp_path / "got.csv").write_text("mine")
    done = cli("get", "urn:city", "air", "-o", "got.csv")
    assert (done.code, (tmp_path / "got.csv").read_text(), provider.asked) == (2, "mine", [])
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--yes").code == 0
    assert (tmp_path / "got.csv").read_bytes() == CONTENT


def test_a_participant_is_known_by_its_name(cli: Cli, provider: Management) -> None:
    member = {"id": "urn:city", "name": "Tiefbauamt Herne", "address": None, "roles": ["participant"], "claims": {}}
    other = member | {"id": "urn:firm", "name": "Firma Herne"}
    provider.answer("GET", "/v1/participants", {"items": [member, other], "next": None})
    provider.answer("GET", "/v1/catalog", {"items": [_dataset()], "next": None})
    assert "Firma Herne" in cli("catalog").out
    shown = cli("catalog", "tiefbauamt", "--lang", "de")
    assert "Luftqualität" in shown.out
    assert "may use if purpose = navigation." in shown.out
    (asked,) = [asked for asked in provider.asked if asked.path == "/v1/catalog"]
    assert asked.query["participant"] == ["urn:city"]
    assert cli("catalog", "herne").code == 2
    assert cli("catalog", "bochum").code == 3


def test_a_dataset_is_shown_with_its_offers(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/catalog/dataset", _dataset())
    shown = cli("catalog", "urn:city", "--dataset", "air").out
    assert "HttpData-PULL, HttpData-PUSH" in shown
    assert "offer urn:o1" in shown
    assert cli("catalog", "urn:city", "--dataset", "air", "--json").json["@id"] == "air"


def test_a_transfer_is_begun_waited_for_and_saved(cli: Cli, provider: Management, tmp_path: Path) -> None:
    begun = cli("transfer", "start", "urn:a", "--push", "--json")
    assert (begun.code, begun.json["id"]) == (0, "urn:t")
    assert cli("transfer", "start", "urn:a", "--keep", "--into", "inbox/").code == 0
    assert cli("transfer", "wait", "urn:t", "-o", "in/").code == 0
    assert (tmp_path / "in/air.csv").read_bytes() == CONTENT
    pushed, kept = provider.bodies("POST", "/v1/transfers")
    assert pushed["push"] is True
    assert (kept["keep"], kept["sink"]) == (True, {"kind": "file", "path": "inbox/"})


def test_a_kept_transfer_is_pulled_again_until_it_is_suspended(cli: Cli, provider: Management, tmp_path: Path) -> None:
    base = "/v1/transfers/urn:t"
    provider.answer("POST", f"{base}/pull", Delivery(bytes_moved=len(CONTENT), sha256=DIGEST))
    assert cli("transfer", "pull", "urn:t", "-o", "now.csv").code == 0
    assert (tmp_path / "now.csv").read_bytes() == CONTENT
    provider.answer("POST", f"{base}/suspend", transfer("SUSPENDED"))
    assert cli("transfer", "suspend", "urn:t", "--reason", "Wartung").code == 0
    assert provider.bodies("POST", f"{base}/suspend") == [{"reason": "Wartung"}]
    provider.refuse("POST", f"{base}/pull", 409, "wrong-state", "The transfer is SUSPENDED: nothing can be pulled.")
    done = cli("transfer", "pull", "urn:t")
    assert (done.code, "SUSPENDED" in done.err) == (4, True)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (transfer("STARTED", keep=True, delivered=Delivery(bytes_moved=1, sha256=DIGEST)), 0),
        (transfer("TERMINATED"), 4),
        (transfer("STARTED"), 6),
    ],
)
def test_the_end_of_a_transfer_is_its_exit_code(cli: Cli, provider: Management, found: Any, code: int) -> None:
    provider.answer("GET", "/v1/transfers/urn:t/wait", found)
    assert cli("transfer", "wait", "urn:t", "--timeout", 0).code == code


def _dataset() -> dict[str, Any]:
    constraint = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "navigation"}
    return {
        "@id": "air",
        "@type": "Dataset",
        "dct:title": [{"@language": "de", "@value": "Luftqualität"}],
        "hasPolicy": [{"@id": "urn:o1", "permission": [{"action": "use", "constraint": [constraint]}]}],
        "distribution": [{"format": "HttpData-PUSH"}, {"format": "HttpData-PULL"}],
    }
