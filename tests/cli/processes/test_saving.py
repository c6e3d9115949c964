"""The files of a transfer: saved, and never overwritten without confirmation."""

from pathlib import Path

from tests.cli.conftest import Cli
from tests.cli.management import CONTENT, Management


def test_another_file_is_overwritten_only_with_consent(cli: Cli, provider: Management, tmp_path: Path) -> None:
    (tmp_path / "got.csv").write_text("mine")
    done = cli("get", "urn:city", "air", "-o", "got.csv")
    assert (done.code, (tmp_path / "got.csv").read_text(), provider.asked) == (2, "mine", [])
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--yes").code == 0
    assert (tmp_path / "got.csv").read_bytes() == CONTENT
