"""`doctor`: check a connector from outside, one line for each check, with advice for those that fail."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import msgspec
import typer

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.roster import RosterFault
from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.probe import format_origin, is_listening, probe_url
from connector.cli.setup.peers import check_peers
from connector.cli.setup.ports import is_free
from connector.identity.roster import Member
from connector.net.addresses import format_origin as format_url
from connector.net.addresses import parse_url
from connector.net.certificates import find_certificate_fault, find_end_of_certificate
from connector.net.errors import Blocked
from connector.settings import Settings

app = create_word()

VERSIONS = "/.well-known/dspace-version"
SOON = timedelta(days=5)
LEAST_SPACE = 100_000_000
PeersOption = Annotated[
    str | None,
    typer.Option(
        "--peers", metavar="all|none|NAME", help="Peers to ask for their versions (default: at most 20 of the list)."
    ),
]
OWN_ADDRESS, OWN_ENTRY = "public address", "own entry"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one check: `ok` is None if it could not be checked; `advice` says what to do if it failed."""

    name: str
    ok: bool | None
    sentence: str
    advice: str = ""


@register(
    app,
    "doctor",
    needs="settings",
    example="""datenkontor doctor --settings tiefbauamt/datenkontor.toml
    datenkontor doctor --peers all
    datenkontor doctor --json""",
)
def doctor(call: CommandCall, peers: PeersOption = None) -> None:
    """Check settings, key, clock, ports, store, participant list, addresses and peers.

    Changes nothing. Exit code 1 if a check fails.
    """
    checks = []
    for check in _run_checks(call, peers):
        checks.append(check)
        if not call.output.json:
            mark = "–" if check.ok is None else call.output.format_mark(check.ok)
            advice = f" {check.advice}" if check.advice and check.ok is not True else ""
            print(f"{mark} {check.name}: {check.sentence}{advice}", flush=True)
    well = all(check.ok is not False for check in checks)
    if call.output.json:
        call.output.print_result({"ok": well, "checks": checks})
    if not well:
        raise typer.Exit(Code.FAILED)


def _run_checks(call: CommandCall, peers: str | None) -> Iterator[Diagnosis]:
    try:
        settings = call.read_settings()
    except Failure as failure:
        yield Diagnosis(name="settings", ok=False, sentence=failure.say(call.output.lang))
        return
    sentence = f"{call.file} is valid; {settings.participant.name} is {settings.participant.id}."
    yield Diagnosis(name="settings", ok=True, sentence=sentence)
    yield _check_key(settings)
    yield _check_clock(call.file)
    yield from _check_certificate(settings)
    yield from _check_ports(settings)
    yield _check_store(settings)
    yield _check_files(settings)
    yield from _check_list(settings)
    yield _check_broker(settings)
    yield _check_address(settings)
    yield _check_work(settings)
    yield from _check_peers(settings, peers, call)


def _check_peers(settings: Settings, wanted: str | None, call: CommandCall) -> Iterator[Diagnosis]:
    """Ask the peers of the participant list; without a list there are none, which another check says."""
    try:
        members = _read_list(settings).listed if settings.identity.mechanism == "roster" else ()
    except RosterFault:
        members = ()
    for found in check_peers(settings, members, wanted, call.output.say):
        yield Diagnosis(name=found.name, ok=found.ok, sentence=found.sentence, advice=found.advice)


def _check_key(settings: Settings) -> Diagnosis:
    try:
        key = cards.load_key(settings.identity.key)
    except RosterFault as fault:
        return Diagnosis(name="key", ok=False, sentence=str(fault), advice="Create one with `datenkontor init`.")
    sentence = f"Only the owner can read {settings.identity.key} ({key.algorithm}, {key.kid})."
    return Diagnosis(name="key", ok=True, sentence=sentence)


def _check_clock(file: Path) -> Diagnosis:
    now = datetime.now(UTC)
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    sentence = f"The clock shows {now:%Y-%m-%d %H:%M} UTC"
    if written > now + timedelta(minutes=1):
        advice = "Set the clock: tokens are valid for minutes only."
        return Diagnosis(
            name="clock", ok=False, sentence=f"{sentence}, before the time of the settings.", advice=advice
        )
    return Diagnosis(name="clock", ok=True, sentence=f"{sentence}.")


def _check_certificate(settings: Settings) -> Iterator[Diagnosis]:
    """Check the certificate of the listeners, if they have one."""
    certificate = settings.net.certificate
    if certificate is None:
        return
    now, host = datetime.now(UTC), urlsplit(settings.protocol.public_url).hostname or ""
    fault = find_certificate_fault(certificate, settings.net.key or certificate, host, now)
    soon = find_end_of_certificate(certificate, now)
    if fault:
        yield Diagnosis(name="certificate", ok=False, sentence=fault)
    else:
        yield Diagnosis(name="certificate", ok=True, sentence=soon or f"{certificate} is valid for {host}.")


def _check_ports(settings: Settings) -> Iterator[Diagnosis]:
    scheme = "https" if settings.net.certificate else "http"
    listeners = [
        ("protocol", settings.protocol.host, settings.protocol.port, scheme, VERSIONS),
        ("data", settings.data.host, settings.data.port, scheme, ""),
        ("management", settings.management.host, settings.management.port, "http", "/health"),
    ]
    for name, host, port, how, path in listeners:
        label = f"port {port} ({name})"
        if port == 0 or is_free(port, host):
            sentence = "The port is free." if port else "Each start chooses a free port."
            yield Diagnosis(name=label, ok=True, sentence=sentence)
            continue
        # The certificate of a TLS listener is for its name, not for this address: a connection is enough here.
        answers = (
            is_listening(host, port)
            if how == "https" or not path
            else probe_url(format_origin(host, port) + path).status == 200
        )
        if answers:
            yield Diagnosis(name=label, ok=True, sentence="The connector listens.")
        else:
            advice = f"Set {name}.port to a free one."
            yield Diagnosis(name=label, ok=False, sentence="Another program uses the port.", advice=advice)


def _check_store(settings: Settings) -> Diagnosis:
    path = settings.store.path
    folder = path.parent
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        advice = "Change its owner to the user of the connector."
        return Diagnosis(name="store", ok=False, sentence=f"{path} is not writable.", advice=advice)
    if not os.access(folder, os.W_OK | os.X_OK):
        advice = "Create the folder, or name another one."
        return Diagnosis(name="store", ok=False, sentence=f"{folder} is not writable.", advice=advice)
    status = os.statvfs(folder)
    left = status.f_bavail * status.f_frsize
    if left < LEAST_SPACE:
        sentence = f"Only {left // 1_000_000} MB are free in {folder}."
        advice = "Free some space: a message that cannot be stored is not acknowledged."
        return Diagnosis(name="store", ok=False, sentence=sentence, advice=advice)
    return Diagnosis(name="store", ok=True, sentence=f"{path} is writable.")


def _check_files(settings: Settings) -> Diagnosis:
    name, root = "offered files", settings.data_root
    if root is None:
        return Diagnosis(name=name, ok=None, sentence="No folder is set: only HTTP sources can be offered.")
    if not root.is_dir():
        advice = "Create it, or correct `data_root`."
        return Diagnosis(name=name, ok=False, sentence=f"{root} is not a folder.", advice=advice)
    return Diagnosis(name=name, ok=True, sentence=f"The folder is {root}.")


class ListSummary(NamedTuple):
    """The part of the participant list that the checks need; `own` is this participant's address, keys and data."""

    version: int
    members: int
    expires: datetime
    own: tuple[str | None, tuple[dict[str, str], ...], tuple[str, ...]] | None
    listed: tuple[Member, ...]


def _check_list(settings: Settings) -> Iterator[Diagnosis]:
    name = "participant list"
    if settings.identity.mechanism != "roster":
        yield Diagnosis(name=name, ok=None, sentence="The connector uses tokens that are for tests only.")
        return
    try:
        summary = _read_list(settings)
    except RosterFault as fault:
        advice = "Ask the data-space operator for it."
        yield Diagnosis(name=name, ok=False, sentence=str(fault), advice=advice)
        return
    left = summary.expires - datetime.now(UTC)
    until = f"{summary.expires:%Y-%m-%d %H:%M} UTC"
    sentence = f"Version {summary.version} with {summary.members} members is valid until {until}."
    soon = "It expires soon: the data-space operator has to publish the next one." if left < SOON else ""
    yield Diagnosis(name=name, ok=None if soon else True, sentence=sentence, advice=soon)
    yield _check_entry(settings, summary)


def _read_list(settings: Settings) -> ListSummary:
    """Read and verify the participant list as the connector does. Raises RosterFault."""
    keys = cards.operator_keys(settings.identity.operator_key)
    location, now = str(settings.identity.roster), datetime.now(UTC)
    if "://" in location:
        answer = probe_url(location, ca=settings.net.ca)
        if answer.status != 200:
            reason = answer.reason or f"status {answer.status}"
            raise RosterFault(f"{location} did not return the participant list: {reason}.")
        with tempfile.NamedTemporaryFile() as file:
            file.write(answer.body)
            file.flush()
            document = roster.verify(Path(file.name), keys, now=now).document
    else:
        document = roster.verify(Path(location), keys, now=now).document
    own = next((member for member in document.members if member.id == settings.participant.id), None)
    entry = None if own is None else (own.address, own.keys, own.data)
    return ListSummary(document.version, len(document.members), document.expires, entry, document.members)


def _check_entry(settings: Settings, summary: ListSummary) -> Diagnosis:
    name, advice = OWN_ENTRY, "Send `card.json` to the data-space operator again."
    if summary.own is None:
        sentence = f"{settings.participant.id} is not a member."
        return Diagnosis(name=name, ok=False, sentence=sentence, advice="Send `card.json` to the data-space operator.")
    address, keys, data = summary.own
    expected = settings.protocol.public_url.rstrip("/") + settings.protocol.path
    if (address or "").rstrip("/") != expected:
        sentence = f"The participant list contains {address or 'no address'} instead of {expected}."
        return Diagnosis(name=name, ok=False, sentence=sentence, advice=advice)
    try:
        kid = cards.load_key(settings.identity.key).kid
    except RosterFault:
        kid = ""
    if kid not in {jwk.get("kid") for jwk in keys}:
        sentence = "The participant list contains another key of this participant."
        return Diagnosis(name=name, ok=False, sentence=sentence, advice=advice)
    origin = _find_data_origin(settings)
    if origin and origin not in {parse_url(url).origin for url in (expected, *data)}:
        sentence = f"The participant list does not contain {origin}, where this connector sends and receives data."
        advice = f"Ask the data-space operator for it: datenkontor roster add card.json --replace --data {origin}"
        return Diagnosis(name=name, ok=False, sentence=sentence, advice=advice)
    return Diagnosis(name=name, ok=True, sentence="The participant list contains this participant's addresses and key.")


def _find_data_origin(settings: Settings) -> str | None:
    """Return the origin of this connector's data addresses; None if each start chooses another port."""
    data = settings.data
    if data.public_url is None and data.port == 0:
        return None
    scheme = "https" if settings.net.certificate else "http"
    try:
        return parse_url(data.public_url or format_url(scheme, data.host, data.port)).origin
    except Blocked:
        return None


def _check_broker(settings: Settings) -> Diagnosis:
    api = settings.broker.api
    if api is None:
        sentence = "No broker is set; `search` needs `broker.participant` and `broker.api`."
        return Diagnosis(name="broker", ok=None, sentence=sentence)
    answer = probe_url(api.rstrip("/") + "/health", ca=settings.net.ca)
    if answer.status is None:
        advice = "Ask its operator, or correct `broker.api`."
        return Diagnosis(name="broker", ok=False, sentence=f"{api} cannot be reached: {answer.reason}.", advice=advice)
    return Diagnosis(name="broker", ok=True, sentence=f"{api} answers.")


def _check_address(settings: Settings) -> Diagnosis:
    url = settings.protocol.public_url.rstrip("/")
    if not is_listening(settings.protocol.host, settings.protocol.port):
        sentence = f"{url} cannot be checked: start the connector first."
        return Diagnosis(name=OWN_ADDRESS, ok=None, sentence=sentence)
    answer = probe_url(url + VERSIONS, ca=settings.net.ca)
    if answer.status != 200:
        reason = answer.reason or f"status {answer.status}"
        sentence = f"{url} does not reach this connector: {reason}."
        advice = "Correct `protocol.public_url`, or forward it to this connector."
        return Diagnosis(name=OWN_ADDRESS, ok=False, sentence=sentence, advice=advice)
    return Diagnosis(name=OWN_ADDRESS, ok=True, sentence=f"{url} reaches this connector.")


class _Readiness(msgspec.Struct, frozen=True):
    checks: dict[str, str] = {}
    warnings: dict[str, str] = {}


def _check_work(settings: Settings) -> Diagnosis:
    """Ask the running connector for its own checks and for processes that cannot continue."""
    host, port = settings.management.host, settings.management.port
    if port == 0 or not is_listening(host, port):
        return Diagnosis(name="work", ok=None, sentence="It cannot be checked: start the connector first.")
    answer = probe_url(format_origin(host, port) + "/ready")
    try:
        readiness = msgspec.json.decode(answer.body, type=_Readiness)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Diagnosis(name="work", ok=False, sentence="The management port did not return the state.")
    failed = [state for state in readiness.checks.values() if state != "ok"]
    problems = [*failed, *readiness.warnings.values()]
    if problems:
        return Diagnosis(name="work", ok=False, sentence=" ".join(problems), advice="See the log.")
    return Diagnosis(name="work", ok=True, sentence="The connector works, and all processes can continue.")
