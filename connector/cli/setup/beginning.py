"""A folder whose first `join` has not come to an end: what it writes is noted first, so that nothing is left half done.

A refusal removes it, and whoever calls again after a crash or a lost answer goes on with the key that asked.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from connector.authority import card as cards
from connector.authority.keeping import ROOTS
from connector.authority.roster import RosterFault
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.folder import create_folder, write_file
from connector.cli.setup.plan import CARD, KEY, OPERATOR, SETTINGS

NOTE: Final = "joining.json"
"""The file with the names of what the first `join` writes, until it has come to an end."""
_WRITTEN: Final = (SETTINGS, KEY, CARD, OPERATOR, ROOTS, "received", "offered")
_FOLDER: Final = "."


def has_begun(folder: Path) -> bool:
    """Return whether a `join` has begun in a folder and has not come to an end."""
    return (folder / NOTE).exists()


def begin(folder: Path) -> list[str]:
    """Make a folder, note what is not in it yet, before it is written, and return that for `remove`. Raises Failure.

    After a run that was cut short, its note counts, and a key that it did not write to the end is removed.
    """
    made = not folder.exists()
    try:
        create_folder(folder)
        if not has_begun(folder):
            missing = [name for name in _WRITTEN if not (folder / name).exists()]
            write_file(folder / NOTE, json.dumps([*missing, *([_FOLDER] if made else [])]) + "\n")
        names = _read_note(folder)
        if KEY in names and (folder / KEY).exists():
            try:
                cards.load_key(folder / KEY)
            except RosterFault:
                (folder / KEY).unlink()
    except OSError as error:
        path = error.filename or folder
        raise Failure(Code.FAILED, "errors.not-writable", path=path, problem=error.strerror) from None
    return names


def end(folder: Path) -> None:
    """Note that the first `join` has come to an end."""
    (folder / NOTE).unlink(missing_ok=True)


def keep(folder: Path) -> None:
    """Note, before the authority is asked, that it may know the key of this folder: a later call removes nothing."""
    if has_begun(folder):
        write_file(folder / NOTE, "[]\n")


def remove(folder: Path, names: Sequence[str]) -> None:
    """Remove from a folder what a `join` that was refused has written; `names` are what `begin` returned."""
    if not names:
        return
    for name in (*names, NOTE):
        path = folder / name
        with suppress(OSError):  # what is not empty, or is not there, stays as it is
            path.rmdir() if path.is_dir() else path.unlink()
    if _FOLDER in names:
        with suppress(OSError):
            folder.rmdir()


def _read_note(folder: Path) -> list[str]:
    """Return the names that were noted; none of other places count, whoever has written the file."""
    try:
        told = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [name for name in (*_WRITTEN, _FOLDER) if isinstance(told, list) and name in told]
