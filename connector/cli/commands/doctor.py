"""`doctor`: check a connector from outside, one line for each check, with advice for those that fail."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import typer

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.roster import RosterFault
from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, say_translated
from connector.cli.frame.output import format_time
from connector.cli.frame.probe import format_origin, is_listening, probe_url
from connector.cli.setup.folder import find_cause
from connector.cli.setup.identity import (
    find_address,
    find_data_origin,
    is_announced,
    is_of_broker,
    load_own_key,
    name_key_place,
)
from connector.cli.setup.peers import ListedPeer, check_peers
from connector.cli.setup.ports import is_free
from connector.identity.files import FileFault, read_bounded
from connector.identity.roster import AcceptedRoster, Member
from connector.language.catalogue import Language, find_sentence, say
from connector.net.addresses import join_host, parse_url
from connector.net.certificates import examine_certificate
from connector.ports.store_errors import StoreError
from connector.settings import LISTED_MECHANISMS, Settings, SettingsError, load
from connector.views.conversion import moment
from connector.views.handed_in import HandedInFault
from connector.views.health import ListView

app = create_word()

VERSIONS = "/.well-known/dspace-version"
SOON = timedelta(days=5)
LEAST_SPACE = 100_000_000
KEPT_BYTES = 4096
NAMED = 5
PeersOption = Annotated[
    str | None,
    typer.Option(
        "--peers", metavar="all|none|NAME", help="Peers to ask for their versions (default: at most 20 of the list)."
    ),
]
_KEY_FAULTS = {"missing": "key-missing", "locked": "key-locked", "wrong": "key-wrong"}
OWN_ADDRESS, OWN_ENTRY = "public address", "own entry"


class CheckResult(NamedTuple):
    """The result of one check: `ok` is None if it could not be checked; `key` is its sentence in the chapter `doctor`.

    The advice, what to do if it failed, has the key with `-advice` behind.
    """

    name: str
    ok: bool | None
    key: str
    values: dict[str, object]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in the language of the call; its name is the same in all languages, for programs."""

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
    for label, check in _list_diagnoses(call, peers):
        checks.append(check)
        if not call.output.json:
            mark = "–" if check.ok is None else call.output.format_mark(check.ok)
            advice = f" {check.advice}" if check.advice and check.ok is not True else ""
            print(f"{mark} {label}: {check.sentence}{advice}", flush=True)
    well = all(check.ok is not False for check in checks)
    if call.output.json:
        call.output.print_result({"ok": well, "checks": checks})
    if not well:
        raise typer.Exit(Code.FAILED)


def _list_diagnoses(call: CommandCall, peers: str | None) -> Iterator[tuple[str, Diagnosis]]:
    """Yield each check with its name in the language of the call."""
    try:
        settings = load(call.file)
    except SettingsError as fault:
        found = _find("settings", False, "settings-wrong", reason={"en": str(fault)})
        yield _name_check(found, call.output.lang), diagnose(found, call.output.lang)
        return
    usable = True
    for result in _run_checks(call.file, settings):
        usable = usable and (result.name != "settings" or result.ok is not False)
        yield _name_check(result, call.output.lang), diagnose(result, call.output.lang)
    if not usable:
        return  # peers are asked with these settings
    for peer in check_peers(settings, _list_members(settings), peers, _say_in(call.output.lang)):
        word, _space, named = peer.name.partition(" ")
        label = (
            call.output.say("doctor.name-peer", id=named) if word == "peer" else call.output.say("doctor.name-peers")
        )
        yield label, Diagnosis(name=peer.name, ok=peer.ok, sentence=peer.sentence, advice=peer.advice)


def _say_in(language: Language) -> Callable[..., str]:
    """Return a function that says a sentence of the catalogue with its values in a language."""
    return lambda key, **values: say_translated(language, key, values)


def _list_members(settings: Settings) -> Sequence[ListedPeer]:
    """Return the members of the participant list, or of the file of a mechanism for tests.

    None of a list that cannot be read, which a check says, or of such a file, which the process says at its start.
    """
    from connector.app.identities import list_participants

    try:
        listed = settings.identity.mechanism in LISTED_MECHANISMS
        return _read_list(settings).listed if listed else list_participants(settings)
    except (RosterFault, FileFault, HandedInFault, msgspec.MsgspecError):
        return ()


def diagnose(finding: CheckResult, language: Language) -> Diagnosis:
    """Say a finding and its advice in a language."""
    sentence = say_translated(language, f"doctor.{finding.key}", finding.values)
    key = f"doctor.{finding.key}-advice"
    advice = say_translated(language, key, finding.values) if find_sentence(language, key) else ""
    return Diagnosis(name=finding.name, ok=finding.ok, sentence=sentence, advice=advice)


def _name_check(finding: CheckResult, language: Language) -> str:
    words = "port" if finding.key.startswith("port-") else finding.name
    return say(language, f"doctor.name-{words}", **finding.values)


def _find(name: str, ok: bool | None, key: str, **values: object) -> CheckResult:
    return CheckResult(name, ok, key, values)


def _run_checks(file: Path, settings: Settings) -> Iterator[CheckResult]:
    is_broker = is_of_broker(file, settings)
    yield from _check_settings(file, settings, is_broker)
    yield _check_key(settings)
    for path in filter(is_announced, settings.identity.former_keys):
        yield _find("key", None, "key-announced", file=path)
    yield _check_clock(file, settings)
    yield from _check_certificate(settings)
    yield from _check_ports(settings, is_broker)
    yield _check_store(settings, "record" if is_broker else "store")
    yield from _check_database(settings, is_broker)
    if not is_broker:
        yield from (_check_files(settings), _check_received(settings))
    yield from _check_list(settings, is_broker)
    if not is_broker:
        yield _check_broker(settings)
        if settings.web.oidc.issuer:
            yield _check_login(settings)
    yield _check_address(settings)
    yield from _check_work(settings, is_broker)


def _check_settings(file: Path, settings: Settings, is_broker: bool) -> Iterator[CheckResult]:
    """Check the settings as the start of the process does."""
    from connector.app.checking import list_faults

    faults = [_find("settings", False, "settings-wrong", reason={"en": str(fault)})
              for fault in list_faults(settings, is_broker=is_broker)]  # fmt: skip
    yield from faults
    participant = settings.participant
    if not faults:
        yield _find("settings", True, "settings", file=file, participant=participant.name, id=participant.id)
    if not is_broker and not settings.management.keys:
        yield _find("settings", None, "settings-no-keys")


def _check_key(settings: Settings) -> CheckResult:
    if settings.identity.mechanism not in LISTED_MECHANISMS:
        return _find("key", None, "key-none")
    in_token, place = settings.identity.hardware is not None, name_key_place(settings)
    try:
        key = load_own_key(settings)
    except RosterFault as fault:
        told = "key-away" if in_token else _KEY_FAULTS[find_cause(settings.identity.key)]
        return _find("key", False, told, reason={"en": str(fault)})
    told = "key-in-token" if in_token else "key"
    return _find("key", True, told, file=place, algorithm=key.algorithm, kid=key.kid)


def _check_clock(file: Path, settings: Settings) -> CheckResult:
    now = datetime.now(UTC)
    written = moment(file.stat().st_mtime_ns // 1_000_000)
    well = written <= now + timedelta(minutes=1)
    return _find("clock", well, "clock" if well else "clock-behind", now=format_time(now, ZoneInfo(settings.zone)))


def _check_certificate(settings: Settings) -> Iterator[CheckResult]:
    """Check the certificate of the listeners, if they have one."""
    certificate = settings.net.certificate
    if certificate is None:
        return
    now, host = datetime.now(UTC), urlsplit(settings.protocol.public_url).hostname or ""
    state = examine_certificate(certificate, settings.net.key or certificate, host, now)
    told = state.fault or state.ending
    if told:
        yield _find("certificate", False if state.fault else None, "certificate-told", reason={"en": told})
    else:
        yield _find("certificate", True, "certificate", file=certificate, host=host)


def _check_ports(settings: Settings, is_broker: bool) -> Iterator[CheckResult]:
    scheme = "https" if settings.net.certificate else "http"
    listeners = [
        ("protocol", settings.protocol.host, settings.protocol.port, scheme, VERSIONS),
        ("data", settings.data.host, settings.data.port, scheme, ""),
        ("management", settings.management.host, settings.management.port, "http", "/health"),
    ]
    if settings.web.port is not None:
        # The pages answer to the name that people open only: a connection is enough here.
        listeners.append(("web", settings.web.host, settings.web.port, "http", ""))
    if is_broker:
        listeners[1:] = [("broker", settings.broker.host, settings.broker.port, scheme, "/health")]
    for name, host, port, how, path in listeners:
        label = f"port {port} ({name})"
        if port == 0 or is_free(port, host):
            yield _find(label, True, "port-free" if port else "port-chosen", port=port, listener=name)
            continue
        # The certificate of a TLS listener is for its name, not for this address: a connection is enough here.
        answers = (
            is_listening(host, port)
            if how == "https" or not path
            else probe_url(format_origin(host, port) + path).status == 200
        )
        yield _find(label, answers, "port-listens" if answers else "port-taken", port=port, listener=name)


def _check_store(settings: Settings, schema: Literal["store", "record"]) -> CheckResult:
    path = settings.broker.record if schema == "record" else settings.store.path
    # A file that was moved to a database may be there still.
    folder, is_there = path.parent, settings.store.url is None and path.exists()
    if is_there and not os.access(path, os.R_OK | os.W_OK):
        return _find("store", False, "store-locked", path=path)
    if not os.access(folder, os.W_OK | os.X_OK):
        return _find("store", False, "store-folder", folder=folder)
    left = (status := os.statvfs(folder)).f_bavail * status.f_frsize
    if left < LEAST_SPACE:
        return _find("store", False, "store-full", megabytes=left // 1_000_000, folder=folder)
    if is_there:
        from connector.app.examining import examine_database

        try:
            examine_database(path, schema)
        except StoreError as fault:
            return _find("store", False, "store-wrong", reason={"en": str(fault)})
    return _find("store", True, "store", path=folder if settings.store.url else path)


def _check_database(settings: Settings, is_broker: bool) -> Iterator[CheckResult]:
    from connector.app.storing.opening import check_database

    try:
        if (schema := check_database(settings, chapters=is_broker)) is not None:
            yield _find("store", True, "store-database" if schema else "store-empty", schema=schema)
    except (StoreError, SettingsError) as fault:
        yield _find("store", False, "store-wrong", reason={"en": str(fault)})


def _check_files(settings: Settings) -> CheckResult:
    name, root = "offered files", settings.data_root
    if root is None:
        return _find(name, None, "files-none")
    if not root.is_dir():
        return _find(name, False, "files-wrong", folder=root)
    from connector.app.examining import list_missing

    try:
        missing = list_missing(settings)
    except StoreError:
        missing = ()  # another check says what is wrong with the store
    if missing:
        named = ", ".join(missing[:NAMED]) + (", …" if len(missing) > NAMED else "")
        return _find(name, False, "files-missing", number=len(missing), names=named, folder=root)
    return _find(name, True, "files", folder=root)


def _check_received(settings: Settings) -> CheckResult:
    from connector.app.examining import can_receive

    name, folder = "received files", settings.received
    if not can_receive(folder):
        return _find(name, False, "received-locked", folder=folder)
    return _find(name, True, "received", folder=folder)


class ListSummary(NamedTuple):
    """The part of the participant list that the checks need; `own` is this participant's address, keys and data."""

    version: int
    members: int
    expires: datetime
    own: tuple[str | None, tuple[dict[str, str], ...], tuple[str, ...]] | None
    listed: tuple[Member, ...]


def _check_list(settings: Settings, is_broker: bool) -> Iterator[CheckResult]:
    name = "participant list"
    if settings.identity.mechanism not in LISTED_MECHANISMS:
        yield _find(name, None, "list-none")
        return
    try:
        summary = _read_list(settings)
    except RosterFault as fault:
        identity = settings.identity
        paths = [identity.operator_key, *([] if "://" in identity.roster else [Path(identity.roster)])]
        locked = find_cause(*paths) == "locked"
        yield _find(name, False, "list-locked" if locked else "list-wrong", reason={"en": str(fault)})
        return
    if summary.expires <= datetime.now(UTC):
        yield _find(name, False, "list-expired", until=format_time(summary.expires, ZoneInfo(settings.zone)))
        return
    soon = summary.expires - datetime.now(UTC) < SOON
    until = format_time(summary.expires, ZoneInfo(settings.zone))
    key = "list-soon" if soon else "list"
    days = max(summary.expires - datetime.now(UTC), timedelta()).days
    told = {"version": summary.version, "count": summary.members, "until": until, "days": days}
    yield _find(name, None if soon else True, key, **told)
    used = _find_used_version(settings)
    if used is not None and used != summary.version:
        seconds = settings.identity.refresh_seconds
        yield _find(name, None, "list-other", used=used, version=summary.version, seconds=seconds)
    yield _check_entry(settings, summary, is_broker)


def _find_used_version(settings: Settings) -> int | None:
    """Return the version of the list that the process uses or used last, as it keeps it beside the store."""
    try:
        kept = read_bounded(settings.store.path.with_suffix(".roster.json"), KEPT_BYTES)
        return msgspec.json.decode(kept, type=AcceptedRoster).version
    except (FileFault, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _read_list(settings: Settings) -> ListSummary:
    """Read and verify the participant list as the connector does, expired or not. Raises RosterFault."""
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
            listed = roster.verify(Path(file.name), keys, now=now, take_expired=True)
    else:
        listed = roster.verify(Path(location), keys, now=now, take_expired=True)
    document, own = listed.document, listed.entries.get(settings.participant.id)
    entry = None if own is None else (own.address, own.keys, own.data)
    return ListSummary(document.version, len(document.members), document.expires, entry, document.members)


def _check_entry(settings: Settings, summary: ListSummary, is_broker: bool) -> CheckResult:
    if summary.own is None:
        key = "entry-not-joined" if settings.identity.mechanism == "dcp" else "entry-none"
        return _find(OWN_ENTRY, False, key, id=settings.participant.id)
    if any(each.suspended for each in summary.listed if settings.participant.id in (each.id, *each.former)):
        return _find(OWN_ENTRY, False, "entry-suspended", id=settings.participant.id)
    address, keys, data = summary.own
    expected = find_address(settings)
    if (address or "").rstrip("/") != expected:
        key = "entry-address" if address else "entry-no-address"
        return _find(OWN_ENTRY, False, key, address=address, expected=expected)
    try:
        if load_own_key(settings).kid not in {jwk.get("kid") for jwk in keys}:
            return _find(OWN_ENTRY, False, "entry-key")
    except RosterFault:
        return _find(OWN_ENTRY, None, "entry-no-key")
    origin = None if is_broker else find_data_origin(settings)
    if origin and origin not in {parse_url(url).origin for url in (expected, *data)}:
        return _find(OWN_ENTRY, False, "entry-data", origin=origin)
    return _find(OWN_ENTRY, True, "entry")


def _check_broker(settings: Settings) -> CheckResult:
    api = settings.broker.api
    if api is None:
        return _find("broker", None, "broker-none")
    answer = probe_url(api.rstrip("/") + "/health", ca=settings.net.ca)
    if answer.status is None:
        return _find("broker", False, "broker-silent", url=api, reason=answer.reason)
    return _find("broker", True, "broker", url=api)


def _check_login(settings: Settings) -> CheckResult:
    from connector.cli.setup.logins import examine_login

    try:
        problem = examine_login(settings)
    except SettingsError as fault:
        problem = str(fault)
    if problem:
        return _find("login", False, "login-wrong", reason={"en": problem})
    return _find("login", True, "login", issuer=settings.web.oidc.issuer)


def _check_address(settings: Settings) -> CheckResult:
    url = settings.protocol.public_url.rstrip("/")
    if not is_listening(settings.protocol.host, settings.protocol.port):
        return _find(OWN_ADDRESS, None, "address-unknown", url=url)
    answer = probe_url(url + VERSIONS, ca=settings.net.ca)
    if answer.status is None:
        return _find(OWN_ADDRESS, False, "address-silent", url=url, reason=answer.reason)
    if answer.status != 200:
        return _find(OWN_ADDRESS, False, "address-other", url=url, status=answer.status)
    return _find(OWN_ADDRESS, True, "address", url=url)


class _Readiness(msgspec.Struct, frozen=True):
    checks: dict[str, str] = {}
    warnings: dict[str, str] = {}
    participant_list: ListView | None = None


def _check_work(settings: Settings, is_broker: bool) -> Iterator[CheckResult]:
    """Ask the running process for its own checks, for processes that cannot continue, and for the key that it uses."""
    listener = settings.broker if is_broker else settings.management
    host, port = listener.host, listener.port
    if port == 0 or not is_listening(host, port):
        yield _find("work", None, "work-unknown")
        return
    url = format_origin(host, port)
    if is_broker and settings.net.certificate:
        url = f"https://{join_host(urlsplit(settings.protocol.public_url).hostname or '', port)}"
    answer = probe_url(url + "/ready", ca=settings.net.ca)
    try:
        readiness = msgspec.json.decode(answer.body, type=_Readiness)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        yield _find("work", False, "work-silent")
        return
    yield from _check_used_key(settings, readiness.participant_list)
    yield _weigh_work(settings, readiness)


def _check_used_key(settings: Settings, listed: ListView | None) -> Iterator[CheckResult]:
    """Compare the key in use with the key file, which a process reads only when it starts."""
    if listed is None or not listed.key:
        return
    try:
        kid = load_own_key(settings).kid
    except RosterFault:
        return  # another check says what is wrong with the file
    if kid != listed.key:
        ok = None if listed.has_key else False
        yield _find("key", ok, "key-other", used=listed.key, file=name_key_place(settings))


def _weigh_work(settings: Settings, readiness: _Readiness) -> CheckResult:
    """Return how the process works, by its own word."""
    failed = [state for state in readiness.checks.values() if state != "ok"]
    problems, listed = [*failed, *readiness.warnings.values()], readiness.participant_list
    if problems:
        # These have checks of their own, which give them their weight.
        # Duties are due to a partner, descriptions are for the broker: the connector works without them.
        own_entry = [] if listed and not listed.has_key else ["participant list"]
        known = {"certificate", "duties", "self-descriptions", *own_entry}
        serious = failed or readiness.warnings.keys() - known
        return _find("work", False if serious else None, "work-failing", reason=tuple(problems))
    if listed is None:
        return _find("work", True, "work")
    until = format_time(listed.expires_at, ZoneInfo(settings.zone))
    return _find("work", True, "work-list", version=listed.version, until=until, days=listed.days_left)
