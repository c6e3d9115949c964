"""nginx, run from a configuration of a test's own on a free port; never the system's service."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WAIT_S = 10.0


def installed() -> bool:
    """Tell whether there is an nginx to run."""
    return shutil.which("nginx") is not None


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@contextmanager
def running(folder: Path, http: str, port: int) -> Iterator[tuple[int, ...]]:
    """Run nginx with the contents of an `http` block that listens at `port`; yields its worker processes.

    Everything it writes goes below `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    user = "user root;" if os.geteuid() == 0 else ""
    places = "".join(
        f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}\n"
        f"events {{}}\nhttp {{ access_log {folder}/access.log;{places}\n{http}\n}}\n",
        encoding="utf-8",
    )
    server = subprocess.Popen(["nginx", "-e", f"{folder}/error.log", "-c", str(config)])
    try:
        yield _workers(server, port, folder)
    finally:
        server.terminate()
        server.wait(WAIT_S)


def _workers(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> tuple[int, ...]:
    """Wait until nginx listens and has workers; return them."""
    deadline = time.monotonic() + WAIT_S
    while True:
        assert server.poll() is None, (folder / "error.log").read_text("utf-8")
        assert time.monotonic() < deadline, "nginx does not listen"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            found = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
            if found:
                return tuple(map(int, found))
        time.sleep(0.01)
