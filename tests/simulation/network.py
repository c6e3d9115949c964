"""A network that loses, delays, repeats and reorders, all from one seed; and a peer that speaks through it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from connector.ports.identity import Intent
from connector.ports.peer import Ack, CatalogPage, InDoubt, PeerAnswer, Refused
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.transfer_machine import REQUEST
from tests.simulation.witness import Witness

TIMEOUT_S = 15.0


class Weather(msgspec.Struct, frozen=True):
    """How bad the network is: probabilities per message, and the longest delay in seconds."""

    lose_request: float = 0.0
    lose_answer: float = 0.0
    late: float = 0.0
    repeat: float = 0.0
    delay: float = 0.05


CLEAR = Weather()


class Reply(msgspec.Struct, frozen=True):
    """An HTTP answer, as far as it matters: status, the answerer's pid and state, a reason."""

    status: int
    pid: str | None = None
    state: str | None = None
    reason: str = ""


# What a side answers to one request: (sender, authorization, what, path parts, body).
Handle = Callable[[str, str, str, str | None, bytes], Awaitable[Reply]]
# What issues the tokens of a side.
Token = Callable[[str, Intent], Awaitable[str]]


class Network:
    """Carries requests between sides by name. `weather` of what each side emits may change while it runs."""

    def __init__(self, rng: random.Random, weather: dict[str, Weather], witness: Witness) -> None:
        self.rng = rng
        self.weather = weather
        self.witness = witness
        # Who says again, in its own name, what another one said, and the token that it says it with.
        self.echoes: dict[str, tuple[str, Token]] = {}
        self._sides: dict[str, Handle | None] = {}
        self._flights: set[asyncio.Task[Any]] = set()

    def attach(self, name: str, handle: Handle | None) -> None:
        """Connect a side, or disconnect it (None): a crash ends what it was just answering."""
        self._sides[name] = handle
        for flight in list(self._flights):
            if handle is None and flight.get_name() == name:
                flight.cancel()

    def quiet(self) -> bool:
        """Tell whether nothing is in the air."""
        return not self._flights

    async def call(
        self, sender: str, to: str, authorization: str, what: str, pid: str | None, body: bytes
    ) -> Reply | None:
        """Send a request and return its answer, or None where none came in time."""
        weather, rng = self.weather[sender], self.rng
        if rng.random() < weather.lose_request:
            self._note(f"{sender}→{to} {what} lost")
            await asyncio.sleep(TIMEOUT_S)
            return None
        delay = rng.random() * weather.delay
        if rng.random() < weather.repeat:
            self._fly(to, self._deliver(sender, to, authorization, what, pid, body, delay + rng.random() * 20))
        if rng.random() < weather.late:
            # It arrives after the sender has given up on it.
            late = TIMEOUT_S + rng.random() * 30
            self._note(f"{sender}→{to} {what} late by {late:.1f} s")
            self._fly(to, self._deliver(sender, to, authorization, what, pid, body, late))
            await asyncio.sleep(TIMEOUT_S)
            return None
        flight = self._fly(to, self._deliver(sender, to, authorization, what, pid, body, delay))
        try:
            reply = await asyncio.shield(flight)
        except asyncio.CancelledError:
            if not flight.cancelled():
                raise
            await asyncio.sleep(TIMEOUT_S)
            return None
        back = self.weather[to]
        await asyncio.sleep(rng.random() * back.delay)
        if reply is not None and rng.random() < back.lose_answer:
            self._note(f"{to}→{sender} answer {reply.status} to {what} lost")
            await asyncio.sleep(TIMEOUT_S)
            return None
        return reply

    async def _deliver(
        self, sender: str, to: str, authorization: str, what: str, pid: str | None, body: bytes, delay: float
    ) -> Reply | None:
        await asyncio.sleep(delay)
        handle = self._sides.get(to)
        if handle is None:
            self._note(f"{sender}→{to} {what} found nobody")
            return None
        if sender in self.echoes and (pid or what == REQUEST) and self.rng.random() < 0.2:
            self._fly(to, self._echo(*self.echoes[sender], to, what, pid, body))
        if body and not self.witness.owes(sender, body):
            self.witness.stale += 1
            self._note(f"{sender}→{to} {what} comes when {sender} has gone on")
        try:
            reply = await handle(sender, authorization, what, pid, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            # The product answers 503 to what it got wrong; here it is what we look for.
            self.witness.broken(f"{to} failed at {what}: {error!r}")
            return None
        self._note(f"{sender}→{to} {what} {reply.status} {reply.state or reply.reason}")
        return reply

    async def _echo(self, name: str, token: Token, to: str, what: str, pid: str | None, body: bytes) -> None:
        """Deliver a message about a process or an agreement of somebody else: it is unknown to whoever asks for it."""
        await asyncio.sleep(self.rng.random() * 5)
        handle = self._sides.get(to)
        if handle is None:
            return
        reply = await handle(name, await token(to, Intent.NEGOTIATION), what, pid, body)
        self.witness.seen[f"rule the message of another answered {reply.status}"] += 1
        if reply.status not in ({401, 404, 503} if pid else {400, 401, 404, 503}):
            self.witness.broken(f"{to} answers {reply.status} to {name}, who says {what} about a process of another")

    def _fly(self, to: str, delivery: Any) -> asyncio.Task[Any]:
        flight: asyncio.Task[Any] = asyncio.create_task(delivery, name=to)
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)
        return flight

    def _note(self, line: str) -> None:
        self.witness.note(line)


class SimulatedPeer:
    """`ports.peer.Peer` over the network: maps answers to outcomes as the HTTPS client does."""

    def __init__(
        self,
        network: Network,
        me: str,
        token: Token,
        sends: Callable[[str, bytes], bytes],
        asks: Callable[[str], bool],
    ) -> None:
        self._network = network
        self._me = me
        self._token = token
        self._sends = sends
        self._asks = asks

    async def send(
        self,
        participant: str,
        address: str,
        message: str,
        to: Role,
        pid: str | None,
        body: bytes,
        agreement: bytes | None = None,
    ) -> PeerAnswer:
        token = await self._token(participant, Intent.NEGOTIATION)
        body = self._sends(message, body)
        reply = await self._network.call(self._me, participant, token, message, pid, body)
        outcome = _outcome(reply)
        return outcome if not isinstance(outcome, Reply) else Ack(peer_pid=outcome.pid, state=outcome.state)

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        if not self._asks(pid):
            return InDoubt(reason="this side does not ask")
        token = await self._token(participant, Intent.ENDING)
        outcome = _outcome(await self._network.call(self._me, participant, token, f"GET {kind}", pid, b""))
        return (outcome.state or "") if isinstance(outcome, Reply) else outcome

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        return InDoubt(reason="the simulation has no catalogue")

    async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
        return msgspec.json.encode(
            {"@id": id, "hasPolicy": [{"@type": "Offer", "@id": f"offer:{id}", "permission": [{"action": "use"}]}]}
        )


def _outcome(reply: Reply | None) -> Reply | Refused | InDoubt:
    if reply is None:
        return InDoubt(reason="no answer")
    if 200 <= reply.status < 300:
        return reply
    if reply.status in {401, 409, 429} or reply.status >= 500:
        conflict = reply.status == 409
        return InDoubt(reason=reply.reason, unreachable=not conflict and reply.status != 503, conflict=conflict)
    return Refused(status=reply.status, reason=reply.reason)
