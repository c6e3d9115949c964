"""Real brokers as processes: mosquitto (MQTT 5) and nats-server (JetStream). Absent programs fail the tests."""

import asyncio
import json
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiomqtt
import nats
from nats.aio.client import Client

from connector.dataplane.address.secrets import refuse_secret

USER, PASSWORD = "stadt", "kanarie-4711"
TOPIC = "city/air"


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


class BrokerProcess(ABC):
    """A broker in a folder; it can be killed and started again, and keeps what it has."""

    program = ""
    scheme = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = find_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @abstractmethod
    def list_words(self) -> Sequence[str]:
        """Return what follows the program on its command line."""

    def _launch(self) -> None:
        program = shutil.which(self.program, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/bin")
        assert program, f"{self.program} is not installed: apt-get install mosquitto nats-server"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([program, *self.list_words()], stdout=log, stderr=log)

    async def start(self) -> None:
        self._launch()
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                await asyncio.sleep(0.02)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        """End the broker; mosquitto writes its sessions only now."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


class Mosquitto(BrokerProcess):
    """Listens for one account; `queue` is how many messages it keeps for a session that is away."""

    program, scheme = "mosquitto", "mqtt"

    def __init__(self, folder: Path, queue: int = 100_000) -> None:
        super().__init__(folder)
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(folder / "users"), USER, PASSWORD], check=True)
        (folder / "conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {folder / 'users'}\n"
            f"persistence true\npersistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\n"
            f"max_queued_messages {queue}\nuser root\nlog_type all\n"
        )

    def list_words(self) -> Sequence[str]:
        return ["-c", str(self.folder / "conf")]

    def count_subscriptions(self) -> int:
        """Return how often a connector has subscribed until now."""
        return (self.folder / "log").read_text().count("Sending SUBACK to datenkontor-")

    def make_address(self, **more: Any) -> dict[str, Any]:
        return {"kind": "mqtt", "url": self.url, "topic": TOPIC, "secret": "broker", **more}

    async def publish(self, *messages: bytes, qos: int = 1) -> None:
        async with aiomqtt.Client("127.0.0.1", self.port, username=USER, password=PASSWORD) as client:
            for message in messages:
                await client.publish(TOPIC, message, qos=qos)


class NatsServer(BrokerProcess):
    """Listens for one account, with one stream `AIR` of one subject."""

    program, scheme = "nats-server", "nats"

    def list_words(self) -> Sequence[str]:
        words = ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder / "js")]
        return [*words, "--user", USER, "--pass", PASSWORD]

    def make_address(self, **more: Any) -> dict[str, Any]:
        return {
            "kind": "nats",
            "url": self.url,
            "stream": "AIR",
            "subject": TOPIC.replace("/", "."),
            "secret": "broker",
            **more,
        }

    async def connect(self) -> Client:
        return await nats.connect(self.url, user=USER, password=PASSWORD, allow_reconnect=False)

    async def start(self) -> None:
        await super().start()
        client = await self.connect()
        await client.jetstream().add_stream(name="AIR", subjects=[TOPIC.replace("/", ".")])
        await client.close()

    async def publish(self, *messages: bytes, qos: int = 1) -> None:
        client = await self.connect()
        stream = client.jetstream()
        for message in messages:
            await stream.publish(TOPIC.replace("/", "."), message)
        await client.close()


AnyBroker = Mosquitto | NatsServer
BROKERS: dict[str, type[AnyBroker]] = {"mqtt": Mosquitto, "nats": NatsServer}


ACCOUNT = json.dumps({"user": USER, "password": PASSWORD})


def read_account(name: str, server: str) -> str:
    """Return the account by its name, as the settings list it."""
    if name != "broker":
        refuse_secret(name, server)
    return ACCOUNT
