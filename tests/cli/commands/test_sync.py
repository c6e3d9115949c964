"""`sync`: what it refuses; how a folder is kept up to date is in the tests of `get`."""

from pathlib import Path

from connector.cli.commands.sync import STATE
from tests.cli.conftest import Cli
from tests.cli.management import Management, agreement


def test_a_folder_whose_state_cannot_be_read_is_left_alone(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / STATE).write_text("{")
    done = cli("sync", "data")
    assert (done.code, "delete it" in done.err) == (1, True)
    assert provider.bodies("POST", "/v1/transfers") == []


def test_agreements_that_are_over_or_of_a_provider_are_left_out(cli: Cli, provider: Management) -> None:
    ended = [agreement(state="expired"), agreement(role="provider"), agreement(finalized_at=None, state="pending")]
    provider.answer("GET", "/v1/agreements", {"items": ended, "next": None})
    assert cli("sync", "data", "--json").json["items"] == []
