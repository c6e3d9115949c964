"""Real processes on loopback: the demonstration's stage, with ports nobody else uses, and what a test does to it."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.cli.demo.stage import Stage
from connector.cli.setup.ports import is_free
from connector.client import Connector
from connector.views.assets import AssetOrder, DataClass
from connector.views.negotiations import NegotiationView
from connector.views.transfers import TransferView
from tests.pair.space import PURPOSE, only_for

TERMS = only_for(PURPOSE)
WAIT_S = 30.0


def free_base(count: int = 40) -> int:
    """Return the first of `count` ports in a row that are free, far from those that people use."""
    bases = random.sample(range(20_000, 32_000 - count, 10), 100)
    return next(base for base in bases if all(is_free(port) for port in range(base, base + count)))


class Live:
    """A city and a firm, a process each, that can be killed and started again."""

    def __init__(self, base: Path, *, scheme: str = "http") -> None:
        self.stage = Stage(base, scheme=scheme)
        self.data = base / "offered"
        self.data.mkdir()
        ports = free_base()
        self.stage.set_up("broker", "Betreiber", port_base=ports)
        self.stage.set_up("city", "Stadt", port_base=ports + 10, data=self.data)
        self.stage.set_up("firm", "Firma", port_base=ports + 20)
        self.stage.enrol({"firm": {"purpose": [PURPOSE]}})
        self.clients: dict[str, Connector] = {}

    @property
    def city(self) -> Connector:
        return self.clients["city"]

    @property
    def firm(self) -> Connector:
        return self.clients["firm"]

    @property
    def city_id(self) -> str:
        return self.stage.actors["city"].id

    def start(self, *words: str) -> None:
        """Start processes side by side and wait until they are ready."""
        for word in words:
            self.stage.start(word)
        for word in words:
            self.stage.await_ready(word)
            self.clients[word] = self.stage.actors[word].client()

    def end(self, word: str, number: int) -> int:
        """Send a signal to a process, wait for its end and return its exit code."""
        process = self.stage.processes.pop(word)
        self.clients.pop(word).close()
        process.send_signal(number)
        code = process.wait(20)
        if process.stdout:
            process.stdout.close()
        return code

    def kill(self, word: str) -> None:
        """Kill a process with no chance to tidy up."""
        assert self.end(word, signal.SIGKILL) == -signal.SIGKILL

    def log(self, word: str) -> str:
        """Return everything a participant has logged."""
        return (self.stage.actors[word].directory / "log.txt").read_text("utf-8")

    def offer(self, path: str, **more: str) -> str:
        """Publish a file or folder and return the dataset's identifier."""
        source = {"kind": "file", "path": path, **more}
        order = AssetOrder(
            title={"de": path}, source=source, policy=TERMS, data_class=DataClass.OPEN, licence="cc-by/4.0"
        )
        asset = self.city.assets.add(order)
        return self.city.assets.publish(asset.id).id

    def agree(self, dataset: str) -> str:
        """Negotiate and return the agreement, which both sides hold alike."""
        begun = self.firm.negotiations.start(self.city_id, dataset)
        return self.finalized(begun.id).agreement_id or ""

    def finalized(self, pid: str) -> NegotiationView:
        """Wait for the end of a negotiation of the firm: FINALIZED, and the same agreement on both sides."""
        found = self.firm.negotiations.wait(pid, timeout_s=WAIT_S)
        assert found.state == "FINALIZED", (found.state, found.pending, found.ended)
        theirs = self.city.negotiations.wait(found.peer_pid or "", timeout_s=WAIT_S)
        assert theirs.state == "FINALIZED", (theirs.state, theirs.pending, theirs.ended)
        held = [side.agreements.show(found.agreement_id or "").sha256 for side in (self.city, self.firm)]
        assert held[0] == held[1]
        return found

    def completed(self, pid: str) -> TransferView:
        """Wait for the end of a transfer of the firm: COMPLETED on both sides."""
        found = self.firm.transfers.wait(pid, timeout_s=WAIT_S)
        assert found.state == "COMPLETED", (found.state, found.pending, found.ended)
        theirs = self.city.transfers.wait(found.peer_pid or "", timeout_s=WAIT_S)
        assert theirs.state == "COMPLETED", (theirs.state, theirs.pending, theirs.ended)
        return found

    def arriving(self) -> int:
        """Return how many bytes of deliveries under way lie at the firm."""
        folder = self.stage.actors["firm"].directory / "received" / ".partial"
        return sum(file.stat().st_size for file in folder.glob("*")) if folder.exists() else 0

    def close(self) -> None:
        """Stop everything."""
        for word in list(self.clients):
            self.end(word, signal.SIGTERM)


def until(condition: Callable[[], object]) -> None:
    """Look again and again until the condition holds, for a bounded time."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.001)


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set variables for the processes that are started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
