"""Policies in files: read, and refused if they are not JSON objects."""

from pathlib import Path

from tests.cli.conftest import Cli
from tests.cli.management import Management


def test_a_policy_that_is_no_object_is_refused(cli: Cli, management: Management, here: Path) -> None:
    for content in ("[]", "{", "[" * 100_000, "\xff"):
        (here / "bad.json").write_text(content, encoding="latin-1")
        done = cli("asset", "add", "--file", "air.csv", "--policy", here / "bad.json")
        assert (done.code, done.err.count("\n")) == (2, 1)
