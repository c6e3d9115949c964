"""The folders of an index on the disk: one that answers, and one that is being built.

A folder is named after the layout of its index and a number that only grows. The file `served` names the one that
answers; it is replaced at once, a process that is killed leaves the old name or the new one. The rest can be removed.
"""

import os
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

LAYOUT, BEFORE = 8, 7
"""The number of the schema and the analysis of `documents`: an index of another one is built anew.

Until then one of the layout before answers. It has the same schema, and a search finds the same entries in it; only
a word of two scripts ("wlan热点") is one word there.
"""

_SERVED = "served"
_PREFIX, _PREFIX_BEFORE = f"layout-{LAYOUT}.", f"layout-{BEFORE}."
# tantivy ends each file of a segment with a footer in JSON, its length and this number.
_FOOTER, _MOST_FOOTER = 1337, 4096
_PIECE = 1024 * 1024


class _Checksum(msgspec.Struct):
    crc: int


class _Deletes(msgspec.Struct):
    opstamp: int


class _Segment(msgspec.Struct):
    segment_id: str
    deletes: _Deletes | None = None


class _Meta(msgspec.Struct):
    segments: tuple[_Segment, ...]


def locate_index(record: Path) -> Path:
    """Return the folder of the search index: it lies beside the record, which it is made from."""
    return record.with_name(f"{record.name}.search")


def read_served(root: Path) -> Path | None:
    """Return the folder that answers, or None if there is none of this layout or of the one before."""
    name = _read_name(root)
    folder = root / name
    is_known = _read_number(name) or _read_number(name, _PREFIX_BEFORE)
    return folder if is_known and folder.is_dir() else None


def is_of_this_layout(folder: Path) -> bool:
    """Return whether a folder has an index of this layout."""
    return folder.name.startswith(_PREFIX)


def write_served(root: Path, folder: Path) -> None:
    """Let a folder answer from now on, also after a loss of power."""
    draft = root / f"{_SERVED}.new"
    with draft.open("w", encoding="utf-8") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(root / _SERVED)
    _sync(root)


def find_unfinished(root: Path) -> Path | None:
    """Return the newest folder of this layout that was begun after the one that answers, or None."""
    served = read_served(root)
    begun = sorted(filter(None, (_read_number(entry.name) for entry in root.iterdir())), reverse=True)
    newest = root / f"{_PREFIX}{begun[0]:06}" if begun else None
    return newest if newest and (served is None or newest.name > served.name) else None


def make_folder(root: Path) -> Path:
    """Create the folder of a new index; its number is above all others."""
    # A folder that was given up keeps its number: the new one must not answer in its name before it is built.
    numbers = [_read_number(name) or 0 for name in (_read_name(root), *(entry.name for entry in root.iterdir()))]
    folder = root / f"{_PREFIX}{max(numbers, default=0) + 1:06}"
    folder.mkdir(mode=0o700)
    _sync(root)
    return folder


def remove_others(root: Path, *kept: Path | None) -> None:
    """Remove every folder but these; what cannot be removed stays until the next time."""
    names = {folder.name for folder in kept if folder}
    for entry in root.iterdir():
        if entry.is_dir() and entry.name not in names:
            shutil.rmtree(entry, ignore_errors=True)


def is_whole(folder: Path) -> bool:
    """Return whether the content of each file of the last commit of an index agrees with its checksum."""
    try:
        meta = msgspec.json.decode((folder / "meta.json").read_bytes(), type=_Meta)
    except FileNotFoundError:
        return not any(folder.iterdir())
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return False
    segments = {segment.segment_id.replace("-", ""): segment for segment in meta.segments}
    return all(_is_file_whole(file) for file in folder.iterdir() if _belongs(file.name, segments))


def _belongs(name: str, segments: Mapping[str, _Segment]) -> bool:
    """Return whether a file is of the commit with these segments.

    A process that is killed in a commit leaves deletions of the next one, of which a part may be written.
    """
    begun, _, rest = name.partition(".")
    segment = segments.get(begun)
    if segment is None or not rest.endswith("del"):
        return segment is not None
    return segment.deletes is not None and rest == f"{segment.deletes.opstamp}.del"


def _is_file_whole(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            return _is_content_whole(content, file.stat().st_size)
    except FileNotFoundError:
        return True  # a newer commit has replaced it


def _is_content_whole(content: BinaryIO, size: int) -> bool:
    content.seek(max(size - 8, 0))
    tail = content.read(8)
    length = int.from_bytes(tail[:4], "little")
    if int.from_bytes(tail[4:], "little") != _FOOTER or not 0 < length <= min(_MOST_FOOTER, size - 8):
        return False
    left, computed = size - 8 - length, 0
    content.seek(left)
    try:
        stated = msgspec.json.decode(content.read(length), type=_Checksum).crc
    except (msgspec.MsgspecError, UnicodeError):
        return False
    content.seek(0)
    while left > 0:
        piece = content.read(min(_PIECE, left))
        if not piece:
            return False
        computed, left = zlib.crc32(piece, computed), left - len(piece)
    return computed == stated


def _read_name(root: Path) -> str:
    try:
        return (root / _SERVED).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _read_number(name: str, prefix: str = _PREFIX) -> int | None:
    digits = name.removeprefix(prefix)
    return int(digits) if name.startswith(prefix) and digits.isdecimal() and digits.isascii() else None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
