"""From the connector to a file of one's own: with progress, going on after a break, checked by SHA-256.

Bytes go to `<name>.part` beside the target and appear under their name whole and checked, or not at all; a later call
goes on from what lies there.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import msgspec

from connector.client.frame.errors import Damaged, InvalidRequest, NotReachable
from connector.client.frame.flow import ApiCall, ClientFlow, Fetch, Page, Progress, Report, place

_BREAKS = 5


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A delivered file: its path in the delivery, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved: the file or folder it lies in, and the files of the delivery."""

    path: str
    files: tuple[File, ...]


def list_files(transfer: str) -> ApiCall[Page[File]]:
    """List the files that a transfer delivered, with their digests."""
    return ApiCall(method="GET", path=place("transfers", transfer, "files"), answer=Page[File], timeout_s=3600.0)


def download(
    transfer: str, path: str | Path, *, progress: Report | None = None, overwrite: bool = False
) -> ClientFlow[Saved]:
    """Save what a transfer delivered.

    A single file goes to `path`, or into it where it is a folder or ends with `/`; several files go into the folder
    `path`. `overwrite` replaces files that have other content. Raises ClientError; Damaged where a digest is wrong.
    """
    target = Path(path).expanduser()
    delivered: tuple[File, ...] = (yield list_files(transfer)).items
    single = len(delivered) == 1 and not target.is_dir() and not str(path).endswith("/")
    for file in delivered:
        place_of = target if single else target.joinpath(*_parts(file.path))
        yield from _save(transfer, file, place_of, progress, overwrite=overwrite)
    if len(delivered) == 1 and not single:
        target = target.joinpath(*_parts(delivered[0].path))
    return Saved(path=str(target), files=delivered)


def _save(transfer: str, file: File, target: Path, progress: Report | None, *, overwrite: bool) -> ClientFlow[None]:
    if target.is_file() and _digest(target) == file.sha256:
        return
    if target.exists() and not overwrite:
        raise InvalidRequest(
            "exists", f"{target} exists already with other content: choose another path, or overwrite it."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        yield from _fetch(transfer, file, part, _told(progress, transfer, file))
        part.replace(target)
    except OSError as error:
        raise Damaged("disk", f"{target} cannot be written: {error.strerror or 'the disk failed'}.") from None


def _fetch(transfer: str, file: File, part: Path, moved: Callable[[int], None]) -> ClientFlow[None]:
    """Fetch until the part is whole; begin anew, once, where what lay there already was something else."""
    breaks, fresh = 0, not part.exists()
    while True:
        held = part.stat().st_size if part.exists() else 0
        if held > file.size:
            held = _forget(part)
        if held < file.size or not part.exists():
            try:
                yield Fetch(
                    path=place("transfers", transfer, "content"),
                    query={"file": file.path},
                    part=part,
                    offset=held,
                    moved=moved,
                )
            except NotReachable:
                # A broken connection is gone on from, as long as bytes arrive in between.
                breaks = 0 if part.exists() and part.stat().st_size > held else breaks + 1
                if breaks >= _BREAKS:
                    raise
                continue
        if part.stat().st_size == file.size and _digest(part) == file.sha256:
            return
        _forget(part)
        if fresh:
            raise Damaged("digest", f"What arrived of {file.path} is not what was announced: it was thrown away.")
        fresh = True


def _told(progress: Report | None, transfer: str, file: File) -> Callable[[int], None]:
    def moved(count: int) -> None:
        if progress:
            progress(
                Progress(
                    step="downloading",
                    process_id=transfer,
                    file=file.path,
                    bytes_done=count,
                    bytes_total=file.size,
                )
            )

    return moved


def _parts(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).parts
    if not parts or any(part in {"/", "..", "."} or "\\" in part or "\0" in part for part in parts):
        raise Damaged("name", "The delivery names a file that would lie outside of the folder: it was not saved.")
    return parts


def _forget(part: Path) -> int:
    part.unlink(missing_ok=True)
    return 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
