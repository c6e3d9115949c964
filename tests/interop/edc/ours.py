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
mode = "development"
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
[identity]
mechanism = "mock-token"
tokens = "{folder}/participants.json"
[net]
hosts = ["localhost:*", "127.0.0.1:*"]
plain_http = ["localhost:*", "127.0.0.1:*"]
[logging]
format = "json"
"""


class Kontor:
    """The process; `public` is the address at which peers reach it, `peer` the address of the EDC."""

    def __init__(self, folder: Path, ports: int, peer: str, data: str, public: str | None = None) -> None:
        self.folder = folder
        self.port = ports
        self.public = public or f"http://localhost:{ports}"
        self.address = f"{self.public}/dsp/2025-1"
        (folder / "offered").mkdir(parents=True)
        (folder / "offered" / "roads.csv").write_bytes(b"street;cars\n" * 1000)
        listed = [
            {"id": ME, "name": "Kontor", "address": self.address},
            {"id": EDC_ID, "name": "EDC", "address": peer, "data": [data]},
        ]
        (folder / "participants.json").write_text(json.dumps({"participants": listed}), "utf-8")
        text = SETTINGS.format(
            folder=folder,
            me=ME,
            public=self.public,
            port=ports,
            data=ports + 1,
            management=ports + 2,
            key=hashlib.sha256(KEY.encode()).hexdigest(),
        )
        (folder / "settings.toml").write_text(text, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Connector(f"http://127.0.0.1:{ports + 2}", KEY)

    def start(self) -> None:
        """Start the process and wait until it is ready."""
        command = [sys.executable, "-c", _RUN, "serve", "--settings", str(self.folder / "settings.toml")]
        log = (self.folder / "log.txt").open("ab")
        process = self._process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        until(lambda: "ready:" in self.log() or process.poll() is not None, 60)
        assert process.poll() is None, self.log()

    def stop(self) -> None:
        """End the process."""
        self.client.close()
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)

    def log(self) -> str:
        """Return everything that it has logged."""
        return (self.folder / "log.txt").read_text("utf-8", "replace")
