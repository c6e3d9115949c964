"""Two processes never use one store, and a killed one leaves it free."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector.app.lock import lock_store
from connector.settings import SettingsError

HOLD = """
import sys
from pathlib import Path
from connector.app.lock import lock_store
lock_store(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_by_name_and_a_killed_one_leaves_the_store_free(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(SettingsError, match=f"PID {holder.pid}"):
            lock_store(path)
    finally:
        holder.kill()
        holder.communicate()
    os.close(lock_store(path))


def test_a_store_is_free_again_when_it_is_closed(tmp_path: Path) -> None:
    for _ in range(2):
        os.close(lock_store(tmp_path / "store.sqlite"))


def test_a_link_to_the_store_is_the_same_store(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").touch()
    (tmp_path / "other.sqlite").symlink_to(tmp_path / "store.sqlite")
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    held = lock_store(tmp_path / "store.sqlite")
    for path in (tmp_path / "other.sqlite", tmp_path / "folder/store.sqlite"):
        with pytest.raises(SettingsError, match=f"PID {os.getpid()}"):
            lock_store(path)
    os.close(held)
