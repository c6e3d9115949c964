"""The third act: received files are compared with the offered ones, and readings with each other."""

import hashlib
import json
from pathlib import Path

import pytest

from connector.cli.demo.delivering import pull, pull_live, push
from connector.cli.demo.show import NotShown, Show
from tests.cli.management import CONTENT, DIGEST, Management, agreement, transfer


@pytest.fixture
def delivered(show: Show, management: Management, tmp_path: Path) -> Management:
    """A transfer that delivers the file of the first asset."""
    (tmp_path / "offered").mkdir()
    (tmp_path / "offered/air.csv").write_bytes(CONTENT)
    file = {"path": "air.csv", "size": len(CONTENT), "sha256": DIGEST}
    management.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    management.answer("POST", "/v1/transfers", transfer(None), status=202)
    management.answer("GET", "/v1/transfers/urn:t/wait", transfer("COMPLETED"))
    management.answer("GET", "/v1/transfers/urn:t/files", {"items": [file], "next": None})
    management.answer("GET", "/v1/transfers/urn:t/content", CONTENT)
    return management


def test_a_push_and_a_pull_deliver_the_offered_files(show: Show, delivered: Management) -> None:
    assert push(show) == f"The department sends air.csv to the company: 11 kB, SHA-256 equal ({DIGEST[:16]}…)."
    assert pull(show) == "The company fetches 1 file: its SHA-256 is equal."
    assert [body.get("push", False) for body in delivered.bodies("POST", "/v1/transfers")] == [True, False]


def test_files_that_differ_fail(show: Show, delivered: Management, tmp_path: Path) -> None:
    (tmp_path / "offered/air.csv").write_bytes(b"other")
    with pytest.raises(NotShown, match="Received files: 1; they should equal the offered ones"):
        push(show)


def test_a_transfer_that_does_not_complete_fails_with_its_state(show: Show, delivered: Management) -> None:
    delivered.answer("GET", "/v1/transfers/urn:t/wait", transfer("TERMINATED"))
    with pytest.raises(NotShown, match="should be COMPLETED and is TERMINATED"):
        pull(show)


def test_two_pulls_of_a_live_source_have_to_differ(show: Show, delivered: Management) -> None:
    base = "/v1/transfers/urn:t"
    reading = json.dumps({"reading": 7}).encode()
    delivered.answer("GET", f"{base}/wait", transfer("STARTED", keep=True))
    delivered.answer("POST", f"{base}/pull", {"bytes_moved": len(reading)})
    file = {"path": "parking.json", "size": len(reading), "sha256": hashlib.sha256(reading).hexdigest()}
    delivered.answer("GET", f"{base}/files", {"items": [file], "next": None})
    delivered.answer("GET", f"{base}/content", reading)
    with pytest.raises(NotShown, match="Two pulls of the live source should differ and do not"):
        pull_live(show)
    delivered.answer("GET", f"{base}/wait", transfer("TERMINATED"))
    with pytest.raises(NotShown, match="should be STARTED and is TERMINATED"):
        pull_live(show)
