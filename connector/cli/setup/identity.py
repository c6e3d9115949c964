"""The identity card of a folder that is set up: written anew from the settings, with the old key or a new one."""

import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from connector.app.accounts import keys
from connector.authority import card as cards
from connector.authority.card import IdentityCard
from connector.authority.roster import RosterFault
from connector.cli.setup.folder import write_file
from connector.cli.setup.plan import CARD, replace_port
from connector.identity.files import FileFault, write_new
from connector.identity.keys import KeyFault, SigningKey, from_jwk, generate, replace_private
from connector.net.addresses import format_origin, parse_url
from connector.net.errors import Blocked
from connector.settings import Settings

_NEXT = ".next"


def build_card(settings: Settings, before: IdentityCard | None, key: SigningKey, search: str | None) -> IdentityCard:
    """Return the card that the settings mean; a broker keeps what only its card states. Raises RosterFault."""
    is_broker = search is not None or (before is not None and before.search is not None)
    origin = None if is_broker else find_data_origin(settings)
    return cards.card(
        key,
        id=settings.participant.id,
        name=settings.participant.name,
        address=find_address(settings),
        data=(origin,) if origin else (),
        search=(search or _choose_search(settings, before)) if is_broker else None,
        roster=before.roster if before else None,
        roots=tuple(map(from_jwk, before.roots)) if before else (),
    )


def load_own_key(settings: Settings) -> SigningKey:
    """Return the private key of the participant, opened as the settings say; raises RosterFault."""
    try:
        return keys.load_own_key(settings)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None


def name_key_place(settings: Settings) -> str:
    """Return where the private key of the participant is: its token and label, or its file."""
    hardware = settings.identity.hardware
    return f"{hardware.token}/{hardware.label}" if hardware else str(settings.identity.key)


def name_next(path: Path) -> Path:
    """Return the name of the file of the key that follows the key in a file."""
    return path.with_name(f"{path.name}{_NEXT}")


def is_announced(path: Path) -> bool:
    """Return whether the key in a file is one that does not sign yet."""
    return path.name.endswith(_NEXT)


def find_address(settings: Settings) -> str:
    """Return the base URL of the protocol endpoints, as the participant list has to contain it."""
    return settings.protocol.public_url.rstrip("/") + settings.protocol.path


def find_data_origin(settings: Settings) -> str | None:
    """Return the origin of a connector's data addresses; None if each start chooses another port."""
    data = settings.data
    if data.public_url is None and data.port == 0:
        return None
    scheme = "https" if settings.net.certificate else "http"
    try:
        return parse_url(data.public_url or format_origin(scheme, data.host, data.port)).origin
    except Blocked:
        return None


def read_own_card(file: Path) -> IdentityCard | None:
    """Return the card beside a settings file; None if there is none that can be read."""
    try:
        return cards.read_card(file.resolve().parent / CARD)
    except RosterFault:
        return None


def is_of_broker(file: Path, settings: Settings) -> bool:
    """Return whether settings are those of a broker: their own card states where its search is, or it has a record."""
    card = read_own_card(file)
    return settings.broker.api is None and (settings.broker.record.exists() or bool(card and card.search))


def may_be_broker(file: Path, settings: Settings) -> bool:
    """Return whether settings can be those of a broker: nothing beside them says that they are a connector's."""
    card = read_own_card(file)
    is_connector = settings.broker.api is not None or (card is not None and card.search is None)
    return is_of_broker(file, settings) or not is_connector


def make_key(path: Path) -> tuple[SigningKey, Path | None]:
    """Make a new private key; return it and where the old one is kept. Raises RosterFault, OSError."""
    key = generate()
    kept = keep_beside(path)
    replace_private(path, key)
    return key, kept


def write_card(folder: Path, card: IdentityCard) -> Path:
    """Write a card into a folder. Raises OSError."""
    write_file(folder / CARD, cards.render(card).decode())
    return folder / CARD


def write_operator(path: Path, card: IdentityCard) -> None:
    """Write the key of a card as the public key of the data-space operator. Raises OSError."""
    write_file(path, json.dumps(card.keys[0], indent=2) + "\n")


def keep_beside(path: Path) -> Path | None:
    """Copy a file to the first free name `…1`, `…2` beside it; None if there is no file. Raises OSError."""
    if not path.exists():
        return None
    content, mode = path.read_bytes(), path.stat().st_mode & 0o777
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.{number}")
        with suppress(FileFault):
            write_new(kept, content, mode=mode)
            return kept
        number += 1


def _choose_search(settings: Settings, before: IdentityCard | None) -> str:
    """Return the address of a broker's search: that of the settings, else that of its card while it fits these."""
    if settings.broker.public_url is not None:
        return settings.broker.public_url.rstrip("/")
    url, port = settings.protocol.public_url, settings.broker.port
    old = urlsplit(before.search) if before and before.search else None
    if before and before.search and old and old.hostname == urlsplit(url).hostname and old.port in {None, port}:
        return before.search
    return replace_port(url, port)
