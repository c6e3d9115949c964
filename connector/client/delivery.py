"""Download of delivered files, with progress, continued after a break, checked by SHA-256.

Bytes go to `<name>.part` beside the target. The file gets its name after it is complete and checked. A later call
continues from an existing part.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import msgspec

from connector.client.frame.errors import ClientError, Damaged, InvalidRequest, NotReachable
from connector.client.frame.flow import ApiCall, ClientFlow, Fetch, Progress, Report, path_of
from connector.views.common import Page
from connector.views.deliveries import DeliveredFileView

_BREAKS = 5


class SavedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A saved delivery: the path of the file or folder, and the files."""

    path: str
    files: tuple[DeliveredFileView, ...]


def list_files(transfer: str) -> ApiCall[Page[DeliveredFileView]]:
    """List the delivered files of a transfer with their digests.

    >>> [file.path for file in connector.transfers.files("urn:transfer:2").items]
    ['air.csv']
    """
    return ApiCall(
        method="GET", path=path_of("transfers", transfer, "files"), answer=Page[DeliveredFileView], timeout_s=3600.0
    )


def download(
    transfer: str, path: str | Path, *, progress: Report | None = None, overwrite: bool = False
) -> ClientFlow[SavedFiles]:
    """Save the delivered files of a transfer.

    A single file is saved as `path`, or in `path` if that is a folder or ends with `/`; several files are saved in the
    folder `path`. `overwrite` replaces files with other content. Raises ClientError; Damaged if a digest is wrong.

    >>> saved = connector.transfers.download("urn:transfer:2", folder)
    >>> saved.files[0].size
    12
    """
    target = Path(path).expanduser()
    delivered: tuple[DeliveredFileView, ...] = (yield list_files(transfer)).items
    single = len(delivered) == 1 and not target.is_dir() and not str(path).endswith("/")
    for file in delivered:
        path_of_file = target if single else target.joinpath(*_parts(file.path))
        yield from _save(transfer, file, path_of_file, progress, overwrite=overwrite)
    if len(delivered) == 1 and not single:
        target = target.joinpath(*_parts(delivered[0].path))
    return SavedFiles(path=str(target), files=delivered)


def refuse_existing(path: str | Path, *, overwrite: bool) -> None:
    """Raise InvalidRequest if the path is a file that may not be overwritten."""
    target = Path(path).expanduser()
    if target.is_file() and not overwrite:
        raise InvalidRequest("exists", f"{target} already exists: choose another path, or allow to overwrite it.")


def is_interrupted(transfer: str, path: str | Path) -> ClientFlow[bool]:
    """Return whether a download of a transfer to this path was interrupted: a part of one of its files is there."""
    target = Path(path).expanduser()
    try:
        delivered: tuple[DeliveredFileView, ...] = (yield list_files(transfer)).items
    except ClientError:
        return False  # such as files that were deleted meanwhile
    single = len(delivered) == 1 and not target.is_dir() and not str(path).endswith("/")
    places = [target if single else target.joinpath(*_parts(file.path)) for file in delivered]
    return any(place.with_name(place.name + ".part").is_file() for place in places)


def _save(
    transfer: str, file: DeliveredFileView, target: Path, progress: Report | None, *, overwrite: bool
) -> ClientFlow[None]:
    if target.is_file() and _digest(target) == file.sha256:
        return
    if target.exists() and not overwrite:
        raise InvalidRequest(
            "exists", f"{target} already exists with other content: choose another path, or allow to overwrite it."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        yield from _fetch(transfer, file, part, _report(progress, transfer, file))
        part.replace(target)
    except OSError as error:
        raise Damaged("disk", f"{target} cannot be written: {error.strerror or 'the disk failed'}.") from None


def _fetch(transfer: str, file: DeliveredFileView, part: Path, moved: Callable[[int], None]) -> ClientFlow[None]:
    """Fetch until the part is complete; start again, once, if an existing part has other content."""
    breaks, fresh = 0, not part.exists()
    while True:
        held = part.stat().st_size if part.exists() else 0
        if held > file.size:
            held = _forget(part)
        if held < file.size or not part.exists():
            try:
                yield Fetch(
                    path=path_of("transfers", transfer, "content"),
                    query={"file": file.path},
                    part=part,
                    offset=held,
                    moved=moved,
                )
            except NotReachable:
                # The download continues after a break as long as bytes arrive between two breaks.
                breaks = 0 if part.exists() and part.stat().st_size > held else breaks + 1
                if breaks >= _BREAKS:
                    raise
                continue
        if part.stat().st_size == file.size and _digest(part) == file.sha256:
            return
        _forget(part)
        if fresh:
            raise Damaged("digest", f"{file.path} does not match its digest and was deleted: download it again.")
        fresh = True


def _report(progress: Report | None, transfer: str, file: DeliveredFileView) -> Callable[[int], None]:
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
        raise Damaged("name", "The delivery contains a path outside of the folder: it was not saved, ask the provider.")
    return parts


def _forget(part: Path) -> int:
    part.unlink(missing_ok=True)
    return 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
