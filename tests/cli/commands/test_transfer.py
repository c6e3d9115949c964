"""`transfer`: start, follow and end transfers, and save their files."""

from pathlib import Path
from typing import Any

import pytest

from connector.language.catalogue import say
from connector.views.common import EndedView, PendingView
from connector.views.transfers import DeliveryView
from tests.cli.conftest import Cli
from tests.cli.management import CONTENT, DIGEST, Management, transfer

PENDING = PendingView(message="TransferTerminationMessage", attempts=3, refusals=0, in_doubt=True)


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
    provider.answer("POST", f"{base}/pull", DeliveryView(bytes_moved=len(CONTENT), sha256=DIGEST))
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
        (transfer("STARTED", keep=True, delivered=DeliveryView(bytes_moved=1, sha256=DIGEST)), 0),
        (transfer("TERMINATED"), 4),
        (transfer("STARTED"), 6),
    ],
)
def test_the_end_of_a_transfer_is_its_exit_code(cli: Cli, provider: Management, found: Any, code: int) -> None:
    provider.answer("GET", "/v1/transfers/urn:t/wait", found)
    assert cli("transfer", "wait", "urn:t", "--timeout", 0).code == code


def test_transfers_are_listed_in_pages_and_filtered(cli: Cli, management: Management) -> None:
    moving = DeliveryView(bytes_moved=2_500_000, size=5_000_000)
    pages = [
        {"items": [transfer("STARTED", id=name, delivered=moving)], "next": after}
        for name, after in (("urn:t1", "c1"), ("urn:t2", None))
    ]
    management.answer("GET", "/v1/transfers", pages[0])
    page = cli("transfer", "list", "--limit", 1, "--state", "STARTED", "--peer", "urn:city", "--agreement", "urn:a")
    assert ("2.5 MB" in page.out, "--after c1" in page.err) == (True, True)
    query = {"state": ["STARTED"], "peer": ["urn:city"], "agreement": ["urn:a"], "limit": ["1"]}
    assert management.asked[-1].query == query
    management.answer("GET", "/v1/transfers", *pages)
    every = cli("transfer", "list", "--limit", 1, "--all", "--json")
    assert [entry["id"] for entry in every.json["items"]] == ["urn:t1", "urn:t2"]
    assert cli("transfer", "list", "--state", "STOPPED").code == 2


def test_no_transfers_and_an_unknown_one(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/transfers", {"items": [], "next": None})
    empty = cli("transfer", "list", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")
    management.refuse("GET", "/v1/transfers/urn:none", 404, "unknown-process", "Unknown transfer urn:none.")
    done = cli("transfer", "show", "urn:none", "--json")
    assert (done.code, done.out, done.err) == (3, "", "datenkontor: Unknown transfer urn:none.\n")


def test_a_transfer_is_shown_with_its_progress_and_its_end(cli: Cli, management: Management) -> None:
    moved = DeliveryView(bytes_moved=1000, size=2000, error="The source closed the connection.")
    end = EndedView(code="policy", reason="?", by="urn:city", reasons={"de": "Die Frist ist vorbei."})
    management.answer("GET", "/v1/transfers/urn:t", transfer("TERMINATED", delivered=moved, ended=end, pending=PENDING))
    shown = cli("transfer", "show", "urn:t", "--lang", "de").out
    assert "1 kB von 2 kB" in shown
    assert "Die Frist ist vorbei. (policy, durch urn:city)" in shown
    assert "Abbruch der Lieferung, 3-mal versucht, Zustellung ungewiss" in shown
    assert cli("transfer", "show", "urn:t", "--json").json["progress"]["error"] == moved.error


@pytest.mark.parametrize(("verb", "state"), [("resume", "STARTED"), ("complete", "COMPLETED")])
def test_a_transfer_is_resumed_and_completed(cli: Cli, management: Management, verb: str, state: str) -> None:
    management.answer("POST", f"/v1/transfers/urn:t/{verb}", transfer(state))
    assert cli("transfer", verb, "urn:t", "--lang", "de").out == f"urn:t: {say('de', f'values.{state}')}.\n"
    assert cli("transfer", verb, "urn:t", "--json").json["state"] == state


def test_a_transfer_is_terminated_after_confirmation_with_a_pending_message(cli: Cli, management: Management) -> None:
    path = "/v1/transfers/urn:t/terminate"
    management.answer("POST", path, transfer("STARTED", pending=PENDING))
    management.answer("GET", "/v1/transfers/urn:t", transfer("STARTED"))
    asked = cli("transfer", "terminate", "urn:t", "--lang", "de")
    assert (asked.code, management.bodies("POST", path)) == (2, [])
    assert "urn:t wird dann endgültig abgebrochen. Zum Bestätigen --yes angeben." in asked.err
    done = cli("transfer", "terminate", "urn:t", "--reason", "Over", "--yes")
    assert done.out == "urn:t is STARTED (TransferTerminationMessage pending).\n"
    assert management.bodies("POST", path) == [{"reason": "Over"}]


def test_a_transfer_can_be_sent_to_a_backend_and_saved_in_one_command(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    done = cli("transfer", "start", "urn:a", "--post-to", "https://backend.example/in", "-o", "air.csv", "--json")
    assert (done.code, done.json["files"][0]["sha256"]) == (0, DIGEST)
    assert (tmp_path / "air.csv").read_bytes() == CONTENT
    assert provider.bodies("POST", "/v1/transfers")[0]["sink"] == {"kind": "http", "url": "https://backend.example/in"}


def test_a_wait_for_a_state_ends_with_success_in_that_state(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/transfers/urn:t/wait", transfer("SUSPENDED"))
    assert cli("transfer", "wait", "urn:t", "--state", "SUSPENDED", "--timeout", 0).code == 0
    assert management.asked[-1].query["state"] == ["SUSPENDED"]
    assert cli("transfer", "wait", "urn:t", "--timeout", 0).code == 6


def test_a_transfer_that_delivered_more_than_once_has_no_share_of_one_delivery(
    cli: Cli, management: Management
) -> None:
    moved = DeliveryView(bytes_moved=8_000_000, size=4_000_000)
    sink = {"kind": "file", "path": "x/", "overwrite": True}
    management.answer("GET", "/v1/transfers/urn:t", transfer("STARTED", delivered=moved, keep=True, sink=sink))
    shown = cli("transfer", "show", "urn:t", "--lang", "de").out
    assert (" 8 MB\n" in shown, "Datei path=x/\n" in shown) == (True, True)


def test_a_completed_transfer_has_moved_its_size_even_if_a_crash_lost_the_count(cli: Cli, provider: Management) -> None:
    told = DeliveryView(bytes_moved=10, size=2_000_000)
    provider.answer("GET", "/v1/transfers", {"items": [transfer("COMPLETED", delivered=told)]})
    assert "10 B" not in cli("transfer", "list").out
