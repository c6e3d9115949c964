"""Processes that are driven from outside, through their management API alone: those of this tree, or of an older one.

What the driver costs is small, and the same for every tree.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from connector.cli.demo.stage import Actor, Stage
from connector.views.assets import AssetOrder
from tests.e2e.live import free_base

WAIT_S = 60
_RUN = "from connector.cli.main import run; run()"
TERMS = {"permission": [{"action": "use"}]}


@dataclass(frozen=True)
class Order:
    """What is measured: a folder to work in, the tree whose processes run (None: this one), and sizes."""

    base: Path
    tree: Path | None = None
    agreements: int = 500_000
    assets: int = 100_000
    minutes: float = 10.0

    def make_stage(self, *words: str) -> Stage:
        """Return a stage with an operator and participants, none of them started.

        The command line of a tree writes the folders: settings and lists have the form that the tree reads.
        """
        # Isolated: neither the working directory nor PYTHONPATH may give an older tree the code of this one.
        program = (str(self.python), "-I", "-c", _RUN)
        stage = Stage(self.base, program=program)
        first, broker = free_base(), self.base / "broker"
        # An older tree knows no other identity, and no option for it.
        identity = ["--identity", "roster"] if "--identity" in _run(program, "init", "--help") else []
        for number, word in enumerate(("broker", *words)):
            role = ["--broker", broker / "card.json", "--roster", broker / "roster.jws"] if number else ["--role", word]
            init = [
                "init",
                self.base / word,
                *identity,
                "--name",
                f"Bench {word}",
                "--port-base",
                str(first + 10 * number),
            ]
            made = msgspec.json.decode(_run(program, *init, *role, "--json"))
            stage.actors[word] = Actor(
                name=made["name"], id=made["id"], directory=self.base / word, ports=made["ports"], key=made["key"]
            )
        settings = ["--settings", stage.actors["broker"].settings]
        _run(program, "roster", "add", *(self.base / word / "card.json" for word in words), *settings)
        _run(program, "roster", "publish", *settings)
        return stage

    @property
    def python(self) -> Path:
        """The interpreter of the tree."""
        return self.tree / ".venv" / "bin" / "python" if self.tree else Path(sys.executable)


def _run(program: Sequence[str], *words: str | Path) -> str:
    return subprocess.run([*program, *words], capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def run_actors(stage: Stage, *words: str) -> Iterator[None]:
    """Let participants run."""
    try:
        for word in words:
            stage.start(word)
        for word in words:
            stage.await_ready(word)
        yield
    finally:
        stage.stop()


def offer_file(actor: Actor) -> str:
    """Publish an asset that anybody may use; return its identifier."""
    (actor.directory / "offered" / "file").write_text("x")
    order = AssetOrder(title={"de": "Bench"}, source={"kind": "file", "path": "file"}, policy=TERMS)
    with actor.client() as client:
        asset = client.assets.add(order)
        client.assets.publish(asset.id)
    return asset.id


class ApiRefused(Exception):
    """An answer that is no 2xx."""


class ApiCaller:
    """Calls a management API, with as many kept connections as calls are in flight."""

    def __init__(self, actor: Actor) -> None:
        self._port = actor.ports["management"]
        self._head = f"Host: 127.0.0.1:{self._port}\r\nAuthorization: Bearer {actor.key}\r\n"
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call and return the value of the answer. Raises ApiRefused."""
        sent = b"" if body is None else msgspec.json.encode(body)
        kind = "" if body is None else "Content-Type: application/json\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(sent)}\r\n\r\n"
        reader, writer = await self._connect()
        try:
            writer.write(head.encode() + sent)
            first, _, fields = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            lengths = [line for line in fields.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            answer = await reader.readexactly(int(lengths[0].partition(b":")[2]))
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        if not first.split()[1].startswith(b"2"):
            raise ApiRefused(f"{method} {path}: {answer.decode()}")
        return msgspec.json.decode(answer)

    async def negotiate(self, provider: str, dataset: str) -> Any:
        """Ask for a contract and wait for its end, as a program of the consumer does; return the negotiation."""
        begun = await self.call("POST", "/v1/negotiations", {"participant": provider, "dataset": dataset})
        done = await self.call("GET", f"/v1/negotiations/{quote(begun['id'])}/wait?timeout={WAIT_S}")
        assert done["state"] == "FINALIZED", done
        return done

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return an idle connection that the other side has not closed, or a new one."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def close(self) -> None:
        """Close the connections."""
        for _, writer in self._idle:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._idle.clear()


@contextlib.asynccontextmanager
async def call_actor(actor: Actor) -> AsyncIterator[ApiCaller]:
    """Yield a caller of a participant's management API."""
    caller = ApiCaller(actor)
    try:
        yield caller
    finally:
        await caller.close()
