"""What `init` puts into a folder, and how it finds out what nobody told it: names, free ports, the way in."""

import hashlib
import json
import os
import re
import secrets
import socket
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.card import IdentityCard
from connector.cli.frame.failure import Code, Failure
from connector.settings import ProtocolSettings, render_template

SETTINGS, KEY, CARD, OPERATOR, LIST, MEMBERS = (
    "datenkontor.toml",
    "key.pem",
    "card.json",
    "operator.jwk",
    "roster.jws",
    "members.json",
)
LISTENERS = ("protocol", "data", "management", "broker")
FIRST_PORT, LAST_PORT, STEP = 7080, 9980, 10
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Plan:
    """All that was found out or told, before anything is written."""

    directory: Path
    id: str
    name: str
    public_url: str
    ports: dict[str, int]
    is_broker: bool
    broker: IdentityCard | None
    roster: str | None
    data: Path | None

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return urlsplit(self.public_url).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def address(self) -> str:
        """The base URL of the protocol endpoints, as the participant list has it."""
        return self.public_url + ProtocolSettings(public_url=self.public_url).path


def slug(name: str) -> str:
    """Return a name as the last part of an identifier: lower-case ASCII letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not found:
        raise Failure(Code.USAGE, "The name gives no identifier: say one with --id.")
    return found


def refuse_to_overwrite(directory: Path, force: bool) -> None:
    """Raise Failure where a folder is set up already and nobody said that it may be written anew."""
    if directory.exists() and not directory.is_dir():
        raise Failure(Code.FAILED, f"{directory} is a file: name a folder.")
    there = [name for name in (SETTINGS, KEY, CARD, MEMBERS) if (directory / name).exists()]
    if there and not force:
        raise Failure(
            Code.FAILED, f"{directory} is set up already ({', '.join(there)}): nothing was changed; add --force."
        )


def free_ports(directory: Path, base: int | None) -> dict[str, int]:
    """Return the ports of the listeners: from `base` on, or the first free ones that no neighbour's settings name."""
    if base is not None:
        return {name: base + at for at, name in enumerate(LISTENERS)}
    taken = _neighbours(directory)
    for first in range(FIRST_PORT, LAST_PORT, STEP):
        ports = {name: first + at for at, name in enumerate(LISTENERS)}
        if not taken & set(ports.values()) and all(map(is_free, ports.values())):
            return ports
    raise Failure(
        Code.FAILED, f"No free ports from {FIRST_PORT} to {LAST_PORT}: say the first of four with --port-base."
    )


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a port can be listened at."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def write(plan: Plan) -> str:
    """Write all files; return the management key, of which only the hash is kept. Raises Failure, RosterFault."""
    folder = plan.directory
    key_file = folder / KEY
    try:
        for part in (folder, folder / "received", plan.data or folder / "offered"):
            _make(part)
        key = cards.load_key(key_file) if key_file.exists() else cards.new_key(key_file)
        search = f"http://127.0.0.1:{plan.ports['broker']}" if plan.is_broker and plan.local else None
        if plan.is_broker and not plan.local:
            search = _with_port(plan.public_url, plan.ports["broker"])
        card = cards.card(key, id=plan.id, name=plan.name, address=plan.address, search=search)
        secret = secrets.token_urlsafe(32)
        _put(folder / SETTINGS, render_template(_settings(plan, secret), title=_title(plan)), mode=0o600)
        _put(folder / CARD, cards.render(card).decode())
        operator = card if plan.is_broker else plan.broker
        if operator is not None:
            _put(folder / OPERATOR, json.dumps(operator.keys[0], indent=2) + "\n")
        if plan.is_broker and not (folder / MEMBERS).exists():
            roster.create(folder / MEMBERS, plan.id)
            roster.add(folder / MEMBERS, cards.make_member(card, roles=("broker",)))
            roster.publish(folder / MEMBERS, folder / LIST, key, now=datetime.now(UTC))
    except OSError as error:
        raise Failure(Code.FAILED, f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    return secret


def _settings(plan: Plan, secret: str) -> dict[str, Any]:
    listen = "127.0.0.1" if plan.local else "0.0.0.0"  # noqa: S104 - others are to reach it, as --public-url says
    own = {"id": "admin", "sha256": hashlib.sha256(secret.encode()).hexdigest(), "scopes": ["admin"]}
    values: dict[str, Any] = {
        "participant": {"id": plan.id, "name": plan.name},
        "protocol": {"public_url": plan.public_url, "host": listen, "port": plan.ports["protocol"]},
        "data": {"host": listen, "port": plan.ports["data"]},
        "management": {"port": plan.ports["management"], "keys": [own]},
        "data_root": str(plan.data) if plan.data else "offered",
        "received": "received",
        "store": {"path": "store.sqlite"},
        "identity": {"key": KEY, "operator_key": OPERATOR, "roster": plan.roster or LIST},
    }
    if not plan.local:
        values["data"]["public_url"] = _with_port(plan.public_url, plan.ports["data"])
    if plan.public_url.startswith("http://"):
        # Plain HTTP among processes of one machine or test net is a choice, so it stands in the file for all to see.
        hosts = [f"{urlsplit(plan.public_url).hostname}:*"]
        values |= {"mode": "development", "net": {"hosts": hosts, "plain_http": hosts}}
    if plan.is_broker:
        values["broker"] = {"host": listen, "port": plan.ports["broker"], "record": "record.sqlite"}
    elif plan.broker is not None:
        values["broker"] = {"participant": plan.broker.id, "api": plan.broker.search}
    return values


def _title(plan: Plan) -> str:
    kind = "broker" if plan.is_broker else "connector"
    return (
        f"Settings of the {kind} of {plan.name}.\n"
        "What stands as a comment has the value that is shown. DATENKONTOR_* in the environment comes before the file."
    )


def _with_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def _put(path: Path, content: str, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all; what is written is on the disk."""
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _make(folder: Path) -> None:
    """Create a folder and those above it where they are missing, on the disk."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _neighbours(directory: Path) -> set[int]:
    """Return the ports that settings beside ours name, whether or not they are served at the moment."""
    ports: set[int] = set()
    for file in directory.resolve().parent.glob(f"*/{SETTINGS}"):
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        sections = [values[name] for name in LISTENERS if isinstance(values.get(name), dict)]
        ports |= {section["port"] for section in sections if isinstance(section.get("port"), int)}
    return ports
