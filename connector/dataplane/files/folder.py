"""A folder as it travels: a listing of its members, each then moved by itself under its path.

The listing is what a pull of the folder's own URL answers. Paths in it are the peer's, so they are checked on arrival
by the same rule as paths in a request.
"""

import re

import msgspec

FOLDER_TYPE = "application/vnd.datenkontor.folder+json"
MOST_MEMBERS = 10_000
_LONGEST_PATH = 1024
_SEGMENT = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,255}")


class FolderFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of a folder: its path below the folder, size in bytes, and SHA-256 (hex) where it is known."""

    path: str
    size: int
    sha256: str | None = None


class FolderListing(msgspec.Struct, frozen=True):
    """The members of a folder, ordered by path."""

    members: tuple[FolderFile, ...]


class UnsafePath(ValueError):
    """A path that could lead out of its folder or that a file system would misread."""


def safe_path(path: str) -> str:
    """Return a relative path unchanged if it is safe below a folder.

    Refused: absolute paths, `.` and `..`, empty and hidden segments, control characters, backslashes and what other
    systems read as a drive or a wildcard. Raises UnsafePath.
    """
    segments = path.split("/")
    safe = len(path) <= _LONGEST_PATH and all(
        _SEGMENT.fullmatch(segment) and not segment.startswith(".") and segment == segment.strip()
        for segment in segments
    )
    if not safe:
        raise UnsafePath("The path of a folder member is not a plain relative path: give it as `folder/name`.")
    return path


def read_listing(body: bytes) -> FolderListing:
    """Read a listing that a peer sent. Raises ValueError with a sentence."""
    try:
        listing = msgspec.json.decode(body, type=FolderListing)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("The listing of the folder cannot be read as JSON with members, paths and sizes.") from error
    if len(listing.members) > MOST_MEMBERS:
        raise ValueError(f"The folder has more than {MOST_MEMBERS} members: ask for it in smaller parts.")
    paths = [safe_path(member.path) for member in listing.members]
    if len(set(paths)) != len(paths) or any(member.size < 0 for member in listing.members):
        raise ValueError("The listing of the folder names a member twice or with a negative size.")
    return listing
