"""The lines of a stream are appended to a file below a root: whole, in their order, each once.

The file itself knows how far it has come: by the position of its last whole line. What a crash has left behind that is
removed before the next line is written.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from connector.dataplane.files.below_root import open_folder_of
from connector.dataplane.wire.stream_lines import BadLines, is_behind, read_lines
from connector.ports.flow import SourceError
from connector.ports.stream_sink import StreamMessage

_READ = 64 * 1024
_LONGEST_LINE = 8 * 1024 * 1024


def append_lines(root: Path, path: str, messages: Sequence[StreamMessage]) -> None:
    """Append the messages that are not in the file yet, and flush them to the disk. Raises SourceError, OSError."""
    with open_folder_of(root, path, create=True) as (folder, name):
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o640, dir_fd=folder)
        try:
            end, last = _find_end(descriptor)
            body = b"".join(one.line + b"\n" for one in messages if is_behind(one.id, last))
            os.ftruncate(descriptor, end)
            if body:
                _write(descriptor, body, end)
            os.fsync(descriptor)
            if end == 0:
                os.fsync(folder)
        finally:
            os.close(descriptor)


def _write(descriptor: int, body: bytes, end: int) -> None:
    view, at = memoryview(body), end
    try:
        while view:
            count = os.pwrite(descriptor, view, at)
            view, at = view[count:], at + count
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _find_end(descriptor: int) -> tuple[int, str]:
    """Return where the last whole line ends, and its position; nothing of an empty file. Raises SourceError."""
    size = begin = os.fstat(descriptor).st_size
    tail = b""
    while begin > 0 and tail.count(b"\n") < 2:
        if len(tail) > _LONGEST_LINE:
            raise _refuse()
        step = min(_READ, begin)
        begin -= step
        tail = os.pread(descriptor, step, begin) + tail
    whole, sign, _ = tail.rpartition(b"\n")
    if not sign:
        # The first line was cut off by a crash, if it begins as one of a stream does.
        if size and not tail.startswith(b'{"'):
            raise _refuse()
        return 0, ""
    try:
        (last,) = read_lines([whole.rpartition(b"\n")[2]])
    except (BadLines, ValueError, msgspec.MsgspecError):
        raise _refuse() from None
    return begin + len(whole) + 1, last.id


def _refuse() -> SourceError:
    return SourceError("A file of this name has something else than the lines of a stream: choose another name.")
