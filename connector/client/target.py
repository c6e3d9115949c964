"""The place for the data of a `get`: whether it can be written, and the note of a transfer that is not saved yet.

The note is a small file beside the data, from before the transfer begins until its files are saved. With it, a later
call saves what has arrived, which is no other use.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from connector.client.delivery import LONGEST_NAME, find_folder, is_file_of
from connector.client.frame.claim import claim
from connector.client.frame.errors import Damaged, FileThere, InvalidRequest
from connector.protocol.stated import StatedData

_LONGEST_NOTE = 1000


def find_place(path: str | Path, stated: StatedData) -> Path | None:
    """Return the file that the data will be; None in a folder if the provider does not state one safe name."""
    target = Path(path).expanduser()
    if not _is_folder(path):
        return target
    name = stated.name or ""
    safe = name not in {"", ".", ".."} and not set(name) & set("/\\\0") and len(os.fsencode(name)) <= LONGEST_NAME
    return target / name if safe else None


def check_place(path: str | Path, stated: StatedData, *, overwrite: bool) -> None:
    """Check that the data can be saved, before anything is requested. Raises InvalidRequest, Damaged."""
    place = find_place(path, stated)
    if place is not None and place.exists():
        if not place.is_file():
            raise InvalidRequest("exists", f"{place} is there and is no file: choose another path.")
        if not (overwrite or (_is_folder(path) and stated.sha256 is not None and is_file_of(place, stated.sha256))):
            raise FileThere(
                "exists", f"{place} already exists: choose another path, or allow to overwrite it.", str(place)
            )
    folder = find_folder(path)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise Damaged("disk", f"{path} cannot be written: {folder} is not a folder.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Damaged("disk", f"{path} cannot be written: writing to {folder} is not allowed.")


@contextlib.contextmanager
def claim_place(path: str | Path, dataset: str, stated: StatedData) -> Iterator[None]:
    """Claim the file that the data will be, and in a folder also what a dataset puts there.

    No other process gets the same data to it meanwhile, or other data with the same name. Raises InUse, OSError.
    """
    place = find_place(path, stated)
    names = [f"\n{dataset}"] if _is_folder(path) else []
    with contextlib.ExitStack() as claims:
        for name in [*names, place.name] if place else names:
            claims.enter_context(claim(find_folder(path), f"get\n{name}", place or path))
        yield


def write_note(path: str | Path, agreement: str, transfer: str) -> None:
    """Note the identifier of a transfer that is not saved yet, before it begins."""
    note = _name_note(path, agreement)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(transfer, encoding="utf-8")


def read_note(path: str | Path, agreement: str) -> str | None:
    """Return the transfer that is noted as not saved yet, or None."""
    try:
        with _name_note(path, agreement).open(encoding="utf-8") as file:
            return file.read(_LONGEST_NOTE).strip() or None
    except (OSError, ValueError):
        return None


def drop_note(path: str | Path, agreement: str) -> None:
    """Remove the note: the files are saved, or there are none."""
    with contextlib.suppress(OSError):
        _name_note(path, agreement).unlink()


def _name_note(path: str | Path, agreement: str) -> Path:
    name = "" if _is_folder(path) else Path(path).expanduser().name
    digest = hashlib.sha256(os.fsencode(f"{agreement}\n{name}")).hexdigest()
    return find_folder(path) / f".datenkontor-{digest[:16]}.part"


def _is_folder(path: str | Path) -> bool:
    target = Path(path).expanduser()
    return find_folder(path) == target
