"""A subject of NATS JetStream, as a source of streams: `{"kind": "nats", "url": "tls://…", "stream": "AIR", "subject":
"city.air"}`.

The subscription is a durable consumer of the stream, which begins with the next message. A message is acknowledged when
it is stored, together with all before it. The mark is the sequence number of the last stored message: after a break the
consumer is made anew and begins behind it, so that what the server would send again comes in its order, and once.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy
from nats.js.errors import NotFoundError

from connector.dataplane.wire.arrivals import Arrivals
from connector.dataplane.wire.stream_limits import read_stream_limits
from connector.net.addresses import join_host
from connector.net.own.brokers import Brokers, check_broker_url, explain_broken
from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, ArrivedBatch, Lost

_PORTS = {"nats": 4222, "tls": 4222}
_PATIENCE_S = 10
_TOLD = 4
_ON_THE_WAY = 256
_ACK_WAIT_S = 300
_ABANDONED_S = 7 * 24 * 3600
_SUBJECT = re.compile(r"[^\s.*>\x00-\x1f]+(\.[^\s.*>\x00-\x1f]+)*")
_STREAM = re.compile(r"[A-Za-z0-9_-]{1,200}")


class NatsSource:
    """Subscribes at servers of the operator. `brokers` finds those that may be used."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no server, no stream, or not exactly one subject."""
        check_broker_url(address.get("url"), _PORTS)
        read_stream_limits(address)
        stream, subject = address.get("stream"), address.get("subject")
        if not isinstance(stream, str) or not _STREAM.fullmatch(stream):
            raise SourceError(
                "The address has no usable `stream`: give the name of a stream of JetStream, such as AIR."
            )
        if not isinstance(subject, str) or len(subject) > 1_000 or not _SUBJECT.fullmatch(subject):
            raise SourceError(
                "The address has no usable `subject`: give the name of one, such as city.air, without a wildcard."
            )

    async def probe(self, address: dict[str, Any]) -> None:
        """Look whether the stream is there."""
        self.check(address)
        async with self._connect(address, Arrivals()) as server:
            await _find_stream(server.jetstream(), address)

    @asynccontextmanager
    async def open(self, address: dict[str, Any], name: str, mark: bytes) -> AsyncIterator["NatsInlet"]:
        """Continue the durable consumer `name`, or create it."""
        self.check(address)
        arrivals = Arrivals[Msg]()
        stored = int(mark or b"0")
        async with self._connect(address, arrivals) as server:
            stream = server.jetstream()
            first = await _find_stream(stream, address)
            begin = await _end_consumer(stream, address, name, stored)

            async def receive(message: Msg) -> None:
                arrivals.put(message, len(message.data))

            config = ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE if begin else DeliverPolicy.NEW,
                opt_start_seq=begin or None,
                ack_policy=AckPolicy.ALL,
                ack_wait=_ACK_WAIT_S,
                max_ack_pending=_ON_THE_WAY,
                inactive_threshold=_ABANDONED_S,
            )
            try:
                await stream.subscribe(
                    address["subject"],
                    stream=address["stream"],
                    durable=name,
                    cb=receive,
                    config=config,
                    manual_ack=True,
                )
            except (NatsError, OSError, TimeoutError) as error:
                raise SourceError(
                    "The server does not take the subscription: look whether another process holds it, and whether the "
                    "subject is one of the stream.",
                    Cause.UNAVAILABLE,
                ) from error
            yield NatsInlet(arrivals, stored, first, read_stream_limits(address).largest)

    async def forget(self, address: dict[str, Any], name: str) -> None:
        """Remove the durable consumer `name`."""
        async with self._connect(address, Arrivals()) as server:
            try:
                await server.jetstream().delete_consumer(address["stream"], name)
            except NotFoundError:
                return
            except (NatsError, OSError, TimeoutError) as error:
                raise SourceError("The server does not remove the subscription.", Cause.UNAVAILABLE) from error

    @asynccontextmanager
    async def _connect(self, address: dict[str, Any], arrivals: Arrivals[Msg]) -> AsyncIterator[Client]:
        place = await self._brokers.find(address["url"], _PORTS, address.get("secret", ""))
        server, failures = Client(), list[BaseException]()

        async def closed() -> None:
            arrivals.break_off("The server closed the connection.")

        async def failed(error: Exception) -> None:
            failures.append(error)
            del failures[:-_TOLD]

        options: dict[str, Any] = {"tls": place.tls, "tls_hostname": place.host} if place.tls else {}
        account: dict[str, Any] = {
            "user": place.account.user,
            "password": place.account.password,
            "token": place.account.token,
        }
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await server.connect(
                    f"{'tls' if place.tls else 'nats'}://{join_host(place.host, place.port)}",
                    error_cb=failed,
                    disconnected_cb=closed,
                    closed_cb=closed,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=_PATIENCE_S,
                    ping_interval=20,
                    **options,
                    **{name: value for name, value in account.items() if value},
                )
        except (NatsError, OSError, TimeoutError) as error:
            await _leave(server)
            reason = _explain(failures or [error])
            raise SourceError(f"The server cannot be used: {reason}.", Cause.UNAVAILABLE) from None
        try:
            yield server
        finally:
            await _leave(server)


class NatsInlet:
    """A durable consumer. `stored` is the number of the last stored message, `first` that of the stream's first one."""

    def __init__(self, arrivals: Arrivals[Msg], stored: int, first: int, largest: int) -> None:
        self._arrivals = arrivals
        self._stored = stored
        self._gone = first - stored - 1 if 0 < stored < first - 1 else 0
        self._largest = largest
        self._last: Msg | None = None

    async def take(self) -> ArrivedBatch:
        """Wait for messages, and return those that are not stored yet."""
        while True:
            found = list[Arrived]()
            for message in await self._arrivals.take():
                if isinstance(message, int):
                    found.append(Arrived(lost=Lost.OVERFLOW, count=message))
                    continue
                self._last = message
                number = message.metadata.sequence.stream
                if number > self._stored:
                    self._stored = number
                    if self._gone:
                        found.append(Arrived(lost=Lost.AT_SOURCE, count=self._gone))
                        self._gone = 0
                    large = len(message.data) > self._largest
                    found.append(Arrived(lost=Lost.TOO_LARGE) if large else Arrived(message.data))
            if found:
                return ArrivedBatch(tuple(found), b"%d" % self._stored)
            await self.acknowledge()

    async def acknowledge(self) -> None:
        """Acknowledge what was taken: the last message stands for all before it."""
        last, self._last = self._last, None
        if last is not None:
            try:
                await last.ack()
            except (NatsError, OSError) as error:
                raise SourceError("The server closed the connection.", Cause.UNAVAILABLE) from error


async def _leave(server: Client) -> None:
    """Close a connection that may be broken, or that was never complete."""
    with suppress(NatsError, OSError, TimeoutError):
        await server.close()


async def _end_consumer(stream: JetStreamContext, address: dict[str, Any], name: str, stored: int) -> int:
    """Remove a consumer of an earlier connection; return the number at which the next one begins, 0 for the newest.

    The stream keeps its messages without a consumer. What was sent and not acknowledged would come behind newer ones.
    """
    try:
        earlier = await stream.consumer_info(address["stream"], name)
        await stream.delete_consumer(address["stream"], name)
    except NotFoundError:
        return stored + 1 if stored else 0
    except (NatsError, OSError, TimeoutError) as error:
        raise SourceError(f"The server cannot be asked: {_explain([error])}.", Cause.UNAVAILABLE) from error
    floor = earlier.ack_floor.stream_seq if earlier.ack_floor else 0
    return max(stored, floor) + 1


async def _find_stream(stream: JetStreamContext, address: dict[str, Any]) -> int:
    """Return the first sequence number of a stream of this subject alone, 0 of any other one. Raises SourceError."""
    try:
        found = await stream.stream_info(address["stream"])
    except NotFoundError as error:
        raise SourceError(
            "The server has no stream of this name: create it, or correct `stream`.", Cause.NOT_FOUND
        ) from error
    except (NatsError, OSError, TimeoutError) as error:
        raise SourceError(
            f"The server cannot be asked for the stream: {_explain([error])}.", Cause.UNAVAILABLE
        ) from error
    if found.config.retention not in {None, RetentionPolicy.LIMITS}:
        raise SourceError(
            "The stream drops messages that were read once: give one with the retention `limits`.", Cause.NOT_ALLOWED
        )
    return found.state.first_seq if found.config.subjects == [address["subject"]] else 0


def _explain(failures: Sequence[BaseException]) -> str:
    """Return why a server cannot be used; one that refuses an account closes at once, and its reason can be lost."""
    texts = [str(failure).lower() for failure in failures]
    if any("authorization" in text or "authentication" in text for text in texts):
        return "it refuses the account, so correct the `secret` of the address"
    if isinstance(failures[-1], ConnectionResetError | BrokenPipeError):
        return "it closed the connection, so look at the `secret` of the address"
    return explain_broken(failures[-1])
