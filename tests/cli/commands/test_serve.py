"""`serve`: settings that cannot be read."""

from pathlib import Path

from tests.cli.conftest import Cli


def test_settings_that_cannot_be_read_end_the_start(cli: Cli, tmp_path: Path) -> None:
    missing = cli("serve", "--settings", "missing.toml")
    assert (missing.code, missing.out, missing.err.count("\n")) == (1, "", 1)
    (tmp_path / "odd.toml").write_text("participant = [")
    odd = cli("serve", "--settings", "odd.toml")
    assert (odd.code, "odd.toml" in odd.err) == (1, True)
