"""A topic of Kafka, as a source of streams: `{"kind": "kafka", "url": "kafkas://…", "topic": "city.air"}`.

The partitions are read from behind the offsets in the mark, which is stored with each batch, so nothing comes twice.
They are also committed for a group with the name of the subscription: before the first batch is stored, they say where
the stream begins. Messages of one partition keep their order. Each broker that the cluster names is checked as the
first one is, and gets the account only if the settings list it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # it has no types
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.admin import DeleteGroupsRequest  # type: ignore[import-untyped]

from connector.dataplane.address.members import read_members
from connector.dataplane.wire.stream_limits import StreamLimits, read_stream_limits
from connector.net.addresses import join_host
from connector.net.own.brokers import BrokerPlace, Brokers, check_broker_url
from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, ArrivedBatch, Lost

_PORTS = {"kafka": 9092, "kafkas": 9093}
_PATIENCE_S = 15.0
_LOOK_S = 3.0
_BATCH = 256
_MOST_PARTITIONS = 200
_ENVELOPE = 64 * 1024
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")

_Offsets = dict[int, int]
_read_mark = msgspec.msgpack.Decoder(_Offsets).decode
_Find = Callable[[str, int], Awaitable[BrokerPlace]]


class KafkaAddress(StreamLimits, frozen=True, kw_only=True):
    """The place of a topic, and how an account proves itself (SASL)."""

    kind: Literal["kafka"]
    url: Annotated[str, msgspec.Meta(max_length=300)]
    topic: str
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"


class KafkaSource:
    """Reads topics of clusters of the operator. `brokers` finds those that may be used."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no broker, or not exactly one topic."""
        check_broker_url(address.get("url"), _PORTS)
        read_stream_limits(address)
        topic = address.get("topic")
        if not isinstance(topic, str) or not _TOPIC.fullmatch(topic) or topic in {".", ".."}:
            raise SourceError("The address has no usable `topic`: give the name of one topic, such as city.air.")
        read_members(address, KafkaAddress, "kafka")

    async def probe(self, address: dict[str, Any]) -> None:
        """Look whether the topic is there and may be read."""
        self.check(address)
        async with self._connect(address, None) as consumer:
            partitions = await _find_partitions(consumer, address["topic"])
            await _ask(consumer.end_offsets(partitions))

    @asynccontextmanager
    async def open(self, address: dict[str, Any], name: str, mark: bytes) -> AsyncIterator["KafkaInlet"]:
        """Read on behind the mark; without one, from where the group `name` began, or begin it now."""
        self.check(address)
        stored: _Offsets = _read_mark(mark) if mark else {}
        async with self._connect(address, name) as consumer:
            partitions = await _find_partitions(consumer, address["topic"])
            consumer.assign(partitions)
            starts, gone = await _find_starts(consumer, partitions, stored)
            if not stored:
                await _ask(consumer.commit(starts))
            for partition, offset in starts.items():
                consumer.seek(partition, offset)
            offsets = stored | {partition.partition: offset for partition, offset in starts.items()}
            yield KafkaInlet(consumer, offsets, gone, read_stream_limits(address).largest)

    async def forget(self, address: dict[str, Any], name: str) -> None:
        """Remove the group `name` from the cluster."""
        async with self._connect(address, None) as consumer:
            client = consumer.guarded
            node = await _ask(client.coordinator_lookup(CoordinationType.GROUP, name))
            await _ask(client.ready(node, group=ConnectionGroup.COORDINATION))
            # An unknown group is gone already: the answer has that as a code, which does not matter.
            await _ask(client.send(node, DeleteGroupsRequest([name]), group=ConnectionGroup.COORDINATION))

    @asynccontextmanager
    async def _connect(self, address: dict[str, Any], group: str | None) -> AsyncIterator["_Consumer"]:
        """Connect to the cluster. Raises SourceError."""
        read = read_members(address, KafkaAddress, "kafka")
        scheme = read.url.partition("://")[0]

        async def find(host: str, port: int) -> BrokerPlace:
            return await self._brokers.find(f"{scheme}://{join_host(host, port)}", _PORTS, read.secret)

        first = await self._brokers.find(read.url, _PORTS, read.secret)
        consumer = _Consumer(find, _make_options(first, read, group), _make_limits(group, read.largest))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await consumer.start()
            yield consumer
        except SaslAuthenticationFailed:
            raise SourceError(
                "The broker cannot be used: it refuses the account, so correct the `secret` of the address.",
                Cause.UNAVAILABLE,
            ) from None
        except (KafkaError, OSError, TimeoutError):
            consumer.guarded.raise_refused()
            raise SourceError(
                "The broker cannot be used: it was not reached, or it refuses the account: look at `url` and `secret`.",
                Cause.UNAVAILABLE,
            ) from None
        finally:
            await _leave(consumer)


class KafkaInlet:
    """The partitions of a topic. `offsets` are the next ones by partition, `gone` how many are deleted before them."""

    def __init__(self, consumer: "_Consumer", offsets: _Offsets, gone: int, largest: int) -> None:
        self._consumer = consumer
        self._offsets = offsets
        self._gone = gone
        self._largest = largest

    async def take(self) -> ArrivedBatch:
        """Wait for messages. Raises SourceError if the cluster is away, or has other partitions now."""
        while True:
            records = await _ask(
                self._consumer.getmany(timeout_ms=int(_LOOK_S * 1000), max_records=_BATCH), 2 * _LOOK_S
            )
            self._consumer.guarded.raise_refused()
            if any(records.values()):
                return self._read(records)
            await self._look()

    async def acknowledge(self) -> None:
        """Commit what was taken."""
        await _ask(self._consumer.commit())

    def _read(self, records: dict[Any, list[Any]]) -> ArrivedBatch:
        found = [Arrived(lost=Lost.AT_SOURCE, count=self._gone)] if self._gone else []
        self._gone = 0
        for partition, messages in records.items():
            for message in messages:
                data = message.value or b""
                found.append(Arrived(lost=Lost.TOO_LARGE) if len(data) > self._largest else Arrived(data))
            if messages:
                self._offsets[partition.partition] = messages[-1].offset + 1
        return ArrivedBatch(tuple(found), msgspec.msgpack.encode(self._offsets))

    async def _look(self) -> None:
        """Look whether the cluster is there and has the same partitions: its client waits for it forever."""
        client, assigned = self._consumer.guarded, self._consumer.assignment()
        for node in {client.cluster.leader_for_partition(partition) for partition in assigned}:
            if node is None or not await _ask(client.ready(node)):
                client.raise_refused()
                raise SourceError("The broker closed the connection.", Cause.UNAVAILABLE)
        topic = next(iter(assigned)).topic
        if (self._consumer.partitions_for_topic(topic) or set()) - {partition.partition for partition in assigned}:
            raise SourceError("The topic has more partitions now: the subscription begins anew.", Cause.UNAVAILABLE)


class _Client(AIOKafkaClient):  # type: ignore[misc]  # aiokafka has no types
    """A client that dials only brokers which `find` allows, at the address that was checked."""

    def __init__(self, find: _Find, **options: Any) -> None:
        super().__init__(**options)
        self._find = find
        self._refused: SourceError | None = None

    def raise_refused(self) -> None:
        """Raise the SourceError with which a broker of the cluster was refused, if one was."""
        if self._refused is not None:
            raise self._refused

    async def _get_conn(self, node_id: Any, **options: Any) -> Any:
        broker = self.cluster.broker_metadata(node_id)
        if broker is not None:
            try:
                place = await self._find(broker.host, broker.port)
            except SourceError as error:
                self._refused = error
                return None
            known = self.cluster._brokers  # noqa: SLF001 - the client dials what stands there
            if node_id in known:
                known[node_id] = broker._replace(host=place.host)
        return await super()._get_conn(node_id, **options)


class _Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """A consumer with a guarded client."""

    def __init__(self, find: _Find, options: dict[str, Any], limits: dict[str, Any]) -> None:
        super().__init__(**options, **limits)
        self.guarded = self._client = _Client(find, **options)


def _make_options(place: BrokerPlace, read: KafkaAddress, group: str | None) -> dict[str, Any]:
    account = place.account
    protocol = ("SASL_" if read.secret else "") + ("SSL" if place.tls else "PLAINTEXT")
    sasl = {
        "sasl_mechanism": read.mechanism,
        "sasl_plain_username": account.user or "-",
        "sasl_plain_password": account.password,
    }
    return {
        "bootstrap_servers": join_host(place.host, place.port),
        "client_id": group or "datenkontor",
        "security_protocol": protocol,
        "ssl_context": place.tls,
        "request_timeout_ms": int(_PATIENCE_S * 1000),
        "retry_backoff_ms": 500,
        **(sasl if read.secret else {}),
    }


def _make_limits(group: str | None, largest: int) -> dict[str, Any]:
    return {
        "group_id": group,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "isolation_level": "read_committed",
        # A message that is larger than agreed still arrives, so that it can be told.
        "max_partition_fetch_bytes": 2 * largest + _ENVELOPE,
        "fetch_max_bytes": 8 * largest + _ENVELOPE,
        "max_poll_records": _BATCH,
    }


async def _find_partitions(consumer: "_Consumer", topic: str) -> list[Any]:
    await _ask(consumer.guarded.set_topics([topic]))
    consumer.guarded.raise_refused()
    found = consumer.partitions_for_topic(topic)
    if not found:
        raise SourceError("The broker has no topic of this name: create it, or correct `topic`.", Cause.NOT_FOUND)
    if len(found) > _MOST_PARTITIONS:
        raise SourceError(f"The topic has more than {_MOST_PARTITIONS} partitions: offer a smaller one.")
    return [TopicPartition(topic, number) for number in sorted(found)]


async def _find_starts(consumer: "_Consumer", partitions: list[Any], stored: _Offsets) -> tuple[dict[Any, int], int]:
    """Return where each partition is read from, and how many messages are deleted before that.

    A partition that is not in a mark, or in the group while others are, is new: it is read from its beginning.
    """
    first, last = await _ask(consumer.beginning_offsets(partitions)), await _ask(consumer.end_offsets(partitions))
    begun: _Offsets = dict(stored)
    if not begun:
        for partition in partitions:
            committed = await _ask(consumer.committed(partition))
            if committed is not None:
                begun[partition.partition] = committed
    starts, gone = {}, 0
    for partition in partitions:
        wanted = begun.get(partition.partition, first[partition] if begun else last[partition])
        starts[partition] = min(max(wanted, first[partition]), last[partition])
        gone += max(0, first[partition] - wanted)
    return starts, gone


async def _leave(consumer: "_Consumer") -> None:
    """Close a connection that may be broken, in tasks: the client lets out that it cancels tasks of its own."""
    for close in (consumer.stop, consumer.guarded.close):
        closing = asyncio.ensure_future(close())
        await asyncio.wait([closing], timeout=_LOOK_S)
        if not closing.done():
            closing.cancel()
        elif not closing.cancelled():
            closing.exception()


async def _ask(asked: Any, seconds: float = _PATIENCE_S) -> Any:
    """Wait for the cluster. Raises SourceError."""
    try:
        async with asyncio.timeout(seconds):
            return await asked
    except TopicAuthorizationFailedError:
        raise SourceError("The broker refuses the topic: allow this account to read it.", Cause.NOT_ALLOWED) from None
    except (KafkaError, OSError, TimeoutError) as error:
        raise SourceError(f"The broker cannot be asked ({type(error).__name__}).", Cause.UNAVAILABLE) from None
