"""Download of delivered files, with progress, continued after a break, checked by SHA-256.

Bytes go to a part beside the target, which belongs to one transfer: `<name>.<digest>.part`. The file gets its name
after it is complete and checked. A later call continues from an existing part.
"""

import hashlib
import os
from collections.abc import Callable, Container
from pathlib import Path, PurePosixPath

import msgspec

from connector.client.frame.claim import claim
from connector.client.frame.errors import ClientError, Damaged, FileThere, NotReachable
from connector.client.frame.flow import ApiCall, ClientFlow, Fetch, Progress, Report, path_of
from connector.views.common import Page
from connector.views.deliveries import DeliveredFileView
from connector.views.transfers import TransferView

_BREAKS = 5
LONGEST_NAME = 255


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
    transfer: str,
    path: str | Path,
    *,
    progress: Report | None = None,
    overwrite: bool = False,
    replaces: Container[str] = (),
    received: Path | None = None,
) -> ClientFlow[SavedFiles]:
    """Save the delivered files of a transfer.

    A single file is saved as `path`, or in `path` if that is a folder or ends with `/`; several files are saved in the
    folder `path`. `overwrite` replaces files with other content; without it, only the files at the paths `replaces` in
    the folder are replaced, such as those of an earlier delivery. `received` is the connector's folder of received
    data, if it is on this machine: a file on the same disk is linked instead of copied. Raises ClientError; Damaged if
    a digest is wrong.

    >>> saved = connector.transfers.download("urn:transfer:2", folder)
    >>> saved.files[0].size
    12
    """
    target = Path(path).expanduser()
    delivered: tuple[DeliveredFileView, ...] = (yield list_files(transfer)).items
    single = len(delivered) == 1 and not target.is_dir() and not str(path).endswith("/")
    place = (yield from _find_place(transfer, received)) if received else None
    for file in delivered:
        path_of_file = target if single else locate(target, file.path)
        may = overwrite or (not single and file.path in replaces)
        yield from _save(transfer, file, path_of_file, progress, overwrite=may, place=place)
    if len(delivered) == 1 and not single:
        target = locate(target, delivered[0].path)
    return SavedFiles(path=str(target), files=delivered)


def find_folder(path: str | Path) -> Path:
    """Return the folder that data is saved in: the path itself if it is a folder or ends with `/`."""
    target = Path(path).expanduser()
    return target if target.is_dir() or str(path).endswith("/") else target.parent


def locate(folder: Path, path: str) -> Path:
    """Return where a delivered file is below a folder. Raises Damaged for a path that leads out of it."""
    parts = PurePosixPath(path).parts
    if not parts or any(part in {"/", "..", "."} or "\\" in part or "\0" in part for part in parts):
        raise Damaged("name", "The delivery contains a path outside of the folder: it was not saved, ask the provider.")
    return folder.joinpath(*parts)


def is_file_of(path: Path, sha256: str) -> bool:
    """Return whether this is a file with this digest."""
    return path.is_file() and _digest(path) == sha256


def is_saved(folder: Path, files: tuple[DeliveredFileView, ...]) -> bool:
    """Return whether a folder holds these files as they were delivered: size, then digest."""
    try:
        places = [(locate(folder, file.path), file) for file in files]
        if any(not place.is_file() or place.stat().st_size != file.size for place, file in places):
            return False
        return all(_digest(place) == file.sha256 for place, file in places)
    except OSError:
        return False


def is_interrupted(transfer: str, path: str | Path) -> ClientFlow[bool]:
    """Return whether a download of a transfer to this path was interrupted: a part of one of its files is there."""
    target = Path(path).expanduser()
    try:
        delivered: tuple[DeliveredFileView, ...] = (yield list_files(transfer)).items
    except ClientError:
        return False  # such as files that were deleted meanwhile
    single = len(delivered) == 1 and not target.is_dir() and not str(path).endswith("/")
    places = [target if single else locate(target, file.path) for file in delivered]
    return any(name_part(place, transfer).is_file() for place in places)


def _find_place(transfer: str, received: Path) -> ClientFlow[Path | None]:
    """Return where the delivery of a transfer is below the folder of received data."""
    try:
        shown: TransferView = yield ApiCall(method="GET", path=path_of("transfers", transfer), answer=TransferView)
    except ClientError:
        return None  # the file is downloaded then
    path = (shown.sink or {}).get("path")
    return locate(received, path.rstrip("/")) if isinstance(path, str) else None


def _link(place: Path, file: DeliveredFileView, part: Path) -> bool:
    """Give a delivered file another name on the same disk; return False if that is not possible."""
    source = place if not place.is_dir() else locate(place, file.path)
    if source.is_symlink() or not source.is_file():
        return False
    try:
        part.unlink(missing_ok=True)
        os.link(source, part, follow_symlinks=False)
    except OSError:
        return False
    if _digest(part) == file.sha256:
        return True
    part.unlink()
    return False


def name_part(target: Path, transfer: str) -> Path:
    """Return the part of a file that a transfer delivers; a name that would be too long is replaced by its digest."""
    ending = f".{hashlib.sha256(transfer.encode()).hexdigest()[:8]}.part"
    name = target.name
    if len(os.fsencode(name + ending)) > LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:32]
    return target.with_name(name + ending)


def _save(
    transfer: str,
    file: DeliveredFileView,
    target: Path,
    progress: Report | None,
    *,
    overwrite: bool,
    place: Path | None,
) -> ClientFlow[None]:
    if target.is_file() and _digest(target) == file.sha256:
        return
    try:
        with claim(target.parent, f"save\n{target.name}", target):
            if target.exists() and not overwrite:
                reason = f"{target} already exists with other content: choose another path, or allow to overwrite it."
                raise FileThere("exists", reason, str(target))
            part, moved = name_part(target, transfer), _report(progress, transfer, file)
            if place is not None and _link(place, file, part):
                moved(file.size)
            else:
                yield from _fetch(transfer, file, part, moved)
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


def _forget(part: Path) -> int:
    part.unlink(missing_ok=True)
    return 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
