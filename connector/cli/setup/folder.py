"""The files of a folder: settings, private key, identity card and, for a broker, the participant list."""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connector.authority import card as cards
from connector.authority import issuing, keeping, roster
from connector.authority.card import IdentityCard
from connector.authority.founding import FOLDER, establish
from connector.authority.issuing import BASE
from connector.authority.keeping import RECORD, ROOTS, Authority
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.plan import CARD, KEY, LIST, MEMBERS, OPERATOR, SETTINGS, Plan, replace_port
from connector.identity.files import replace_atomically
from connector.identity.keys import SigningKey, VerificationKey
from connector.net.addresses import join_host
from connector.protocol.dcp.did import LOCAL_HOST
from connector.settings import LOCAL_ZONE, render_template


def refuse_to_overwrite(directory: Path, force: bool) -> None:
    """Raise Failure if the folder contains the files of a connector, unless `force` allows to write them again."""
    if directory.exists() and not directory.is_dir():
        raise Failure(Code.FAILED, "errors.not-a-folder", directory=directory)
    existing = [name for name in (SETTINGS, KEY, CARD, MEMBERS) if (directory / name).exists()]
    if existing and not force:
        raise Failure(
            Code.FAILED,
            "errors.folder-in-use",
            directory=directory,
            names=", ".join(existing),
        )


def write_folder(plan: Plan) -> str:
    """Write all files; return the management key, of which only the hash is stored. Raises Failure, RosterFault."""
    folder = plan.directory
    key_file = folder / KEY
    try:
        for part in (folder, folder / "received", plan.data or folder / "offered"):
            create_folder(part)
        key = cards.load_key(key_file) if key_file.exists() else cards.new_key(key_file)
        if plan.is_broker:
            _begin_list(plan, key)
        card = _make_card(plan, key, _find_roots(plan))
        secret = secrets.token_urlsafe(32)
        write_file(
            folder / SETTINGS, render_template(_build_settings(plan, secret), title=_build_title(plan)), mode=0o600
        )
        write_file(folder / CARD, cards.render(card).decode())
        operator = card if plan.is_broker else plan.broker
        if operator is not None and plan.by_document and not plan.is_broker:
            write_file(folder / ROOTS, json.dumps({"keys": operator.roots}, indent=2) + "\n")
        elif operator is not None and not plan.by_document:
            write_file(folder / OPERATOR, json.dumps(operator.keys[0], indent=2) + "\n")
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-writable", path=error.filename or folder, problem=error.strerror
        ) from None
    return secret


def _make_card(plan: Plan, key: SigningKey, roots: Sequence[VerificationKey] = ()) -> IdentityCard:
    # Files are not fetched: who is elsewhere reads the list at the authority.
    is_fetched = plan.is_broker and plan.by_document and not plan.local
    return cards.card(
        key,
        id=plan.id,
        name=plan.name,
        address=plan.address,
        data=() if plan.is_broker else (plan.second,),
        search=plan.second if plan.is_broker else None,
        roster=f"{plan.public_url}{BASE}/members" if is_fetched else None,
        roots=roots,
    )


def _begin_list(plan: Plan, key: SigningKey) -> None:
    """Begin the participant list of a broker, and publish it: by its key, or by an authority that is made for it.

    A call that was cut short goes on here; a list that was published is left alone.
    """
    folder, now = plan.directory, datetime.now(UTC)
    authority = Authority(folder=folder / FOLDER, members=folder / MEMBERS, mirror=folder / LIST)
    founds = keeping.is_begun(authority)
    if (folder / LIST).exists() and not founds:
        return
    if not (folder / MEMBERS).exists():
        roster.create(folder / MEMBERS, plan.id)
    if not roster.show(folder / MEMBERS).members:
        roster.add(folder / MEMBERS, cards.make_member(_make_card(plan, key), roles=("broker",)))
    if not plan.by_document:
        roster.publish(folder / MEMBERS, folder / LIST, key, now=now)
        return
    if founds or not (folder / FOLDER / RECORD).exists():
        path = plan.address.removeprefix(plan.public_url)
        establish(authority, plan.id, own=plan.id, did=f"{plan.id}:{FOLDER}", url=plan.public_url, path=path, now=now)
    issuing.publish(authority, now=now)
    keeping.end(authority)


def _find_roots(plan: Plan) -> tuple[VerificationKey, ...]:
    """Return the roots of the authority beside a broker."""
    return cards.operator_keys(plan.directory / FOLDER / ROOTS) if plan.is_broker and plan.by_document else ()


def _build_settings(plan: Plan, secret: str) -> dict[str, Any]:
    near = urlsplit(plan.public_url).hostname
    here = "::1" if near == "::1" else "127.0.0.1"
    listen = here if plan.local else "0.0.0.0"  # noqa: S104 - others are to reach it, as --public-url says
    own = {"id": "admin", "sha256": hashlib.sha256(secret.encode()).hexdigest(), "scopes": ["admin"]}
    values: dict[str, Any] = {
        "participant": {"id": plan.id, "name": plan.name},
        "protocol": {"public_url": plan.public_url, "host": listen, "port": plan.ports["protocol"]},
        "data": {"host": listen, "port": plan.ports["data"]},
        "management": {"port": plan.ports["management"], "keys": [own]},
        "web": {"port": plan.ports["web"]},
        "data_root": str(plan.data) if plan.data else "offered",
        "received": "received",
        "zone": LOCAL_ZONE,
        "store": {"path": "store.sqlite"},
        "identity": {"mechanism": "roster", "key": KEY, "operator_key": OPERATOR, "roster": plan.roster or LIST},
    }
    if plan.by_document:
        roots = f"{FOLDER}/{ROOTS}" if plan.is_broker else ROOTS
        values["identity"] |= {"mechanism": "dcp", "operator_key": roots}
        values |= {"authority": {"folder": FOLDER}} if plan.is_broker else {}
    if not plan.local or near != here:
        values["data"]["public_url"] = (
            replace_port(plan.public_url, plan.ports["data"]) if plan.is_broker else plan.second
        )
    if plan.public_url.startswith("http://"):
        # Plain HTTP between processes of one machine or test net is a choice, so the file shows it.
        # `localhost` too, since an identifier by a document has no bare address: the folder may be moved over.
        named = [LOCAL_HOST, here] if near in {LOCAL_HOST, "127.0.0.1"} else [near]
        hosts = [join_host(host or "", "*") for host in named]
        values |= {"mode": "development", "net": {"hosts": hosts, "plain_http": hosts}}
    if plan.is_broker:
        values["broker"] = {"host": listen, "port": plan.ports["broker"], "record": "record.sqlite"}
        values["broker"] |= {"open": True} if plan.public else {}
        values["broker"] |= {"public_url": plan.second_url} if plan.second_url else {}
    elif plan.broker is not None:
        values["broker"] = {"participant": plan.broker.id, "api": plan.broker.search}
    return values


def _build_title(plan: Plan) -> str:
    kind = "broker" if plan.is_broker else "connector"
    return (
        f"Settings of the {kind} of {plan.name}.\n"
        "Lines that are comments show the default. Variables DATENKONTOR_* of the environment take precedence."
    )


def write_file(path: Path, content: str, *, mode: int = 0o644) -> None:
    """Write a whole file or none, and wait until it is on the disk."""
    replace_atomically(path, content.encode(), mode=mode)


def find_cause(*paths: Path) -> str:
    """Return why a file cannot be used: `missing`, `locked` for this user, or `wrong` inside."""
    for path in paths:
        try:
            path.stat()
        except PermissionError:
            return "locked"
        except OSError:
            return "missing"
        if not os.access(path, os.R_OK):
            return "locked"
    return "wrong"


def create_folder(folder: Path) -> None:
    """Create a folder and its missing parents, and wait until they are on the disk."""
    if not folder.is_dir():
        create_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
