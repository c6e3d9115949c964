"""The stage of the demonstration: a folder with four participants, and their processes on loopback.

Each participant has its own key, identity card, settings, SQLite file and ports. The data-space operator, who runs the
broker, signs the participant list.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connector.authority import card as cards
from connector.authority import issuing, keeping, membership, roster
from connector.authority.founding import FOLDER, know_by_documents
from connector.authority.issuing import BASE
from connector.authority.keeping import ROOTS, Authority
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.folder import write_folder
from connector.cli.setup.moving import name_did
from connector.cli.setup.plan import CARD, KEY, LIST, MEMBERS, SETTINGS, Plan, build_slug
from connector.cli.setup.ports import choose_ports
from connector.client import Connector
from connector.identity.keys import public_jwk
from connector.identity.listing.partner import Partner
from connector.identity.roster import Member

CREDENTIALS = ("MembershipCredential",)
"""The types of credentials that one authority of a demonstration may issue for members that the other one meets."""
READY_S = 30.0
NO_SETTINGS: Mapping[str, Mapping[str, str]] = {}
_RUN = "from connector.cli.main import run; run()"


@dataclass(frozen=True)
class Actor:
    """A participant of the demonstration: its folder, identifier, addresses and management key."""

    name: str
    id: str
    directory: Path
    ports: Mapping[str, int]
    key: str

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.directory / SETTINGS

    def client(self) -> Connector:
        """Return a client of the management API."""
        return Connector(f"http://127.0.0.1:{self.ports['management']}", self.key)


@dataclass
class Stage:
    """The participants by their word (`broker`, `city`, `firm`, `other`), and their running processes.

    `scheme` is the scheme of their public URLs: for `https` the environment names certificate and key. `program` is the
    command line that runs each of them, `prefix` the beginning of the names of their folders. With `by_document` they
    prove themselves by their documents and by credentials of an authority beside the broker, else by their keys on
    the participant list.
    """

    base: Path
    scheme: str = "http"
    program: Sequence[str] = (sys.executable, "-c", _RUN)
    prefix: str = ""
    by_document: bool = False
    actors: dict[str, Actor] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    _readers: list[threading.Thread] = field(default_factory=list)

    def set_up(self, word: str, name: str, *, port_base: int | None, data: Path | None = None) -> Actor:
        """Create the folder of a participant: settings, key, card. The broker is the first."""
        directory = self.base / f"{self.prefix}{word}"
        broker = self.actors.get("broker")
        card = cards.read_card(broker.directory / CARD) if broker else None
        ports = choose_ports(directory, port_base)
        url = f"{self.scheme}://{'localhost' if self.by_document else '127.0.0.1'}:{ports['protocol']}"
        plan = Plan(
            directory=directory,
            id=name_did(url) if self.by_document else f"urn:participant:{build_slug(name)}",
            name=name,
            public_url=url,
            ports=ports,
            is_broker=broker is None,
            broker=card,
            roster=str(broker.directory / LIST) if broker else None,
            data=data,
            public=broker is None,
            by_document=self.by_document,
        )
        self.actors[word] = Actor(name=name, id=plan.id, directory=directory, ports=ports, key=write_folder(plan) or "")
        return self.actors[word]

    def enrol(self, claims: Mapping[str, Mapping[str, Sequence[str]]], guests: Sequence[Actor] = ()) -> None:
        """Let the data-space operator sign a participant list with all participants, their claims, and guests."""
        home = self.actors["broker"].directory
        members = [
            cards.make_member(cards.read_card(actor.directory / CARD), claims=claims.get(word))
            for word, actor in self.actors.items()
            if word != "broker"
        ]
        if self.by_document:
            self._admit(know_by_documents(members), guests)
            return
        for member in (*members, *(cards.make_member(cards.read_card(guest.directory / CARD)) for guest in guests)):
            roster.add(home / MEMBERS, member)
        key = cards.load_key(home / KEY)
        roster.publish(home / MEMBERS, home / LIST, key, now=datetime.now(UTC))

    def _admit(self, members: Sequence[Member], guests: Sequence[Actor]) -> None:
        """Let the authority sign a list with members, and with the authorities of the data spaces of guests."""
        home = self.actors["broker"].directory
        authority = Authority(folder=home / FOLDER, members=home / MEMBERS, mirror=home / LIST)
        for member in members:
            roster.add(authority.members, member)
        for guest in guests:
            folder = guest.directory / FOLDER
            theirs = keeping.show(Authority(folder=folder, members=guest.directory / MEMBERS))
            listed = Partner(
                authority=theirs.did,
                list=f"{theirs.url}{BASE}/members",
                roots=tuple(map(public_jwk, cards.operator_keys(folder / ROOTS))),
                types=CREDENTIALS,
            )
            membership.list_partner(authority, listed)
        issuing.publish(authority, now=datetime.now(UTC))

    def start_all(self, settings: Mapping[str, Mapping[str, str]] = NO_SETTINGS) -> None:
        """Start a process for each participant, all at the same time. Raises Failure with the end of a log.

        `settings` are environment variables, by the word of a participant.
        """
        first = [word for word in self.actors if word == "broker" and self.by_document]
        for words in (first, [word for word in self.actors if word not in first]):
            # Who has an authority beside its broker has its first credential from there when it is ready.
            for word in words:
                self.start(word, settings.get(word))
            for word in words:
                self.await_ready(word)

    def start(self, word: str, settings: Mapping[str, str] | None = None) -> None:
        """Start a participant's process, with further settings as environment variables."""
        actor = self.actors[word]
        serve = ["broker", "serve"] if actor.id == self.actors["broker"].id else ["serve"]
        with (actor.directory / "log.txt").open("a", encoding="utf-8") as log:
            self.processes[word] = subprocess.Popen(  # noqa: S603 - this program
                [*self.program, *serve, "--settings", str(actor.settings)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **(settings or {})},
                start_new_session=True,
            )

    def await_ready(self, word: str) -> None:
        """Wait until the process of a participant reports that it is ready. Raises Failure with the end of its log."""
        actor = self.actors[word]
        if not self._is_ready(self.processes[word]):
            lines = (actor.directory / "log.txt").read_text(encoding="utf-8").splitlines()[-3:]
            raise Failure(
                Code.FAILED, "errors.not-started", name=actor.name, names=" ".join(lines) or "its log is empty"
            )

    def stop(self) -> None:
        """Stop all processes, the last started first."""
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join(10)
        self.processes.clear()
        self._readers.clear()

    def _is_ready(self, process: "subprocess.Popen[str]") -> bool:
        """Return whether a process prints `ready` in time; its output is read until it ends."""
        lines: queue.Queue[str] = queue.Queue()
        assert process.stdout is not None
        output = process.stdout

        def read() -> None:
            with output:
                for line in output:
                    lines.put(line)
            lines.put("")

        self._readers.append(threading.Thread(target=read, daemon=True))
        self._readers[-1].start()
        try:
            while line := lines.get(timeout=READY_S):
                if line.startswith("ready"):
                    return True
        except queue.Empty:
            return False
        return False
