"""`restore`: a folder from a backup, which replaces nothing."""

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_backup_is_restored_into_a_new_folder(cli: Cli) -> None:
    cli("init", "office", "--role", "broker")
    cli("backup", "office.tar", "--settings", "office/datenkontor.toml")
    restored = cli("restore", "office.tar", "new", "--lang", "de")
    assert (restored.code, "Wiederhergestellt in new" in restored.out) == (0, True)
    assert Path("new/key.pem").read_bytes() == Path("office/key.pem").read_bytes()
    assert cli("restore", "office.tar", "new").code == 1
