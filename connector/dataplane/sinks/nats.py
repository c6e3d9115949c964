"""A subject of NATS JetStream, as a sink: `{"kind": "nats", "url": "tls://…", "subject": "city.air", "secret": "…"}`.

Each message of a stream is published and acknowledged by the server, with its identifier (`Nats-Msg-Id`): one that
comes again soon is stored once. A delivery of bytes is one message of at most `largest` bytes, published when it is
complete and checked; a member of a folder has its path behind the subject.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.secrets import SecretName
from connector.dataplane.backends.messages import collect_message, name_below, require_brokers
from connector.dataplane.wire.checked import WholeSink
from connector.net.addresses import join_host
from connector.net.own.brokers import Brokers, check_broker_url, explain_broken
from connector.ports.flow import Arrival, Cause, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch

_PORTS = {"nats": 4222, "tls": 4222}
_PATIENCE_S = 10
_AT_ONCE = 100
_SUBJECT = re.compile(r"[^\s.*>\x00-\x1f]+(\.[^\s.*>\x00-\x1f]+)*")


class NatsSinkAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server, and the subject that is published to."""

    kind: Literal["nats"]
    url: Annotated[str, msgspec.Meta(max_length=300)]
    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    secret: SecretName | Literal[""] = ""
    largest: Annotated[int, msgspec.Meta(ge=1, le=8 * 1024 * 1024)] = 1024 * 1024
    member: Annotated[str, msgspec.Meta(max_length=400)] = ""
    overwrite: bool = False
    follow: bool = False


class NatsSink(WholeSink):
    """Publishes at servers of the operator. `brokers` finds those that may be used."""

    def __init__(self, brokers: Brokers | None) -> None:
        self._brokers = brokers

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no server, or not exactly one subject."""
        _read(address)
        require_brokers(self._brokers)

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no server, or not exactly one subject."""
        self.check(address)

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Publish the bytes as one message, when they are complete and checked."""
        read = _read(address)
        subject = read.subject + name_below(read.member, ".")
        body, receipt = await collect_message(arrival, chunks, read.largest, f"{read.url}/{subject}")
        async with self._connect(read) as stream:
            await _publish(stream, subject, [(f"{arrival.flow_id}/{receipt.sha256}", body)])
        return receipt

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Publish the messages of a batch in their order, and wait until the server has stored each."""
        read = _read(address)
        bodies = [(f"{batch.flow_id}/{one.id}", one.data) for one in batch.messages if not one.event]
        if bodies:
            async with self._connect(read) as stream:
                await _publish(stream, read.subject, bodies)

    @asynccontextmanager
    async def _connect(self, read: NatsSinkAddress) -> AsyncIterator[Any]:
        try:
            from nats.aio.client import Client
            from nats.errors import Error as NatsError
        except ImportError:
            raise SourceError(
                "The client for nats is not installed: install Datenkontor with the extra `streams`."
            ) from None
        place = await require_brokers(self._brokers).find(read.url, _PORTS, read.secret)
        server, account = Client(), place.account
        words: dict[str, Any] = {"user": account.user, "password": account.password, "token": account.token}
        options: dict[str, Any] = {"tls": place.tls, "tls_hostname": place.host} if place.tls else {}

        async def ignore(_: Exception) -> None:
            """Say nothing: what fails is told by the call that waits for it."""

        try:
            async with asyncio.timeout(_PATIENCE_S):
                await server.connect(
                    f"{'tls' if place.tls else 'nats'}://{join_host(place.host, place.port)}",
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    connect_timeout=_PATIENCE_S,
                    error_cb=ignore,
                    **options,
                    **{name: value for name, value in words.items() if value},
                )
            yield server.jetstream(timeout=_PATIENCE_S)
        except (NatsError, OSError, TimeoutError) as error:
            raise _explain(error) from None
        finally:
            with suppress(NatsError, OSError, TimeoutError):
                await server.close()


async def _publish(stream: Any, subject: str, bodies: list[tuple[str, bytes]]) -> None:
    """Publish messages, a bounded number on the way at a time; one connection keeps their order."""
    for begin in range(0, len(bodies), _AT_ONCE):
        some = bodies[begin : begin + _AT_ONCE]
        await asyncio.gather(*(stream.publish(subject, body, headers={"Nats-Msg-Id": name}) for name, body in some))


def _explain(error: BaseException) -> SourceError:
    text, name = str(error).lower(), type(error).__name__
    if "authorization" in text or "authentication" in text or "permissions" in text:
        return SourceError(
            "The server refuses the account: correct the `secret` of the address, or its rights.", Cause.NOT_ALLOWED
        )
    if name in {"NoRespondersError", "NoStreamResponseError"}:
        return SourceError("No stream of the server stores this subject: create one for it.", Cause.UNAVAILABLE)
    return SourceError(f"The server cannot be used: {explain_broken(error)}.", Cause.UNAVAILABLE)


def _read(address: dict[str, Any]) -> NatsSinkAddress:
    read = read_members(address, NatsSinkAddress, "nats")
    check_broker_url(read.url, _PORTS)
    if not _SUBJECT.fullmatch(read.subject) or read.subject.startswith("$"):
        raise SourceError("The address has no usable `subject`: give the name of one, without a wildcard.")
    if read.member:
        name_below(read.member, ".")
    return read
