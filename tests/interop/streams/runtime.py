"""Real brokers as processes: mosquitto (MQTT 5), nats-server (JetStream), Kafka (KRaft).

Absent programs fail the tests.
"""

import asyncio
import atexit
import json
import secrets
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
from aiokafka import AIOKafkaProducer, TopicPartition  # type: ignore[import-untyped]  # it has no types
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from nats.aio.client import Client

from connector.dataplane.address.secrets import refuse_secret

KAFKA = Path(__file__).resolve().parents[3] / "build" / "streams" / "kafka"
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

    def release(self) -> None:
        """End what a test used."""
        self.kill()


class Mosquitto(BrokerProcess):
    """Listens for one account; `queue` is how many messages it keeps for a session that is away.

    With `saves` it writes all that it keeps to its disk at each change, so that a test can kill it at any moment. The
    cost of that grows with what it keeps: who measures goes without.
    """

    program, scheme = "mosquitto", "mqtt"

    def __init__(self, folder: Path, queue: int = 100_000, *, saves: bool = True) -> None:
        super().__init__(folder)
        saving = "autosave_interval 1\nautosave_on_changes true\n" if saves else "autosave_interval 1800\n"
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(folder / "users"), USER, PASSWORD], check=True)
        (folder / "conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {folder / 'users'}\n"
            f"persistence true\npersistence_location {folder}/\n{saving}"
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


class KafkaServer:
    """One Kafka (KRaft) for one account (SASL), which all tests share until one of them kills it; a topic for each."""

    scheme = "kafka"
    _shared: "tuple[Path, int] | None" = None
    _process: subprocess.Popen[bytes] | None = None

    def __init__(self, folder: Path) -> None:
        if KafkaServer._shared is None:
            KafkaServer._shared = folder, find_port()
            folder.mkdir(parents=True, exist_ok=True)
            _prepare_kafka(folder, KafkaServer._shared[1], find_port())
            atexit.register(KafkaServer.kill)
        self.folder, self.port = KafkaServer._shared
        self.topic = f"city.air.{secrets.token_hex(4)}"
        self.partitions = 1

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def make_address(self, **more: Any) -> dict[str, Any]:
        place = {"kind": "kafka", "url": self.url, "topic": self.topic, "secret": "broker"}
        return {**place, "mechanism": "PLAIN", **more}

    async def start(self) -> None:
        self._launch()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                admin = AIOKafkaAdminClient(**self._account())
                await admin.start()
            except KafkaError:
                await asyncio.sleep(0.5)
                continue
            found = await admin.list_topics()
            if self.topic not in found:
                await admin.create_topics([NewTopic(self.topic, self.partitions, 1)])
            await admin.close()
            return
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def _launch(self) -> None:
        if KafkaServer._process is None:
            with (self.folder / "log").open("ab") as log:
                KafkaServer._process = subprocess.Popen(
                    [*_java(), "kafka.Kafka", str(self.folder / "kraft.properties")], stdout=log, stderr=log
                )

    @classmethod
    def kill(cls) -> None:
        """End the server; it keeps what it has."""
        if cls._process is not None:
            cls._process.kill()
            cls._process.wait(30)
            cls._process = None

    def release(self) -> None:
        """Leave the server to other tests."""

    async def trim(self, before: int) -> None:
        """Delete the messages before an offset of the first partition."""
        admin = AIOKafkaAdminClient(**self._account())
        await admin.start()
        await admin.delete_records({TopicPartition(self.topic, 0): RecordsToDelete(before_offset=before)})
        await admin.close()

    async def grow(self, partitions: int) -> None:
        """Give the topic more partitions."""
        admin = AIOKafkaAdminClient(**self._account())
        await admin.start()
        await admin.create_partitions({self.topic: NewPartitions(partitions)})
        await admin.close()

    async def put(self, partition: int, *messages: bytes) -> None:
        """Publish in one partition."""
        producer = AIOKafkaProducer(**self._account())
        await producer.start()
        for message in messages:
            await producer.send_and_wait(self.topic, message, partition=partition)
        await producer.stop()

    async def publish(self, *messages: bytes, qos: int = 1) -> None:
        producer = AIOKafkaProducer(enable_idempotence=True, **self._account())
        await producer.start()
        for message in messages:
            await producer.send(self.topic, message)
        await producer.stop()

    def _account(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": f"127.0.0.1:{self.port}",
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": USER,
            "sasl_plain_password": PASSWORD,
        }


def _java() -> list[str]:
    return ["java", "-Xmx400m", "-cp", f"{KAFKA}/*"]


def _prepare_kafka(folder: Path, port: int, controller: int) -> None:
    """Fetch Kafka from the Maven registry once, and format its storage."""
    if not KAFKA.exists():
        pom = Path(__file__).parent / "pom.xml"
        words = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={KAFKA}"]
        subprocess.run(["mvn", "-q", "-f", str(pom), *words], check=True, timeout=900)
    account = f'username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}"'
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"SASL_PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "SASL_PLAINTEXT",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": f"{plain} required {account};",
        "log.dirs": str(folder / "data"),
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
    }
    text = "".join(f"{name}={value}\n" for name, value in properties.items())
    (folder / "kraft.properties").write_text(text, "ascii")
    words = [
        "kafka.tools.StorageTool",
        "format",
        "-c",
        str(folder / "kraft.properties"),
        "-t",
        "MkU3OEVBNTcwNTJENDM2Qg",
    ]
    subprocess.run([*_java(), *words], check=True, capture_output=True, timeout=120)


AnyBroker = Mosquitto | NatsServer | KafkaServer
BROKERS: dict[str, type[AnyBroker]] = {"kafka": KafkaServer, "mqtt": Mosquitto, "nats": NatsServer}


ACCOUNT = json.dumps({"user": USER, "password": PASSWORD})


def read_account(name: str, server: str) -> str:
    """Return the account by its name, as the settings list it."""
    if name != "broker":
        refuse_secret(name, server)
    return ACCOUNT
