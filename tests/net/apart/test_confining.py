"""What a process gives up before it works on foreign input."""

import subprocess
import sys

import pytest

_BEGIN = "from connector.net.apart.confining import give_up_rights\ngive_up_rights(64 * 1024 * 1024, cpu_s=60)\n"


@pytest.mark.parametrize(
    "work",
    [
        "bytes(256 * 1024 * 1024)",
        pytest.param(
            "import socket; socket.socket()",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="a filter of Linux"),
        ),
    ],
)
def test_memory_beyond_the_bound_and_sockets_are_refused(work: str) -> None:
    run = subprocess.run([sys.executable, "-c", _BEGIN + work], capture_output=True, check=False, timeout=60)
    assert run.returncode == 1
    assert b"MemoryError" in run.stderr or b"PermissionError" in run.stderr


def test_other_work_goes_on() -> None:
    run = subprocess.run([sys.executable, "-c", _BEGIN + "print(6 * 7)"], capture_output=True, check=False, timeout=60)
    assert run.stdout.strip() == b"42"
