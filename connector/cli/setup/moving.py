"""A folder that belongs to a data space with an authority: its identifier, its card, and the settings that say so."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from connector.authority import card as cards
from connector.authority.card import IdentityCard
from connector.authority.roster import RosterFault
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.folder import write_file
from connector.cli.setup.identity import find_address, find_data_origin, keep_beside
from connector.identity.keys import SigningKey
from connector.protocol.dcp.did import LOCAL_HOST, write_web_did
from connector.protocol.dcp.errors import ClaimFault
from connector.settings import Location, Settings, SettingsError, change_values


def name_did(public_url: str, path: tuple[str, ...] = ()) -> str:
    """Return the did:web identifier of the place where a process is reached. Raises Failure."""
    url = urlsplit(public_url)
    if url.scheme != "https" and url.hostname != LOCAL_HOST:
        raise Failure(Code.USAGE, "authority.needs-https", url=public_url)
    try:
        return write_web_did(url.hostname or "", url.port, path)
    except (ClaimFault, ValueError) as fault:
        raise Failure(Code.USAGE, "errors.reported", reason={"en": str(fault)}) from None


def build_member_card(settings: Settings, did: str, key: SigningKey) -> IdentityCard:
    """Return the card with which a participant joins. Raises RosterFault."""
    origin = find_data_origin(settings)
    address = find_address(settings)
    return cards.card(key, id=did, name=settings.participant.name, address=address, data=(origin,) if origin else ())


def use_authority(settings: Settings, did: str, roster: str, roots: Path) -> Settings:
    """Return the settings of a participant that proves itself by its document, and reads the list of an authority."""
    identity = msgspec.structs.replace(
        settings.identity,
        mechanism="dcp",
        did=None if settings.participant.id == did else did,
        roster=Location(roster),
        operator_key=roots,
    )
    return msgspec.structs.replace(settings, identity=identity)


def list_changes(settings: Settings, folder: Path) -> dict[str, dict[str, Any]]:
    """Return what `use_authority` has changed, as the settings file in `folder` has it."""
    identity = settings.identity
    values: dict[str, Any] = {
        "mechanism": identity.mechanism,
        "roster": _shorten(str(identity.roster), folder),
        "operator_key": _shorten(str(identity.operator_key), folder),
    }
    return {"identity": values | ({"did": identity.did} if identity.did else {})}


def change_file(file: Path, values: dict[str, dict[str, Any]]) -> Path | None:
    """Change values in a settings file, keep the old one beside it, and return where. Raises Failure, RosterFault."""
    try:
        text = change_values(file.read_text(encoding="utf-8"), values)
        kept = keep_beside(file)
        write_file(file, text, mode=0o600)
    except SettingsError as fault:
        raise RosterFault(str(fault)) from None
    except OSError as error:
        raise Failure(Code.FAILED, "errors.not-writable", path=file, problem=error.strerror) from None
    return kept


def _shorten(path: str, folder: Path) -> str:
    """Return a path inside the folder of the settings as the file has it, relative."""
    return str(Path(path).relative_to(folder)) if "://" not in path and Path(path).is_relative_to(folder) else path
