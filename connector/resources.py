"""The folders `policies/`, `vocab/` and `certs/`: beside the package in a checkout, inside it in a wheel.

Finds and reads files of the distribution; imports nothing of ours.
"""

from pathlib import Path

FOLDERS = frozenset({"policies", "vocab", "certs"})
_PACKAGE = Path(__file__).resolve().parent


class MissingResource(Exception):
    """The distribution holds no such file; the message names it."""


def find_path(folder: str, *parts: str) -> Path:
    """Return the path of a file or folder below one of the data `FOLDERS`.

    `parts` are plain names, not paths. Raises MissingResource if there is no such thing.
    """
    named = "/".join((folder, *parts))
    if folder not in FOLDERS or any(part in {"", ".", ".."} or "/" in part or "\\" in part for part in parts):
        raise MissingResource(f"{named} is not a name below {', '.join(sorted(FOLDERS))}.")
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        found = root.joinpath(folder, *parts)
        if found.exists():
            return found
    raise MissingResource(f"{named} is not part of this installation: install datenkontor again.")


def read_text(folder: str, *parts: str) -> str:
    """Return the UTF-8 text of a file below one of the data `FOLDERS`. Raises MissingResource."""
    found = find_path(folder, *parts)
    if not found.is_file():
        raise MissingResource(f"{'/'.join((folder, *parts))} is a folder, not a file.")
    return found.read_text("utf-8")
