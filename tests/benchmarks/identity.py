"""The mechanism `dcp`: what a message of a known peer costs, what a first contact fetches, and negotiations with it.

What a message costs is processor time, against one bare verification of ES256 in the same run. Negotiations run between
two connectors in one process with durable stores, in turn with `dcp`, with `roster`, and with that and no seals but
those on agreements: nothing else differs, and no socket hides the cost.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from connector.controlplane.usecases.holding import keeping, presenting
from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.jws import open_signed, sign, verify_signature
from connector.identity.roster import Member
from connector.ports.identity import Intent
from connector.protocol.dcp.presentations import read_query, write_response
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.negotiation import negotiate
from tests.identity.dcp.places import FIRM, KEYS, US, Places, make_mechanism, status_at
from tests.identity.lists import Board, document
from tests.identity.lists import signed as signed_list
from tests.pair.space import SOON, Space, begin
from tests.pair.space import Member as Participant
from tests.pair.test_credentials import get_credentials, leave, meet
from tests.support.holding import PROFILE, hold, member

MESSAGES, ROUNDS = 400, 7
NEGOTIATIONS, IN_FLIGHT, TURNS = 200, 16, 3


def measure(base: Path) -> list[Figure]:
    """Return processor time for each message, the round trips of a first contact, and the ratio of negotiations."""
    return [*uvloop.run(_measure_messages()), *uvloop.run(_measure_negotiations(base))]


async def _meet(places: Places) -> tuple[DcpIdentity, DcpIdentity]:
    """Return us, who ask for what the profile says, and a firm that shows its membership, which has a status."""
    places.publish_list()
    firm = await hold(places)
    await keeping.add(firm.service, member(credentialStatus=status_at(7)), by="bench")
    board = Board(signed_list(document(1, [Member(id=did, name=did) for did in (US, FIRM)])))
    us = await make_mechanism(places, US, KEYS[US], board, PROFILE)

    async def show(authorization: str, body: bytes) -> tuple[int, bytes]:
        caller = await firm.service.holder.verifiers.authenticate(authorization, Intent.CATALOG)
        return 200, write_response(await presenting.present(firm.service, caller, read_query(body)))

    places.services["https://firma.example/credentials/presentations/query"] = show
    return us, firm.mechanism


async def _measure_messages() -> list[Figure]:
    places = Places()
    us, firm = await _meet(places)
    places.fetched.clear()
    await us.authenticate(await firm.issue_token(US, Intent.CATALOG), Intent.CATALOG)
    new_issuer = len(places.fetched)
    # As two who never met: the issuer is known from others.
    us._resolver.forget(FIRM)
    us._shown.clear()
    firm.holder.verifiers.resolver.forget(US)
    places.fetched.clear()
    await us.authenticate(await firm.issue_token(US, Intent.CATALOG), Intent.CATALOG)
    first = len(places.fetched)

    async def bare() -> None:
        verify_signature(open_signed(text, limit=8192, kinds=("JWT",)), keys)

    async def receive() -> None:
        await us.authenticate(tokens.pop(), Intent.CATALOG)

    async def send() -> None:
        await firm.issue_token(US, Intent.CATALOG)

    text, keys = sign(KEYS[FIRM], b"{}" * 150, kind="JWT"), (KEYS[FIRM].verification,)
    tokens = [await firm.issue_token(US, Intent.CATALOG) for _ in range(MESSAGES * ROUNDS)]
    verified, received, sent = [], [], []
    for _ in range(ROUNDS):
        verified.append(await _time(bare))
        received.append(await _time(receive))
        sent.append(await _time(send))
    base, both = min(verified), min(received) + min(sent)
    return [
        figure("identity.receive_ms", min(received), "ms", base, bound=0.3),
        figure("identity.send_ms", min(sent), "ms", base),
        figure("identity.message_ms", both, "ms", base, bound=0.3),
        # The message itself is one more.
        figure("identity.first_contact_trips", first + 1, "", bound=4),
        figure("identity.first_contact_new_issuer_trips", new_issuer + 1, ""),
    ]


async def _time(do: Callable[[], Awaitable[None]]) -> float:
    """Return the processor time of one call, in ms."""
    begun = time.process_time()
    for _ in range(MESSAGES):
        await do()
    return (time.process_time() - begun) / MESSAGES * 1000


async def _measure_negotiations(base: Path) -> list[Figure]:
    rates: dict[str, list[float]] = {"dcp": [], "roster": [], "unsealed": []}
    costs: dict[str, list[float]] = {name: [] for name in rates}
    for turn in range(TURNS):
        for name in rates:
            folder = base / f"{name}{turn}"
            folder.mkdir()
            per_s, cpu_ms = await _run(folder, name)
            rates[name].append(per_s)
            costs[name].append(cpu_ms)
    return [
        figure("identity.negotiation_cpu_ms", min(costs["roster"]), "ms", min(costs["unsealed"])),
        figure("identity.negotiations_dcp_per_s", max(rates["dcp"]), "1/s", max(rates["roster"])),
        # At least three quarters as many as with keys on the list.
        figure("identity.negotiation_dcp_to_roster", max(rates["roster"]) / max(rates["dcp"]), "", bound=4 / 3),
        figure("identity.negotiations_dcp_per_cpu_s", 1000 / min(costs["dcp"]), "1/s", 1000 / min(costs["roster"])),
    ]


async def _run(folder: Path, mechanism: str) -> tuple[float, float]:
    """Return negotiations for each second, and the processor time of one in ms, both sides together."""
    if mechanism == "dcp":
        made, issuer, city, firm = await meet(folder)
        await get_credentials(issuer, city, firm)
    else:
        made = Space(folder, {"seal_messages": mechanism != "unsealed"})
        made.found("city", "firm")
        city, firm = await made.join("city", SOON), await made.join("firm", SOON)
        begin(city)
        begin(firm)
    try:
        return await _count(city, firm)
    finally:
        await leave(made)


async def _count(city: Participant, firm: Participant) -> tuple[float, float]:
    asset = await city.offers(policy={"permission": [{"action": "use"}]})
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one() -> float:
        async with gate:
            _, begun, ended = await negotiate(firm.connector, city.id, asset.id, asset.offer_id)
            return ended - begun

    await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))
    begun, worked = time.perf_counter(), time.process_time()
    took = await asyncio.gather(*(one() for _ in range(NEGOTIATIONS)))
    spent, worked = time.perf_counter() - begun, time.process_time() - worked
    assert percentile(list(took), 1.0) < 60
    return NEGOTIATIONS / spent, worked / NEGOTIATIONS * 1000
