"""`version`: the versions of the product and of the protocol."""

from connector.cli.main import WORDS
from tests.cli.conftest import Cli


def test_the_version_is_said(cli: Cli) -> None:
    assert cli("version", "--json").json["dataspace-protocol"] == "2025-1"
    assert set(WORDS) >= {"version"}
