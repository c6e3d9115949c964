"""`key`: the private keys of the participant: which there are, protected by a pass phrase, in hardware, changed."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from connector.app.accounts.keys import load_own_key as open_key
from connector.app.accounts.keys import read_passphrase
from connector.app.parts import find_authority, read_clock
from connector.app.trust.joining import change_keys, find_authority_place
from connector.authority import issuing, rekeying, roster
from connector.authority import keeping as authority_keeping
from connector.authority.asking import JoinRequest
from connector.authority.card import IdentityCard
from connector.authority.keeping import ISSUER
from connector.authority.roster import RosterFault
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.identity import is_announced, keep_beside, load_own_key, name_key_place, name_next, write_card
from connector.cli.setup.moving import build_member_card, change_file
from connector.identity.keys import (
    KeyFault,
    SigningKey,
    generate,
    generate_in_token,
    is_protected,
    protect_private,
    save_private,
)
from connector.settings import Settings
from connector.views.conversion import moment

app = create_noun("The private keys of the participant: list, protect, create, rotate, revoke.")

FAULTS = (RosterFault,)


class Algorithm(StrEnum):
    """The algorithms of own keys."""

    ES256 = "ES256"
    EDDSA = "EdDSA"


KEPT_MINUTES = 5
"""How long the peers that keep documents do so (docs/dcp.md)."""
AlgorithmOption = Annotated[Algorithm, typer.Option(help="Algorithm of the new key.")]


@dataclass(frozen=True)
class KeyRow:
    """A private key: its name, its algorithm, where it is, how it is `kept` (`plain`, `protected`, `in hardware`)."""

    id: str
    algorithm: str
    place: str
    kept: str
    state: str


@register(
    app, "list", needs="settings", faults=FAULTS, example="datenkontor key list --settings firma/datenkontor.toml"
)
def list_(call: CommandCall) -> None:
    """List the private keys: which one signs, which others are in the document, and how each is kept.

    A key that is announced does not sign yet; a former one does so no more.
    """
    output = call.output
    output.print_rows(
        _list_rows(call.read_settings()),
        {
            "id": lambda row: row.id,
            "algorithm": lambda row: row.algorithm,
            "place": lambda row: row.place,
            "kept": lambda row: output.name_value(row.kept),
            "state": lambda row: output.name_value(row.state),
        },
    )


def _list_rows(settings: Settings) -> list[KeyRow]:
    own, hardware = load_own_key(settings), settings.identity.hardware
    kept = "in hardware" if hardware else _name_kept(settings.identity.key)
    rows = [KeyRow(own.kid, own.algorithm, name_key_place(settings), kept, "in use")]
    for path in settings.identity.former_keys:
        other, state = _open(settings, path), "announced" if is_announced(path) else "former"
        rows.append(KeyRow(other.kid, other.algorithm, str(path), _name_kept(path), state))
    return rows


def _name_kept(path: Path) -> str:
    return "protected" if is_protected(path) else "plain"


def _open(settings: Settings, path: Path) -> SigningKey:
    try:
        return open_key(settings, path)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None


@register(
    app, "protect", needs="settings", faults=FAULTS, example="datenkontor key protect --settings firma/datenkontor.toml"
)
def protect(call: CommandCall) -> None:
    """Encrypt the private keys with the pass phrase that the settings refer to; a process reads them as before.

    The issuer key of an authority beside the settings is encrypted too. Copies of before, in backups too, stay open.
    """
    settings = call.read_settings()
    passphrase = _read_passphrase(settings)
    if passphrase is None:
        raise Failure(Code.USAGE, "authority.no-passphrase")
    own = () if settings.identity.hardware else (settings.identity.key,)
    folder = settings.authority.folder
    issuer = (folder / ISSUER,) if folder is not None else ()
    changed = [path for path in (*own, *settings.identity.former_keys, *issuer) if not is_protected(path)]
    try:
        for path in changed:
            protect_private(path, passphrase)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None
    except OSError as error:
        raise Failure(Code.FAILED, "errors.not-writable", path=error.filename, problem=error.strerror) from None
    names = ", ".join(map(str, changed))
    told = (
        call.output.say("authority.protected", names=names) if changed else call.output.say("authority.all-protected")
    )
    call.output.print_result({"protected": list(map(str, changed))}, told)


def _read_passphrase(settings: Settings) -> bytes | None:
    try:
        return read_passphrase(settings)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None


@register(
    app,
    "create",
    needs="settings",
    faults=FAULTS,
    example="datenkontor key create --algorithm EdDSA --settings firma/datenkontor.toml",
)
def create(call: CommandCall, algorithm: AlgorithmOption = Algorithm.ES256) -> None:
    """Make the private key in the token that the settings name (`identity.hardware`); it cannot leave the token.

    Before the participant is a member: the card is written with the new key.
    """
    settings = call.read_settings()
    hardware = settings.identity.hardware
    if hardware is None:
        raise Failure(Code.USAGE, "authority.no-hardware")
    pin = (_read_passphrase(settings) or b"").decode()
    try:
        key = generate_in_token(hardware.module, hardware.token, hardware.label, pin, algorithm)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None
    path = write_card(call.file.resolve().parent, _make_card(settings, key))
    call.output.print_result(
        {"id": key.kid, "algorithm": key.algorithm, "card": str(path)},
        call.output.say("authority.key-created", id=key.kid, token=hardware.token, card=path),
    )


@register(
    app,
    "rotate",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor key rotate --settings firma/datenkontor.toml
    datenkontor key rotate --algorithm EdDSA --yes
    datenkontor key rotate --announce --yes""",
)
def rotate(
    call: CommandCall,
    algorithm: AlgorithmOption = Algorithm.ES256,
    announce: Annotated[
        bool,
        typer.Option(
            "--announce",
            help="Let the list and the document have the new key, but sign with the old one until `key rotate` is "
            "called again: for peers that keep documents.",
        ),
    ] = False,
    yes: YesOption = False,
) -> None:
    """Make a new private key, let the authority list it beside the old one, and use it from the next start on.

    What the old key has signed stays valid, and running negotiations go on. Later, `key revoke` ends the old one. A
    key that was announced is the one that is used.
    """
    settings, folder = call.read_settings(), call.file.resolve().parent
    if settings.identity.hardware is not None:
        raise Failure(Code.USAGE, "authority.in-token", token=settings.identity.hardware.token)
    if settings.identity.mechanism != "dcp":
        raise Failure(Code.USAGE, "authority.no-rotation")
    path = settings.identity.key
    call.output.confirm(call.output.say(f"authority.ask-{'announce' if announce else 'rotate'}", path=path), yes)
    old, others = load_own_key(settings), settings.identity.former_keys
    passphrase = _read_passphrase(settings) if is_protected(path) else None
    draft = name_next(path)
    try:
        # A run that was cut short has left its key: the list may have it already.
        key = _open(settings, draft) if draft.exists() else _make(draft, algorithm, passphrase)
        _ask(settings, old, successor=key)
        if announce:
            change_file(call.file, {"identity": {"former_keys": list(map(str, dict.fromkeys((draft, *others))))}})
            told = call.output.say("authority.key-announced", id=key.kid, minutes=KEPT_MINUTES)
            call.output.print_result({"id": key.kid, "kept": str(draft)}, told)
            return
        kept = keep_beside(path)
        former = [str(each) for each in (*([kept] if kept else []), *others) if each != draft]
        change_file(call.file, {"identity": {"former_keys": former}})
        draft.replace(path)
        write_card(folder, _make_card(settings, key))
    except OSError as error:
        raise Failure(Code.FAILED, "errors.not-writable", path=error.filename or path, problem=error.strerror) from None
    call.output.print_result(
        {"id": key.kid, "former": old.kid, "kept": str(kept)},
        call.output.say("authority.key-rotated", id=key.kid, former=old.kid),
    )


@register(
    app,
    "revoke",
    needs="settings",
    faults=FAULTS,
    example="datenkontor key revoke aZ3… --yes --settings firma/datenkontor.toml",
)
def revoke(
    call: CommandCall,
    key: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Name of a former key, as `key list` prints it; -- goes before one that begins with a hyphen.",
        ),
    ],
    yes: YesOption = False,
) -> None:
    """End a former key: the list and the document have it no more, and nothing that it signs is accepted.

    The document follows at the next start. The file stays; delete it when no backup needs it.
    """
    settings = call.read_settings()
    own = load_own_key(settings)
    former = {_open(settings, path).kid: path for path in settings.identity.former_keys}
    if key == own.kid:
        raise Failure(Code.USAGE, "authority.key-in-use", id=key)
    if key not in former:
        raise Failure(Code.NOT_FOUND, "authority.key-unknown", id=key)
    call.output.confirm(call.output.say("authority.ask-revoke-key", id=key), yes)
    _ask(settings, own, dropped=(key,))
    left = [str(path) for kid, path in former.items() if kid != key]
    change_file(call.file, {"identity": {"former_keys": left}})
    file = former[key]
    if is_announced(file):
        file = file.rename(file.with_suffix(".ended"))  # else the next rotation would use it
    call.output.print_result(
        {"revoked": key, "file": str(file)}, call.output.say("authority.key-revoked", id=key, file=file)
    )


def _make(path: Path, algorithm: Algorithm, passphrase: bytes | None) -> SigningKey:
    key = generate(algorithm)
    try:
        save_private(path, key, password=passphrase)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None
    return key


def _make_card(settings: Settings, key: SigningKey) -> IdentityCard:
    return build_member_card(settings, settings.identity.did or settings.participant.id, key)


def _ask(
    settings: Settings, key: SigningKey, *, successor: SigningKey | None = None, dropped: tuple[str, ...] = ()
) -> None:
    """Let the authority change the listed keys, also if this process answers for it; raises RosterFault."""
    own, authority = _make_card(settings, key), find_authority(settings)
    if authority is None:
        asyncio.run(_ask_authority(settings, own, key, successor, dropped))
        return
    now = read_clock()
    request = JoinRequest(authority=authority_keeping.show(authority).did, card=own, at=now)
    entry = next((each for each in roster.show(authority.members).members if each.id == own.id), None)
    if entry is None:
        raise RosterFault(f"{own.id} is not a member.")
    changed = rekeying.write_change(request, successor=successor, dropped=dropped)
    rekeying.change_keys(authority, entry, changed, now)
    issuing.publish(authority, now=moment(now))


async def _ask_authority(
    settings: Settings,
    own: IdentityCard,
    key: SigningKey,
    successor: SigningKey | None,
    dropped: tuple[str, ...],
) -> None:
    issuer, base = await find_authority_place(settings)
    await change_keys(settings, base, issuer, own, key, successor=successor, dropped=dropped)
