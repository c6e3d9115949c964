"""A city and a firm with SQLite files, a process each, that are killed and started again."""

import hashlib
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from connector.cli.demo.stage import Actor, Stage
from connector.cli.setup import ports
from connector.client import Connector
from connector.client.frame.errors import ClientError
from connector.views.assets import AssetOrder, DataClass

READY_S = 60.0
STUCK_S = 60.0
POLL_S = 0.02
CONTENT = b"station;value\n" + b"A 1;17\n" * 4_000
NAME = "air.csv"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
OFFERED = {
    "permission": [
        {
            "action": "use",
            "constraint": [
                {
                    "leftOperand": "dateTime",
                    "operator": "lt",
                    "rightOperand": {"@value": "2080-01-01T00:00:00Z", "@type": "xsd:dateTime"},
                }
            ],
        }
    ]
}
# A short patience, so that what is slow in a matrix is the work and not the waiting.
LIMITS = {
    "DATENKONTOR_LIMITS__RETRY_BASE_SECONDS": "0.05",
    "DATENKONTOR_LIMITS__RETRY_MOST_SECONDS": "0.5",
    "DATENKONTOR_LIMITS__LOOK_SECONDS": "1.0",
    "DATENKONTOR_LOGGING__LEVEL": "info",
}

NOTHING_MORE: Mapping[str, str] = {}

T = TypeVar("T")


class Stuck(AssertionError):
    """Something did not come to an end in time."""


class Side:
    """One participant: its zygote, and the connector that was forked from it last."""

    def __init__(self, actor: Actor, more: Mapping[str, str] = NOTHING_MORE) -> None:
        self.name = actor.directory.name
        self.actor = actor
        self.client: Connector = actor.client()
        self.pid: int | None = None
        self.killed_at: float | None = None
        self._lines: queue.Queue[str] = queue.Queue()
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.entry", str(actor.settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, **LIMITS, **more},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._zygote.stdout
        with self._zygote.stdout as lines:
            for line in lines:
                self._lines.put(line)

    @property
    def victims(self) -> tuple["Side", ...]:
        """The processes of the participant: this one."""
        return (self,)

    def start(self, at: int = 0, kind: str = "start") -> None:
        """Start a connector that dies at its event number `at`, once armed; 0 is never. `kind` is that of `entry`."""
        assert self._zygote.stdin
        self._zygote.stdin.write(f"{kind} {at}\n")
        self.pid = int(self._line("forked").split()[1])
        self._line("ready")

    def arm(self) -> None:
        """Let events count from now on."""
        assert self.pid
        os.kill(self.pid, signal.SIGUSR1)

    def kill(self) -> None:
        """Kill the connector and wait for its end."""
        if self.pid:
            # One that was replaced has ended by itself.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._line("ended")
            self.pid, self.killed_at = None, time.monotonic()

    def stands_still(self) -> bool:
        """Tell whether the connector was stopped."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        except OSError:
            return False

    def go_on(self) -> None:
        """Let a connector go on that was stopped."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGCONT)

    def died(self) -> bool:
        """Tell whether the connector has ended since it was started; notices it once."""
        if self.pid is None:
            return True
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            return False
        assert line.startswith("ended"), line
        self.pid, self.killed_at = None, time.monotonic()
        return True

    def close(self) -> None:
        self.kill()
        self.client.close()
        assert self._zygote.stdin
        self._zygote.stdin.close()
        self._zygote.wait(10)
        self._reader.join(10)

    def _line(self, word: str) -> str:
        try:
            while not (line := self._lines.get(timeout=READY_S)).startswith(word):
                assert not line.startswith("ended"), f"{self.name} ended before it was {word}: see its log.txt"
        except queue.Empty:
            raise Stuck(f"{self.name} did not say that it is {word}") from None
        return line

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read its store's file."""
        path = self.actor.directory / "store.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def events(self) -> list[str]:
        """Return the events that were written down, and forget them."""
        path = self.actor.directory / "events.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines


class Space:
    """Both sides, with one dataset on offer. `build` makes a side of the participant of a word."""

    def __init__(
        self, base: Path, build: Callable[[Stage, str], Any] = lambda stage, word: Side(stage.actors[word])
    ) -> None:
        stage = Stage(base)
        stage.set_up("broker", "Betreiber", port_base=_free_base())
        data = base / "offered"
        data.mkdir()
        (data / NAME).write_bytes(CONTENT)
        first = stage.actors["broker"].ports["protocol"]
        stage.set_up("city", "Stadt", port_base=first + 10, data=data)
        stage.set_up("firm", "Firma", port_base=first + 20)
        stage.enrol({})
        self.city, self.firm = build(stage, "city"), build(stage, "firm")
        self.sides = {"city": self.city, "firm": self.firm}
        for side in self.sides.values():
            side.start()
        order = AssetOrder(
            title={"de": "Luft"},
            source={"kind": "file", "path": NAME},
            policy=OFFERED,
            data_class=DataClass.OPEN,
            licence="cc-by/4.0",
            media_type="text/csv",
        )
        asset = self.city.client.assets.add(order)
        self.dataset = self.city.client.assets.publish(asset.id).id

    @property
    def victims(self) -> dict[str, Side]:
        """The processes that can be killed, by their names."""
        return {victim.name: victim for side in self.sides.values() for victim in side.victims}

    def close(self) -> None:
        for side in self.sides.values():
            side.close()

    def revive(self) -> None:
        """Start again whoever has died."""
        for side in self.sides.values():
            if side.died():
                side.start()

    def patiently(self, call: Callable[[], T]) -> T | None:
        """Return what a call answers, or None where it failed: a side may be dead, or the state another one."""
        try:
            return call()
        except ClientError:
            self.revive()
            time.sleep(POLL_S)
            return None

    def until(self, step: Callable[[], T | None], what: str) -> T:
        """Repeat a step until it answers; a side that dies meanwhile is started again. Raises Stuck."""
        deadline = time.monotonic() + STUCK_S
        while time.monotonic() < deadline:
            self.revive()
            found = self.patiently(step)
            if found is not None:
                return found
            time.sleep(POLL_S)
        raise Stuck(f"{what} did not come to an end in {STUCK_S:.0f} s")

    def unequal(self) -> list[str]:
        """Return the processes whose two sides are not the same in the end."""
        found = []
        held = {
            side.name: {own: (kind, role, pid, state) for own, kind, role, pid, state in side.rows(_PROCESSES)}
            for side in self.sides.values()
        }
        for name, other in (("city", "firm"), ("firm", "city")):
            for own, (kind, _role, pid, state) in held[name].items():
                theirs = held[other].get(pid)
                ended_alone = theirs is None and state in {None, "TERMINATED"}
                if not ended_alone and (theirs is None or theirs[3] != state):
                    found.append(f"{kind} {own} at {name} is {state}, its counterpart {theirs and theirs[3]}")
        documents = [
            {name: msgspec.msgpack.decode(body)["document"] for name, body in side.rows(_AGREEMENTS)}
            for side in self.sides.values()
        ]
        both = documents[0].keys() & documents[1].keys()
        return found + [f"agreement {name} differs" for name in both if documents[0][name] != documents[1][name]]

    def unended(self) -> list[str]:
        """Return the processes that still go on."""
        return [
            f"{side.name} {kind} {own} is still {state}"
            for side in self.sides.values()
            for own, kind, state in side.rows("SELECT id, kind, state FROM processes WHERE outcome = ''")
        ]

    def duplicated(self) -> list[str]:
        """Return the messages that were applied twice and the processes of the peer that stand for the same one."""
        found = []
        for side in self.sides.values():
            received = [
                (process, kind, msgspec.json.decode(body)["fields"]) for process, kind, body in side.rows(_RECEIVED)
            ]
            # A start that answers one's own says what the first did, and moves it along another arrow or none.
            applied = Counter(
                (process, kind, fields["from"], fields.get("digest"))
                for process, kind, fields in received
                if fields["from"] != fields["to"]
            )
            found += [f"{side.name} applied {kind} twice to {own}" for (own, kind, *_), n in applied.items() if n > 1]
            twins = Counter((kind, pid) for _, kind, _, pid, _ in side.rows(_PROCESSES) if pid)
            found += [f"{side.name} has {n} processes for {pid}" for (_, pid), n in twins.items() if n > 1]
        return found


_PROCESSES = "SELECT id, kind, role, peer_pid, state FROM processes"
_AGREEMENTS = "SELECT id, body FROM agreements"
_RECEIVED = "SELECT process_id, kind, body FROM leaves WHERE kind LIKE 'received %'"


@contextmanager
def space(base: Path, build: Callable[[Stage, str], Any] | None = None) -> Iterator[Space]:
    """Open a space and close it."""
    made = Space(base, build) if build else Space(base)
    try:
        yield made
    finally:
        made.close()


def _free_base() -> int:
    for base in range(21_000 + os.getpid() % 500 * 10, 32_000, 40):
        if all(ports.is_free(port) for port in range(base, base + 100)):
            return base
    raise Stuck("no hundred free ports in a row")
