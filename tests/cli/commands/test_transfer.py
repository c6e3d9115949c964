"""`transfer`: start, follow and end transfers, and save their files."""

from pathlib import Path
from typing import Any

import pytest

from connector.client.chapters.transfers import Delivery
from tests.cli.conftest import Cli
from tests.cli.management import CONTENT, DIGEST, Management, transfer


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
