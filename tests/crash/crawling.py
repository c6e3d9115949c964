"""A broker that can be killed: `python -m tests.crash.crawling FOLDER PORT` forks one for each line of its input.

Two members, a portal and a webhook answer within the process, from the file `world.json` of the folder, which the test
changes while the broker crawls. With `signed`, the members are those of a space on the disk, and sign what they send.
The imports are done once, before the forks.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uvloop
from msgspec.structs import replace

from connector.app import serve
from connector.app.broker import build_broker
from connector.net.transport import HttpCall
from connector.settings import Settings, anchor
from tests.broker.portals import HOME, FakePortal, iri, package
from tests.broker.world import BROKER, CITY, member, titled
from tests.pair.space import SOON, Space
from tests.pair.space import participant as name_signer
from tests.support.transport import InProcessAnswer

MEMBERS = ("a", "b")
WORLD, POSTED = "world.json", "posted.jsonl"
HOOK = "https://hooks.example:443/probe"
TOKEN = "broker-token"
CONTEXT = "https://w3id.org/dspace/2025/1/context.jsonld"

State = dict[str, dict[str, tuple[str, int]]]
"""What is offered, by source (`portal` or the name of a member): number → title and version."""


def name_offer(source: str, number: str) -> tuple[str, str]:
    """Return the participant and the identifier that the broker has for an offer."""
    if source == "portal":
        return "urn:datenkontor:portal:city", iri(int(number))
    return CITY + source, f"urn:{source}:{number}"


def make_title(title: str, version: int) -> str:
    return f"{title} v{version}"


class World:
    """A transport behind which members and portal say what the file says at the moment."""

    def __init__(self, path: Path, name_member: Callable[[str], str] = CITY.__add__) -> None:
        self._path = path
        self._name_member = name_member

    async def send(self, call: HttpCall) -> InProcessAnswer:
        host = urlsplit(call.endpoint.url).hostname or ""
        if call.endpoint.url == HOOK:
            self._take(call)
            return InProcessAnswer(204, {}, b"")
        state: State = json.loads(self._path.read_bytes())
        if HOME.endswith(host):
            packages = [
                package(
                    int(number),
                    title=make_title(title, version),
                    # Of the fraction, a search of CKAN says three digits.
                    metadata_modified=f"2026-01-02T03:04:05.{version:03}000",
                )
                for number, (title, version) in state["portal"].items()
            ]
            return await FakePortal(*packages).send(call)
        source = host.partition(".")[0]
        offered = [
            titled(f"urn:{source}:{number}", make_title(title, version))
            for number, (title, version) in state[source].items()
        ]
        document: dict[str, Any] = {
            "@context": [CONTEXT],
            "@id": "urn:catalogue",
            "@type": "Catalog",
            "participantId": self._name_member(source),
            "dataset": offered,
        }
        headers = {"Content-Type": "application/json"}
        return InProcessAnswer(200, headers, json.dumps(document).encode())

    def _take(self, call: HttpCall) -> None:
        """Note a message of a webhook, in one line that no kill tears."""
        assert isinstance(call.body, bytes)
        message = {"id": call.headers["webhook-id"], "items": json.loads(call.body)["data"]["items"]}
        with self._path.with_name(POSTED).open("ab", buffering=0) as posted:
            posted.write(json.dumps(message).encode() + b"\n")


def write_world(folder: Path, state: State) -> None:
    """Replace what is offered."""
    fresh = folder / (WORLD + ".new")
    fresh.write_bytes(json.dumps(state).encode())
    fresh.rename(folder / WORLD)


def make_settings(folder: Path, port: int) -> Settings:
    known = [member("broker"), *map(member, MEMBERS)]
    tokens = {"own": TOKEN, "participants": known, "tokens": {BROKER: TOKEN, **{CITY + name: name for name in MEMBERS}}}
    (folder / "tokens.json").write_bytes(msgspec.json.encode(tokens))
    settings = {
        "participant": {"id": BROKER, "name": "Broker"},
        "mode": "development",
        "protocol": {"public_url": "https://broker.example", "port": 0},
        "identity": {"mechanism": "static-token", "tokens": "tokens.json"},
        "broker": {
            "record": "record.sqlite",
            "port": port,
            "open": True,
            "crawl_seconds": 0.1,
            "portals": [{"name": "city", "kind": "ckan", "url": HOME}],
        },
        "net": {"hosts": [f"{name}.example:443" for name in (*MEMBERS, "portal")]},
        "limits": {"failures_per_second": 1000.0},
    }
    return anchor(msgspec.convert(settings, Settings, dec_hook=lambda kind, value: kind(value)), folder)


def make_signed_settings(folder: Path, port: int) -> Settings:
    """Return the settings of the broker of a space, whose members have keys."""
    plain = Space(folder).settings("broker", SOON)
    return replace(
        plain,
        protocol=replace(plain.protocol, port=0),
        management=replace(plain.management, port=0),
        broker=replace(plain.broker, port=port, open=True, crawl_seconds=0.1),
        limits=replace(plain.limits, failures_per_second=1000.0),
    )


async def _run(settings: Settings, folder: Path) -> None:
    signed = not settings.broker.portals
    world = World(folder / WORLD, name_signer) if signed else World(folder / WORLD)
    broker = await build_broker(settings, transport=world)
    await serve._run_until_signal(broker, broker.listeners.addresses)


def _child(settings: Settings, folder: Path) -> None:
    os.setpgid(0, 0)
    log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    serve._prepare(settings, is_broker=True)
    print(f"forked {os.getpid()}", flush=True)
    uvloop.run(_run(settings, folder))


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    make = make_signed_settings if "signed" in sys.argv[3:] else make_settings
    settings = make(folder, port)
    for _order in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                _child(settings, folder)
            except BaseException:  # noqa: BLE001 - the end of a process, which says why in its log
                traceback.print_exc()
            os._exit(1)
        os.waitpid(pid, 0)
        # On a line of its own, also if the broker was killed within one.
        print(f"\nended {pid}", flush=True)


if __name__ == "__main__":
    main()
