"""A connector of ours as a process beside an EDC: settings for development, mock tokens, and its client."""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

from connector.client import Connector
from tests.interop.edc.runtime import until

KEY = "interop"
ME, EDC_ID = "urn:interop:kontor", "urn:interop:edc"
_RUN = "from connector.cli.main import run; run()"
SETTINGS = """
mode = "{mode}"
data_root = "{folder}/offered"
received = "{folder}/received"
[participant]
id = "{me}"
name = "Kontor"
[protocol]
public_url = "{public}"
port = {port}
[data]
port = {data}
[management]
port = {management}
keys = [{{ id = "test", sha256 = "{key}", scopes = ["read", "write", "admin"] }}]
[store]
path = "{folder}/store.sqlite"
[logging]
format = "json"
"""
MOCK = """
[identity]
mechanism = "mock-token"
tokens = "{folder}/participants.json"
[net]
hosts = ["localhost:*", "127.0.0.1:*"]
plain_http = ["localhost:*", "127.0.0.1:*"]
"""


class Kontor:
    """The process; `public` is the address at which peers reach it.

    `mode` and `trust` are what a test chooses of its settings: the sections of identity and of the network.
    """

    def __init__(self, folder: Path, ports: int, id: str, trust: str, *, public: str, mode: str) -> None:
        self.folder = folder
        self.port = ports
        self.id = id
        self.public = public
        self.address = f"{public}/dsp/2025-1"
        (folder / "offered").mkdir(parents=True)
        (folder / "offered" / "roads.csv").write_bytes(b"street;cars\n" * 1000)
        text = SETTINGS.format(
            folder=folder,
            mode=mode,
            me=id,
            public=public,
            port=ports,
            data=ports + 1,
            management=ports + 2,
            key=hashlib.sha256(KEY.encode()).hexdigest(),
        )
        (folder / "settings.toml").write_text(text + trust, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Connector(f"http://127.0.0.1:{ports + 2}", KEY)

    def start(self) -> None:
        """Start the process and wait until it is ready."""
        command = [sys.executable, "-c", _RUN, "serve", "--settings", str(self.folder / "settings.toml")]
        seen = len(self.log()) if (self.folder / "log.txt").exists() else 0
        log = (self.folder / "log.txt").open("ab")
        process = self._process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        until(lambda: "ready:" in self.log()[seen:] or process.poll() is not None, 60)
        assert process.poll() is None, self.log()

    def stop(self) -> None:
        """End the process."""
        self.client.close()
        self.halt()

    def halt(self) -> None:
        """End the process, to start it again: what it keeps in memory is gone."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
            self._process = None

    def log(self) -> str:
        """Return everything that it has logged."""
        return (self.folder / "log.txt").read_text("utf-8", "replace")


def make_kontor(folder: Path, ports: int, peer: str, data: str, public: str | None = None) -> Kontor:
    """Return a connector with mock tokens, whose participants are itself and the EDC at `peer`."""
    made = Kontor(
        folder,
        ports,
        ME,
        MOCK.format(folder=folder),
        public=public or f"http://localhost:{ports}",
        mode="development",
    )
    listed = [
        {"id": ME, "name": "Kontor", "address": made.address},
        {"id": EDC_ID, "name": "EDC", "address": peer, "data": [data]},
    ]
    (folder / "participants.json").write_text(json.dumps({"participants": listed}), "utf-8")
    return made
