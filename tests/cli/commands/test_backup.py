"""`backup`: the folder in one file, which replaces nothing."""

from tests.cli.conftest import Cli


def test_a_folder_is_backed_up_into_a_new_file(cli: Cli) -> None:
    cli("init", "office", "--role", "broker")
    done = cli("backup", "office.tar", "--settings", "office/datenkontor.toml", "--json")
    assert (done.code, done.json["outside"]) == (0, [])
    assert "key.pem" in done.json["files"]
    again = cli("backup", "office.tar", "--settings", "office/datenkontor.toml")
    assert (again.code, "already exists" in again.err) == (1, True)
