"""`doctor`: looks at a connector from outside and says, check by check, what is well and what to do where it is not."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import typer

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.roster import RosterFault
from connector.cli.frame.command import command, single
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.folder import is_free
from connector.cli.frame.probe import is_listening, look
from connector.settings import Settings

app = single()

VERSIONS = "/.well-known/dspace-version"
SOON = timedelta(days=5)


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """One look: `ok` is None where there was nothing to judge; `advice` says what to do where it is not well."""

    name: str
    ok: bool | None
    sentence: str
    advice: str = ""


@command(
    app,
    "doctor",
    needs="settings",
    example="""datenkontor doctor --settings tiefbauamt/datenkontor.toml
    datenkontor doctor --json""",
)
def doctor(call: CommandCall) -> None:
    """Check settings, key, clock, ports, store, participant list and who can be reached.

    Ends with exit code 1 where something is not well. Changes nothing.
    """
    checks = []
    for check in _checks(call):
        checks.append(check)
        if not call.output.json:
            mark = "–" if check.ok is None else call.output.mark(check.ok)
            advice = f" {check.advice}" if check.advice and check.ok is not True else ""
            print(f"{mark} {check.name}: {check.sentence}{advice}", flush=True)
    well = all(check.ok is not False for check in checks)
    if call.output.json:
        call.output.result({"ok": well, "checks": checks})
    if not well:
        raise typer.Exit(Code.FAILED)


def _checks(call: CommandCall) -> Iterator[Diagnosis]:
    try:
        settings = call.read_settings()
    except Failure as failure:
        yield Diagnosis(name="settings", ok=False, sentence=failure.sentence)
        return
    sentence = f"{call.file} is readable; {settings.participant.name} is {settings.participant.id}."
    yield Diagnosis(name="settings", ok=True, sentence=sentence)
    yield _key(settings)
    yield _clock(call.file)
    yield from _ports(settings)
    yield _store(settings)
    yield _files(settings)
    yield from _list(settings)
    yield _broker(settings)
    yield _address(settings)
    yield _work(settings)


def _key(settings: Settings) -> Diagnosis:
    try:
        key = cards.load_key(settings.identity.key)
    except RosterFault as fault:
        return Diagnosis(name="key", ok=False, sentence=str(fault), advice="Make one with `datenkontor init`.")
    return Diagnosis(
        name="key", ok=True, sentence=f"{settings.identity.key} is ours alone ({key.algorithm}, {key.kid})."
    )


def _clock(file: Path) -> Diagnosis:
    now = datetime.now(UTC)
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    if written > now + timedelta(minutes=1):
        advice = "Set the clock; tokens live for minutes."
        return Diagnosis(
            name="clock",
            ok=False,
            sentence=f"The clock says {now:%Y-%m-%d %H:%M} UTC, before the settings were written.",
            advice=advice,
        )
    return Diagnosis(name="clock", ok=True, sentence=f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def _ports(settings: Settings) -> Iterator[Diagnosis]:
    scheme = "https" if settings.net.certificate else "http"
    listeners = [
        ("protocol", settings.protocol.host, settings.protocol.port, scheme, VERSIONS),
        ("data", settings.data.host, settings.data.port, scheme, ""),
        ("management", settings.management.host, settings.management.port, "http", "/health"),
    ]
    for name, host, port, how, path in listeners:
        label = f"port {port} ({name})"
        if port == 0 or is_free(port, host):
            yield Diagnosis(name=label, ok=True, sentence="free." if port else "a free one is taken at every start.")
            continue
        near = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - only compared, never bound
        # A listener with TLS is known by its name, not by this address: that it listens has to be enough here.
        answers = (
            is_listening(host, port)
            if how == "https" or not path
            else look(f"http://{near}:{port}{path}").status == 200
        )
        if answers:
            yield Diagnosis(name=label, ok=True, sentence="served.")
        else:
            advice = f"Set {name}.port to a free one."
            yield Diagnosis(name=label, ok=False, sentence="taken by another program.", advice=advice)


def _store(settings: Settings) -> Diagnosis:
    path = settings.store.path
    folder = path.parent
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return Diagnosis(name="store", ok=False, sentence=f"{path} cannot be written.", advice="Give it to our user.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Diagnosis(
            name="store", ok=False, sentence=f"{folder} cannot be written.", advice="Make it, or name another."
        )
    status = os.statvfs(folder)
    left = status.f_bavail * status.f_frsize
    if left < 100_000_000:
        advice = "Make room: what cannot be kept is not acknowledged."
        return Diagnosis(
            name="store", ok=False, sentence=f"Only {left // 1_000_000} MB are left in {folder}.", advice=advice
        )
    return Diagnosis(name="store", ok=True, sentence=f"{path} can be written.")


def _files(settings: Settings) -> Diagnosis:
    root = settings.data_root
    if root is None:
        return Diagnosis(name="offered files", ok=None, sentence="No folder is set; only live sources can be offered.")
    if not root.is_dir():
        return Diagnosis(
            name="offered files", ok=False, sentence=f"{root} is no folder.", advice="Make it, or correct data_root."
        )
    return Diagnosis(name="offered files", ok=True, sentence=f"Below {root}.")


class Listed(NamedTuple):
    """What a check needs of the participant list: its version, size and end, and our own entry."""

    version: int
    members: int
    expires: datetime
    own: tuple[str | None, tuple[dict[str, str], ...]] | None


def _list(settings: Settings) -> Iterator[Diagnosis]:
    if settings.identity.mechanism != "roster":
        yield Diagnosis(name="participant list", ok=None, sentence="Fixed tokens are used instead: for tests only.")
        return
    name, advice = "participant list", "Ask the operator of the data space for it."
    try:
        listed = _fetched(settings)
    except RosterFault as fault:
        yield Diagnosis(name=name, ok=False, sentence=str(fault), advice=advice)
        return
    left = listed.expires - datetime.now(UTC)
    until = f"{listed.expires:%Y-%m-%d %H:%M} UTC"
    sentence = f"Version {listed.version} with {listed.members} members, valid until {until}."
    soon = "It ends soon; the operator has to publish the next one." if left < SOON else ""
    yield Diagnosis(name=name, ok=None if soon else True, sentence=sentence, advice=soon)
    yield _entry(settings, listed)


def _fetched(settings: Settings) -> Listed:
    """Read and verify the list as the connector does. Raises RosterFault."""
    keys = cards.operator_keys(settings.identity.operator_key)
    location, now = str(settings.identity.roster), datetime.now(UTC)
    if "://" in location:
        seen = look(location, ca=settings.net.ca)
        if seen.status != 200:
            raise RosterFault(f"{location} gave no list: {seen.reason or f'status {seen.status}'}.")
        with tempfile.NamedTemporaryFile() as file:
            file.write(seen.body)
            file.flush()
            document = roster.verify(Path(file.name), keys, now=now).document
    else:
        document = roster.verify(Path(location), keys, now=now).document
    own = next((member for member in document.members if member.id == settings.participant.id), None)
    entry = None if own is None else (own.address, own.keys)
    return Listed(document.version, len(document.members), document.expires, entry)


def _entry(settings: Settings, listed: Listed) -> Diagnosis:
    name, advice = "our entry", "Hand the operator our card.json again."
    if listed.own is None:
        sentence = f"{settings.participant.id} is not a member."
        return Diagnosis(name=name, ok=False, sentence=sentence, advice="Hand the operator our card.json.")
    address, keys = listed.own
    expected = settings.protocol.public_url.rstrip("/") + settings.protocol.path
    if (address or "").rstrip("/") != expected:
        sentence = f"The list has {address or 'no address'}, not {expected}."
        return Diagnosis(name=name, ok=False, sentence=sentence, advice=advice)
    try:
        kid = cards.load_key(settings.identity.key).kid
    except RosterFault:
        kid = ""
    if kid not in {jwk.get("kid") for jwk in keys}:
        return Diagnosis(name=name, ok=False, sentence="The list has another key for us.", advice=advice)
    return Diagnosis(name=name, ok=True, sentence="The list has our address and our key.")


def _broker(settings: Settings) -> Diagnosis:
    api = settings.broker.api
    if api is None:
        return Diagnosis(
            name="broker", ok=None, sentence="None is set; `search` needs one (broker.participant, broker.api)."
        )
    seen = look(api.rstrip("/") + "/health", ca=settings.net.ca)
    if seen.status is None:
        advice = "Ask its operator, or correct broker.api."
        return Diagnosis(name="broker", ok=False, sentence=f"{api} cannot be reached: {seen.reason}.", advice=advice)
    return Diagnosis(name="broker", ok=True, sentence=f"{api} answers.")


def _address(settings: Settings) -> Diagnosis:
    url = settings.protocol.public_url.rstrip("/")
    if not is_listening(settings.protocol.host, settings.protocol.port):
        return Diagnosis(
            name="our address", ok=None, sentence=f"{url} cannot be judged while the connector does not run."
        )
    seen = look(url + VERSIONS, ca=settings.net.ca)
    if seen.status != 200:
        why = seen.reason or f"status {seen.status}"
        advice = "Correct protocol.public_url, or let it lead here."
        return Diagnosis(name="our address", ok=False, sentence=f"{url} does not lead to us: {why}.", advice=advice)
    return Diagnosis(name="our address", ok=True, sentence=f"{url} leads to us.")


class _Ready(msgspec.Struct, frozen=True):
    checks: dict[str, str] = {}
    warnings: dict[str, str] = {}


def _work(settings: Settings) -> Diagnosis:
    """What the running connector says of itself: that it works, and which processes cannot go on."""
    host, port = settings.management.host, settings.management.port
    near = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - only compared, never bound
    if port == 0 or not is_listening(host, port):
        return Diagnosis(name="work", ok=None, sentence="It cannot be judged while the connector does not run.")
    seen = look(f"http://{near}:{port}/ready")
    try:
        told = msgspec.json.decode(seen.body, type=_Ready)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Diagnosis(name="work", ok=False, sentence="The management port does not say how it is doing.")
    problems = [*(said for said in told.checks.values() if said != "ok"), *told.warnings.values()]
    if problems:
        return Diagnosis(name="work", ok=False, sentence=" ".join(problems), advice="See the log.")
    return Diagnosis(name="work", ok=True, sentence="The connector works, and nothing is stuck.")
