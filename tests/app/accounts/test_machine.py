"""What the page of the state says of the machine."""

import os
from pathlib import Path

from msgspec.structs import replace

from connector.app.accounts.machine import look_at_machine
from connector.app.backup import read_last_backup, write_backup
from connector.app.parts import read_clock
from connector.cli.main import main
from connector.settings import Settings, load
from tests.app.conftest import listening
from tests.net.test_tls import Authority
from tests.pair.space import Space


def _found(tmp_path: Path) -> tuple[Path, Settings]:
    assert main(["init", str(tmp_path / "office"), "--role", "broker"]) == 0
    file = tmp_path / "office/datenkontor.toml"
    return file, load(file)


def test_key_disk_and_backup_of_a_folder_are_found(tmp_path: Path) -> None:
    file, settings = _found(tmp_path)
    before = look_at_machine(settings, read_clock, read_last_backup)
    assert (before.certificate, before.backup_at, before.former_keys) == (None, None, 0)
    assert before.key_since is not None
    assert before.key_since <= read_clock()
    assert not before.clock_behind
    (disk,) = before.disks
    assert 0 < disk.free <= disk.whole
    write_backup(file, settings, tmp_path / "a.tar")
    assert look_at_machine(settings, read_clock, read_last_backup).backup_at is not None


def test_a_clock_behind_the_files_is_noticed(tmp_path: Path) -> None:
    _, settings = _found(tmp_path)
    ahead = read_clock() / 1000 + 3600
    os.utime(settings.identity.key, (ahead, ahead))
    assert look_at_machine(settings, read_clock, read_last_backup).clock_behind


def test_the_certificate_is_named_and_what_is_missing_is_left_out(space: Space, tmp_path: Path) -> None:
    settings = listening(space, "city")
    certificate, key = Authority(tmp_path, "city").issue("city.example")
    with_files = replace(settings, net=replace(settings.net, certificate=certificate, key=key))
    found = look_at_machine(with_files, read_clock, read_last_backup).certificate
    assert found is not None
    assert found.names == "city.example"
    settings.identity.key.unlink()
    assert look_at_machine(settings, read_clock, read_last_backup).key_since is None
