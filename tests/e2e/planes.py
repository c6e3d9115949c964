"""A city whose data lies at data planes in processes of their own, and a firm that gets it."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from connector.views.assets import AssetOrder, DataClass
from connector.views.transfers import TransferView
from tests.e2e.live import TERMS, Live, free_base

LARGE = 64 * 1024 * 1024
KEY = "key-of-the-planes"
_TOML = """
mode = "development"
data_root = "offered"
received = "received"
[participant]
id = "{owner}"
name = "Stadt"
[protocol]
public_url = "http://127.0.0.1:1"
[data]
port = {data}
[signaling]
id = "urn:plane:{name}"
port = {signaling}
labels = ["{label}"]
[management]
keys = [{{ id = "operator", sha256 = "{sha256}", scopes = ["admin"] }}]
[net]
hosts = ["127.0.0.1:*"]
plain_http = ["127.0.0.1:*"]
"""


class PlanesLive(Live):
    """A city whose data lies at data planes of its own, and a firm that gets it."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.ports = free_base()
        self.content = b"".join(hashlib.shake_128(bytes([at])).digest(1024) * 1024 for at in range(LARGE >> 20))
        self.names: list[str] = []
        urls = json.dumps([f"http://127.0.0.1:{self.ports + at}" for at in range(10)])
        self.more = {
            "city": {"DATENKONTOR_SIGNALING__PORT": str(self.ports + 20), "DATENKONTOR_LIMITS__LEASE_SECONDS": "5"},
            "firm": {
                "DATENKONTOR_LIMITS__LOOK_SECONDS": "2",
                "DATENKONTOR_NET__DATA_ORIGINS": f'[{{ participant = "{self.city_id}", urls = {urls} }}]',
            },
        }

    def start(self, *words: str) -> None:
        for word in words:
            self.stage.start(word, self.more.get(word))
        for word in words:
            self.stage.await_ready(word)
            self.clients[word] = self.stage.actors[word].client()

    def found_plane(self, name: str, label: str = "large") -> None:
        """Create the folder of a data plane with the same data, start it and add it."""
        number, folder = len(self.names), self.stage.base / f"plane-{name}"
        self.names.append(name)
        (folder / "offered").mkdir(parents=True)
        (folder / "offered" / "large.bin").write_bytes(self.content)
        settings = _TOML.format(
            owner=self.city_id,
            name=name,
            data=self.ports + number,
            signaling=self.ports + 10 + number,
            label=label,
            sha256=hashlib.sha256(KEY.encode()).hexdigest(),
        )
        (folder / "datenkontor.toml").write_text(settings)
        self.run_plane(name)
        self.city.dataplanes.add(f"http://127.0.0.1:{self.ports + 10 + number}", KEY)

    def run_plane(self, name: str) -> None:
        word, folder = f"plane-{name}", self.stage.base / f"plane-{name}"
        with (folder / "log.txt").open("a") as log:
            self.stage.processes[word] = subprocess.Popen(
                [sys.executable, "-c", "from connector.cli.main import run; run()", "dataplane", "serve", "--settings",
                 str(folder / "datenkontor.toml")],
                stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ.copy(), start_new_session=True,
            )  # fmt: skip
        assert self.stage._is_ready(self.stage.processes[word]), (folder / "log.txt").read_text()

    def end_plane(self, name: str, number: int = signal.SIGKILL) -> None:
        process = self.stage.processes.pop(f"plane-{name}")
        process.send_signal(number)
        process.wait(20)

    def offer_at(self, label: str = "large") -> str:
        address = {"kind": "file", "path": "large.bin"}
        order = AssetOrder(
            title={"de": "Groß"},
            source={"kind": "plane", "labels": [label], "address": address},
            policy=TERMS,
            data_class=DataClass.OPEN,
            licence="cc-by/4.0",
        )
        return self.city.assets.publish(self.city.assets.add(order).id).id

    def flows(self) -> dict[str, int]:
        return {plane.id.rpartition(":")[2]: plane.flows for plane in self.city.dataplanes.list()}

    def check(self, transfer: TransferView, folder: Path) -> None:
        saved = self.firm.transfers.download(transfer.id, folder / "arrived.bin")
        assert saved.files[0].sha256 == hashlib.sha256(self.content).hexdigest()

    def close(self) -> None:
        for name in self.names:
            if f"plane-{name}" in self.stage.processes:
                self.end_plane(name, signal.SIGTERM)
        super().close()
