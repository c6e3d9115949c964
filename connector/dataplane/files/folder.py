"""A folder in a transfer: a listing of its members, each of which is then transferred under its path.

A pull of the folder's URL returns the listing. Its paths come from the peer, so they are checked like the paths in a
request.
"""

import hashlib
import re

import msgspec

FOLDER_TYPE = "application/vnd.datenkontor.folder+json"
MOST_MEMBERS = 10_000
_LONGEST_PATH, _LONGEST_NAME = 1024, 255
_SEGMENT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029/\\:*?\"<>|]+")
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class FolderFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of a folder: its path below the folder, size in bytes, and SHA-256 (hex) if known."""

    path: str
    size: int
    sha256: str | None = None


class FolderListing(msgspec.Struct, frozen=True):
    """The members of a folder, ordered by path."""

    members: tuple[FolderFile, ...]


class UnsafePath(ValueError):
    """A path that could leave its folder or that a file system would interpret otherwise."""


def check_path(path: str) -> str:
    """Return a relative path unchanged if it is safe below a folder. Raises UnsafePath.

    Refused are absolute paths, `.` and `..`, empty and hidden segments, control characters, backslashes, characters
    that other systems read as a drive or a wildcard, names that they reserve, and names that are not UTF-8 or have more
    than 255 bytes in it.
    """
    try:
        safe = len(path.encode()) <= _LONGEST_PATH and all(_is_safe(segment) for segment in path.split("/"))
    except UnicodeEncodeError:
        safe = False
    if not safe:
        raise UnsafePath("The path of a folder member is not a plain relative path: write it as `folder/name`.")
    return path


def is_plain_path(path: str) -> bool:
    """Return whether `check_path` takes a path."""
    try:
        check_path(path)
    except UnsafePath:
        return False
    return True


def name_delivery(stated: str | None, flow_id: str) -> str:
    """Return the name that a delivery gets in a folder: the one that its sender states if it is plain, else its own."""
    name = (stated or "").rpartition("/")[2]
    return name if is_plain_path(name) else name_flow(flow_id)


def name_flow(flow_id: str) -> str:
    """Return the name of what a flow brings; no peer chooses it."""
    return hashlib.sha256(flow_id.encode()).hexdigest()[:32]


def _is_safe(segment: str) -> bool:
    plain = _SEGMENT.fullmatch(segment) and not segment.startswith(".") and segment == segment.strip()
    return bool(plain) and not RESERVED.fullmatch(segment) and len(segment.encode()) <= _LONGEST_NAME


def read_listing(body: bytes) -> FolderListing:
    """Read a listing from a peer. Raises ValueError with a sentence."""
    try:
        listing = msgspec.json.decode(body, type=FolderListing)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(
            "The listing of the folder cannot be read: expected JSON with members, paths and sizes."
        ) from error
    if len(listing.members) > MOST_MEMBERS:
        raise ValueError(f"The folder has more than {MOST_MEMBERS} members: transfer it in smaller parts.")
    paths = [check_path(member.path) for member in listing.members]
    if len(set(paths)) != len(paths) or any(member.size < 0 for member in listing.members):
        raise ValueError(
            "The listing of the folder contains a member twice or with a negative size: ask the provider to correct it."
        )
    return listing
