"""A topic of an MQTT 5 broker, as a sink: `{"kind": "mqtt", "url": "mqtts://…", "topic": "city/air", "secret": "…"}`.

Each message of a stream is published with acknowledgement (QoS 1): it is stored when the broker has answered. A
delivery of bytes is one message of at most `largest` bytes, published when it is complete and checked; a member of a
folder has its path behind the topic. After a break, a message can come twice. `retain` lets the broker keep the newest
one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.secrets import SecretName
from connector.dataplane.backends.messages import collect_message, name_below, require_brokers
from connector.dataplane.wire.checked import WholeSink
from connector.net.own.brokers import Brokers, check_broker_url, explain_broken
from connector.ports.flow import Arrival, Cause, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PATIENCE_S = 15.0
_AT_ONCE = 100


class MqttSinkAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The broker, and the topic that is published to."""

    kind: Literal["mqtt"]
    url: Annotated[str, msgspec.Meta(max_length=300)]
    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    secret: SecretName | Literal[""] = ""
    largest: Annotated[int, msgspec.Meta(ge=1, le=16 * 1024 * 1024)] = 1024 * 1024
    retain: bool = False
    member: Annotated[str, msgspec.Meta(max_length=400)] = ""
    overwrite: bool = False
    follow: bool = False


class MqttSink(WholeSink):
    """Publishes at brokers of the operator. `brokers` finds those that may be used."""

    def __init__(self, brokers: Brokers | None) -> None:
        self._brokers = brokers

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no broker, or not exactly one topic."""
        _read(address)
        require_brokers(self._brokers)

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no broker, or not exactly one topic."""
        self.check(address)

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Publish the bytes as one message, when they are complete and checked."""
        read = _read(address)
        topic = read.topic + name_below(read.member, "/")
        body, receipt = await collect_message(arrival, chunks, read.largest, f"{read.url}/{topic}")
        async with self._connect(read) as client:
            await _publish(client, topic, [body], retain=read.retain)
        return receipt

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Publish the messages of a batch in their order, and wait until the broker has acknowledged each."""
        read = _read(address)
        bodies = [one.data for one in batch.messages if not one.event]
        if bodies:
            async with self._connect(read) as client:
                await _publish(client, read.topic, bodies, retain=read.retain)

    @asynccontextmanager
    async def _connect(self, read: MqttSinkAddress) -> AsyncIterator[Any]:
        try:
            import aiomqtt
        except ImportError:
            raise SourceError(
                "The client for mqtt is not installed: install Datenkontor with the extra `streams`."
            ) from None
        place = await require_brokers(self._brokers).find(read.url, _PORTS, read.secret)
        client = aiomqtt.Client(
            place.host,
            place.port,
            username=place.account.user or None,
            password=place.account.password or None,
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=_PATIENCE_S,
            tls_context=place.tls,
            max_queued_outgoing_messages=0,
        )
        client.pending_calls_threshold = 2 * _AT_ONCE
        try:
            async with client:
                yield client
        except aiomqtt.MqttCodeError as error:
            code = getattr(error.rc, "value", error.rc)
            raise SourceError(
                f"The broker refuses to take the message (code {code}): check the account and the topic.",
                Cause.NOT_ALLOWED if code in {0x86, 0x87, 4, 5} else Cause.UNAVAILABLE,
            ) from None
        except (aiomqtt.MqttError, OSError, TimeoutError) as error:
            raise SourceError(f"The broker cannot be reached: {explain_broken(error)}.", Cause.UNAVAILABLE) from None


async def _publish(client: Any, topic: str, bodies: list[bytes], *, retain: bool) -> None:
    """Publish messages, a bounded number on the way at a time; MQTT keeps the order of one connection."""
    for begin in range(0, len(bodies), _AT_ONCE):
        some = bodies[begin : begin + _AT_ONCE]
        await asyncio.gather(*(client.publish(topic, body, qos=1, retain=retain, timeout=_PATIENCE_S) for body in some))


def _read(address: dict[str, Any]) -> MqttSinkAddress:
    read = read_members(address, MqttSinkAddress, "mqtt")
    check_broker_url(read.url, _PORTS)
    if {"+", "#"} & {*read.topic} or read.topic.startswith("$") or not read.topic.isprintable():
        raise SourceError("The `topic` has a wildcard or begins with $: name the one topic that is published to.")
    if read.member:
        name_below(read.member, "/")
    return read
