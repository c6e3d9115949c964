"""Claims of a place: one process at a time, and none after a process that was killed."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from connector.client.frame.claim import claim
from connector.client.frame.errors import InUse

HOLDER = """
import sys, time
from pathlib import Path
from connector.client.frame.claim import claim
with claim(Path(sys.argv[1]), "air.csv", "air.csv"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_place_is_claimed_once_and_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with claim(tmp_path, "a", "a"):
            with pytest.raises(InUse, match="Another process is writing a: try again"), claim(tmp_path, "a", "a"):
                pass
            with claim(tmp_path, "b", "b"), claim(tmp_path / "other", "a", "a"):
                pass
    assert list(tmp_path.iterdir()) == []


def test_the_claim_of_a_killed_process_hinders_nobody(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InUse), claim(tmp_path, "air.csv", "air.csv"):
            pass
        holder.kill()
        holder.wait()
    assert len(list(tmp_path.iterdir())) == 1
    with claim(tmp_path, "air.csv", "air.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_only_one_of_many_holds_a_place_at_any_time(tmp_path: Path) -> None:
    inside, most, made = 0, 0, 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal inside, most, made
        for _ in range(200):
            try:
                with claim(tmp_path, "a", "a"):
                    with counting:
                        inside += 1
                        most = max(most, inside)
                        made += 1
                    with counting:
                        inside -= 1
            except InUse:
                pass

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, made > 0, list(tmp_path.iterdir())) == (1, True, [])


def test_a_folder_that_was_created_for_a_claim_stays_only_with_content(tmp_path: Path) -> None:
    with claim(tmp_path / "x" / "y", "a", "a"):
        pass
    assert list(tmp_path.iterdir()) == []
    with claim(tmp_path / "x" / "y", "a", "a"):
        (tmp_path / "x" / "file").write_text("")
    assert [entry.name for entry in (tmp_path / "x").iterdir()] == ["file"]
