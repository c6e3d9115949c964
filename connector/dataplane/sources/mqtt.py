"""A topic of an MQTT 5 broker, as a source of streams: `{"kind": "mqtt", "url": "mqtts://…", "topic": "city/air"}`.

The subscription is one with acknowledgement (QoS 1) in a session that the broker keeps, so that it holds what arrives
while this process is away. A message is acknowledged when it is stored. How many messages may be on the way without an
acknowledgement is told to the broker (Receive Maximum): a broker that has more to send waits.

After a break the broker sends again what was not acknowledged. What was stored already is known by its packet
identifier and content, in the order in which it was sent first: it is acknowledged and not stored twice.
"""

import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import aiomqtt
import msgspec
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from connector.dataplane.wire.arrivals import Arrivals
from connector.dataplane.wire.stream_limits import read_stream_limits
from connector.dataplane.wire.topics import STATED_TOPIC, TopicDialect
from connector.net.own.brokers import BrokerPlace, Brokers, check_broker_url, explain_broken
from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, ArrivedBatch, Lost

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_KEPT_S = 7 * 24 * 3600
_PATIENCE_S = 15.0
_KEEPALIVE_S = 30
_ON_THE_WAY = 256
_ON_THE_WAY_BYTES = 32 * 1024 * 1024

_Mark = list[tuple[int, bytes]]
_read_mark = msgspec.msgpack.Decoder(_Mark).decode


class MqttSource:
    """Subscribes at brokers of the operator. `brokers` finds those that may be used, `dialect` the topic."""

    def __init__(self, brokers: Brokers, dialect: TopicDialect = STATED_TOPIC) -> None:
        self._brokers = brokers
        self._dialect = dialect

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no broker, or not exactly one topic."""
        check_broker_url(address.get("url"), _PORTS)
        read_stream_limits(address)
        self._dialect.find(address)

    async def probe(self, address: dict[str, Any]) -> None:
        """Subscribe in a session that ends with the connection."""
        self.check(address)
        async with self._connect(address, "", keep_s=0, begin=True):
            pass

    @asynccontextmanager
    async def open(self, address: dict[str, Any], name: str, mark: bytes) -> AsyncIterator["MqttInlet"]:
        """Continue the session `name`, or begin it."""
        self.check(address)
        async with self._connect(address, name, keep_s=_KEPT_S, begin=False) as session:
            read, largest = partial(self._dialect.read, address), read_stream_limits(address).largest
            yield MqttInlet(session, _read_mark(mark) if mark else [], largest, read)

    async def forget(self, address: dict[str, Any], name: str) -> None:
        """End the session `name` at the broker."""
        async with self._connect(address, name, keep_s=0, begin=True):
            pass

    @asynccontextmanager
    async def _connect(
        self, address: dict[str, Any], name: str, *, keep_s: int, begin: bool
    ) -> AsyncIterator["_Session"]:
        """Connect and subscribe; `begin` drops an earlier session. Raises SourceError until it is subscribed."""
        place = await self._brokers.find(address["url"], _PORTS, address.get("secret", ""))
        session = _make_session(place, name, read_stream_limits(address).largest, keep_s=keep_s, begin=begin)
        try:
            await session.__aenter__()
            await _subscribe(session, self._dialect.find(address))
        except SourceError:
            await _leave(session)
            raise
        except aiomqtt.MqttCodeError as error:
            raise SourceError(_explain_refusal(error), Cause.UNAVAILABLE) from None
        except (aiomqtt.MqttError, OSError) as error:
            raise SourceError(f"The broker cannot be reached: {explain_broken(error)}.", Cause.UNAVAILABLE) from None
        try:
            yield session
        finally:
            await _leave(session)


async def _subscribe(session: "_Session", topic: str) -> None:
    codes = await session.subscribe(topic, qos=1)
    if any(getattr(code, "is_failure", code >= 0x80) for code in codes):
        raise SourceError("The broker refuses the topic: allow this account to subscribe to it.", Cause.NOT_ALLOWED)


async def _leave(session: "_Session") -> None:
    """Close a connection that may be broken."""
    with suppress(aiomqtt.MqttError, OSError):
        await session.__aexit__(None, None, None)


class MqttInlet:
    """The subscription of a session. `stored` are the packet identifiers and digests of the last stored messages."""

    def __init__(
        self, session: "_Session", stored: _Mark, largest: int, read: Callable[[bytes], Arrived] = Arrived
    ) -> None:
        self._session = session
        self._stored = deque(stored, maxlen=_ON_THE_WAY)
        self._again = deque(stored) if session.resumed else deque[tuple[int, bytes]]()
        self._largest = largest
        self._read_payload = read
        self._taken: list[tuple[int, int]] = []

    async def take(self) -> ArrivedBatch:
        """Wait for messages, and return those that are not stored yet."""
        while True:
            found = list[Arrived]()
            taken = await self._session.arrivals.take()
            for message in taken:
                if isinstance(message, int):
                    found.append(Arrived(lost=Lost.OVERFLOW, count=message))
                    continue
                if message.qos:
                    self._taken.append((message.mid, message.qos))
                if not self._is_stored(message):
                    found.append(self._read(message))
            if found:
                return ArrivedBatch(tuple(found), msgspec.msgpack.encode([*self._stored]))
            await self.acknowledge()

    async def acknowledge(self) -> None:
        """Acknowledge what was taken."""
        taken, self._taken = self._taken, []
        for mid, qos in taken:
            self._session.acknowledge(mid, qos)

    def _is_stored(self, message: MQTTMessage) -> bool:
        """Return whether a message is one that the broker sends again because it has no acknowledgement of it yet."""
        if not message.qos:
            return False
        seen = message.mid, _digest(message)
        if message.dup and seen in self._again:
            while self._again.popleft() != seen:
                pass
            return True
        self._again.clear()
        self._stored.append(seen)
        return False

    def _read(self, message: MQTTMessage) -> Arrived:
        if len(message.payload) > self._largest:
            return Arrived(lost=Lost.TOO_LARGE)
        return self._read_payload(bytes(message.payload))


class _Session(aiomqtt.Client):
    """A client whose messages are acknowledged by hand; `resumed` is true if the broker had kept the session.

    aiomqtt acknowledges each message as soon as it was handed over, and has no way to change that.
    """

    resumed = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.arrivals = Arrivals[MQTTMessage]()
        self._client.manual_ack_set(True)

    def acknowledge(self, mid: int, qos: int) -> None:
        """Acknowledge a message."""
        self._client.ack(mid, qos)

    def _on_connect(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self.resumed = flags.session_present
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self.arrivals.put(message, len(message.payload))

    def _on_disconnect(self, *arguments: Any, **options: Any) -> None:
        super()._on_disconnect(*arguments, **options)
        self.arrivals.break_off("The broker closed the connection.")
        # Nobody else waits for it, and asyncio would complain of an error that nobody looked at.
        if self._disconnected.done():
            self._disconnected.exception()


def _make_session(place: BrokerPlace, name: str, largest: int, *, keep_s: int, begin: bool) -> _Session:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho has no types for it
    properties.SessionExpiryInterval = keep_s
    properties.ReceiveMaximum = max(1, min(_ON_THE_WAY, _ON_THE_WAY_BYTES // largest))
    # A message that is larger than agreed still arrives, so that it can be told; one far larger is not sent at all.
    properties.MaximumPacketSize = 2 * largest + 64 * 1024
    return _Session(
        place.host,
        place.port,
        identifier=name or None,
        username=place.account.user or None,
        password=place.account.password or None,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=begin,
        keepalive=_KEEPALIVE_S,
        timeout=_PATIENCE_S,
        properties=properties,
        tls_context=place.tls,
    )


def _digest(message: MQTTMessage) -> bytes:
    return hashlib.sha256(message.payload).digest()[:8]


def _explain_refusal(error: aiomqtt.MqttCodeError) -> str:
    code = getattr(error.rc, "value", error.rc)
    if code in {0x86, 0x87, 4, 5}:
        return "The broker refuses the account: correct the `secret` of the address."
    return f"The broker refuses the connection (code {code})."
