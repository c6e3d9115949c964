"""A provider that means harm answers a real consumer: each answer ends in one reason, and nothing wrong is stored.

The provider is played over raw sockets, with a member's key. Whatever it answers, `/health` is as prompt as that of an
idle process, the memory stays, and the person's command ends what was begun.
"""

import asyncio
import contextlib
import gzip
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.authority import card as cards
from connector.cli.setup import plan
from connector.client.frame.errors import ClientError
from connector.identity.tokens import issue
from connector.protocol.dsp.common import CONTEXT
from connector.views.negotiations import NegotiationView
from connector.views.transfers import TransferView
from tests.e2e.live import environment, until
from tests.hostile.pulse import felt
from tests.hostile.test_answers import CHUNKED, GZIP, MANNERS, dataset, head, lying, without_end
from tests.hostile.test_heartbeat import BASE, MIB
from tests.hostile.test_processes import Stand

pytestmark = pytest.mark.e2e

MEMORY_MOST = 96 * MIB


def status(code: int, *fields: bytes, body: bytes = b"") -> bytes:
    return head(body, *fields).replace(b"200 OK", b"%d Other" % code, 1)


ANSWERS: dict[str, Callable[[bytes], Iterable[bytes | None]]] = {
    **{name: MANNERS[name] for name in ("compressed twice", "compressed and cut", "endless", "interim answers")},
    "a bomb": lambda _: [head(gzip.compress(b"[" * 64 * MIB), GZIP)],
    "deep": lambda _: [head(b'{"a":' * 150_000)],
    "a redirect": lambda _: [status(307, b"Location: http://127.0.0.1:9/")],
    "no such status": lambda _: [status(799)],
    "a refusal in pieces": lambda _: [status(500, body=b"{" * 100_000)],
    "too short": lambda _: [head(b"x" * 100)[:-50], None],
    "a length without end": lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", b"{}", None],
    "no HTTP": lambda _: [b"SSH-2.0-OpenSSH_9.6\r\n", None],
    "a head without end": lambda _: without_end(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
    "a reset": lambda _: [None],
    "a chunk without end": lambda _: without_end(CHUNKED + b"ffffffffffffffff\r\n", b"x" * 65536),
}


class Provider:
    """A provider that answers honestly except what its test names, in one manner; None closes the connection."""

    def __init__(self, harm: str, manner: str) -> None:
        self.harm = harm
        self.manner = manner
        self.harmed = 0
        self.consumer_pids: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for path, body in _requests(reader):
            for piece in self._answer(path, body):
                if piece is None:
                    writer.transport.abort()
                    return
                writer.write(piece)
                await writer.drain()

    def _answer(self, path: str, body: bytes) -> Iterator[bytes | None]:
        asked = json.loads(body) if body else {}
        if "consumerPid" in asked:
            self.consumer_pids.append(asked["consumerPid"])
        if self.harm in path:
            self.harmed += 1
            yield from ANSWERS[self.manner](body)
        elif "/catalog/datasets/" in path:
            yield head(dataset(hasPolicy=[{"@type": "Offer", "@id": "urn:o", "permission": [{"action": "use"}]}]))
        elif path.endswith(("/negotiations/request", "/transfers/request")):
            kind = "ContractNegotiation" if "/negotiations/" in path else "TransferProcess"
            pids = {"consumerPid": asked["consumerPid"], "providerPid": f"urn:uuid:{uuid.uuid4()}"}
            said = {"@context": [CONTEXT], "@type": kind, **pids, "state": "REQUESTED"}
            yield status(201, body=json.dumps(said).encode())
        else:
            yield status(200)


async def _requests(reader: asyncio.StreamReader) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the path and the body of each request of a connection."""
    while True:
        said = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in said.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        yield said.split(" ", 2)[1], body


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    made = Stand(tmp_path_factory.mktemp("consumer"))
    with environment(DATENKONTOR_LIMITS__RETRY_BASE_SECONDS="1", DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="2"):
        made.start("city", "firm")
    yield made
    made.close()
    made.stage.stop()


def files_of(stand: Stand) -> list[Path]:
    """Return what was delivered to the consumer; partial files are kept for their own time, to be continued."""
    folder = stand.stage.actors["firm"].directory / "received"
    return sorted(path for path in folder.rglob("*") if path.is_file() and ".partial" not in path.parts)


@pytest.mark.parametrize("manner", ANSWERS)
def test_a_hostile_answer_about_a_dataset_ends_the_command_with_one_reason(stand: Stand, manner: str) -> None:
    provider = Provider("/catalog/", manner)
    before = stand.memory("firm")
    with (
        lying(provider, stand.other.ports["protocol"]),
        felt(stand.port("firm"), stand.port("city")) as pulse,
        pytest.raises(ClientError) as caught,
    ):
        stand.firm.negotiations.start(stand.other.id, "urn:d")
    assert provider.harmed
    assert str(caught.value).strip().count("\n") == 0
    pulse.check(stand.port("firm"), stand.port("city"))
    assert stand.memory("firm") - before <= MEMORY_MOST


@pytest.mark.parametrize("manner", ANSWERS)
def test_a_hostile_answer_to_a_contract_request_leaves_a_reason_and_ends_at_the_word_of_a_person(
    stand: Stand, manner: str
) -> None:
    firm, provider = stand.firm, Provider("/negotiations/", manner)
    before = stand.memory("firm")
    with lying(provider, stand.other.ports["protocol"]), felt(stand.port("firm"), stand.port("city")) as pulse:
        begun = firm.negotiations.start(stand.other.id, "urn:d")
        until(lambda: provider.harmed and is_told(firm.negotiations.show(begun.id)))
        with contextlib.suppress(ClientError):  # it may have ended by itself
            firm.negotiations.terminate(begun.id, reason="no answer")
        found = firm.negotiations.show(begun.id)
    assert found.ended or is_ending(found)
    assert found.agreement_id is None
    pulse.check(stand.port("firm"), stand.port("city"))
    assert stand.memory("firm") - before <= MEMORY_MOST


@pytest.fixture(scope="module")
def agreement(stand: Stand) -> str:
    """An agreement of the consumer with the provider, made honestly."""
    firm, provider = stand.firm, Provider("nothing", "")
    with lying(provider, stand.other.ports["protocol"]):
        begun = firm.negotiations.start(stand.other.id, "urn:d")
        until(lambda: firm.negotiations.show(begun.id).state == "REQUESTED")
        found = firm.negotiations.show(begun.id)
        pids = {"consumerPid": found.id, "providerPid": found.peer_pid}
        document = {
            "@type": "Agreement",
            "@id": "urn:uuid:agreement",
            "target": "urn:d",
            "assigner": stand.other.id,
            "assignee": stand.stage.actors["firm"].id,
            "timestamp": datetime.now(UTC).isoformat(),
            "permission": [{"action": "use"}],
        }
        post(stand, found.id, "agreement", {"@type": "ContractAgreementMessage", **pids, "agreement": document})
        until(lambda: firm.negotiations.show(begun.id).state == "VERIFIED")
        post(stand, found.id, "events", {"@type": "ContractNegotiationEventMessage", **pids, "eventType": "FINALIZED"})
        until(lambda: firm.negotiations.show(begun.id).state == "FINALIZED")
    return document["@id"]  # type: ignore[return-value]


def post(stand: Stand, pid: str, what: str, message: dict[str, Any], kind: str = "negotiations") -> None:
    """Send a message of the provider to the consumer, which takes it."""
    other, firm = stand.other, stand.stage.actors["firm"]
    key = cards.load_key(other.directory / plan.KEY)
    token = issue(key, issuer=other.id, audience=firm.id, jti=str(uuid.uuid4()), now_s=int(time.time()))
    answer = httpx.post(
        f"http://127.0.0.1:{firm.ports['protocol']}{BASE}/{kind}/{pid}/{what}",
        json={"@context": [CONTEXT], **message},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text


def is_told(found: NegotiationView | TransferView) -> bool:
    """Whether a person sees how far a process is; the state is there if the consumer takes an answer for a yes."""
    return bool(found.ended or found.state or (found.pending and found.pending.fault))


def is_ending(found: NegotiationView | TransferView) -> bool:
    """Whether a process waits only for the peer to take its end."""
    return bool(found.pending and "Termination" in found.pending.message)


@pytest.mark.parametrize("manner", ANSWERS)
def test_a_hostile_answer_to_a_transfer_request_leaves_a_reason_and_ends_at_the_word_of_a_person(
    stand: Stand, agreement: str, manner: str
) -> None:
    firm, provider = stand.firm, Provider("/transfers/", manner)
    before = stand.memory("firm")
    with lying(provider, stand.other.ports["protocol"]), felt(stand.port("firm"), stand.port("city")) as pulse:
        begun = firm.transfers.start(agreement)
        until(lambda: provider.harmed and is_told(firm.transfers.show(begun.id)))
        with contextlib.suppress(ClientError):  # it may have ended by itself
            firm.transfers.terminate(begun.id, reason="no answer")
        found = firm.transfers.show(begun.id)
    assert found.ended or is_ending(found)
    assert files_of(stand) == []
    pulse.check(stand.port("firm"), stand.port("city"))
    assert stand.memory("firm") - before <= MEMORY_MOST


# Data has no size that is known before, so what has no end ends with the space for it.
@pytest.mark.parametrize("manner", [name for name in ANSWERS if name not in {"deep", "endless"}])
def test_hostile_data_ends_with_a_reason_and_leaves_no_file(stand: Stand, agreement: str, manner: str) -> None:
    firm, provider = stand.firm, Provider("/data", manner)
    before = stand.memory("firm")
    with lying(provider, stand.other.ports["protocol"]), felt(stand.port("firm"), stand.port("city")) as pulse:
        begun = firm.transfers.start(agreement)
        until(lambda: firm.transfers.show(begun.id).state == "REQUESTED")
        found = firm.transfers.show(begun.id)
        address = {
            "@type": "DataAddress",
            "endpointType": "https://w3id.org/idsa/v4.1/HTTP",
            "endpoint": f"http://127.0.0.1:{stand.other.ports['protocol']}/data",
        }
        pids = {"consumerPid": found.id, "providerPid": found.peer_pid}
        start = {"@type": "TransferStartMessage", **pids, "dataAddress": address}
        post(stand, found.id, "start", start, kind="transfers")
        until(lambda: provider.harmed)
        with contextlib.suppress(ClientError):  # it may have ended by itself
            firm.transfers.terminate(begun.id, reason="no data")
        until(lambda: firm.transfers.show(begun.id).state == "TERMINATED")
        found = firm.transfers.show(begun.id)
    assert found.ended
    assert found.ended.reason
    assert files_of(stand) == []
    pulse.check(stand.port("firm"), stand.port("city"))
    assert stand.memory("firm") - before <= MEMORY_MOST
