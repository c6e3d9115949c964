"""The state of a synchronised folder: the folder of each dataset, and the files that deliveries put there.

A file that the state does not name belongs to the user: it is neither replaced nor removed. One that was delivered and
changed since may be the user's work: it is kept beside the file that replaces it.
"""

import contextlib
import filecmp
import glob
import itertools
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from connector.cli.frame.failure import Code, Failure
from connector.client.delivery import is_saved, locate
from connector.client.frame.claim import claim
from connector.protocol.stated import StatedData
from connector.views.agreements import AgreementView
from connector.views.deliveries import DeliveredFileView

STATE = ".datenkontor-sync.json"
_LONGEST = 80
_PART, _NOTE = re.compile(r"\.[0-9a-f]{8}\.part"), re.compile(r"\.datenkontor-[0-9a-f]{16}\.part")


class SyncRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal under an agreement (its key), and what the provider stated of the data then."""

    agreement: str
    reason: str
    stated: StatedData | None = None


class SyncedDataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of a synchronised folder: its folder, the delivery in it, and what the provider stated of the data.

    `files` is None before the first delivery; `former` are files of earlier deliveries that the newest one has not, as
    long as they are there. `refusal` is the newest refusal, until something has changed.
    """

    participant: str
    dataset: str
    folder: str
    stated: StatedData = StatedData()
    transfer: str = ""
    files: tuple[DeliveredFileView, ...] | None = None
    former: tuple[DeliveredFileView, ...] = ()
    refusal: SyncRefusal | None = None

    @property
    def own(self) -> frozenset[str]:
        """The paths of the files that deliveries put into the folder."""
        return frozenset(file.path for file in (*(self.files or ()), *self.former))


@contextlib.contextmanager
def claim_folder(folder: Path) -> Iterator[None]:
    """Claim a folder for one run. Raises InUse, and Failure if it cannot be written."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(claim(folder, "sync", folder))
        except OSError as error:
            raise Failure(
                Code.FAILED, "errors.not-writable", path=folder, problem=error.strerror or "the disk failed"
            ) from None
        yield


def begin(agreement: AgreementView, folder: Path, taken: Iterable[str]) -> SyncedDataset:
    """Return a dataset that was never transferred, with a folder of its own: none that is there already."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", re.split(r"[/:#]", agreement.dataset)[-1]).strip("-.") or "dataset"
    name = stem = words[:_LONGEST]
    number, others = 1, set(taken)
    while name in others or os.path.lexists(folder / name):
        number += 1
        name = f"{stem}-{number}"
    return SyncedDataset(participant=agreement.counterparty, dataset=agreement.dataset, folder=name)


def deliver(
    entry: SyncedDataset, files: tuple[DeliveredFileView, ...], *, transfer: str, stated: StatedData
) -> SyncedDataset:
    """Return a dataset after a delivery; files that it has no longer become former ones."""
    now = {file.path for file in files}
    former = {file.path: file for file in (*entry.former, *(entry.files or ())) if file.path not in now}
    return msgspec.structs.replace(
        entry, stated=stated, transfer=transfer, files=files, former=tuple(former.values()), refusal=None
    )


def settle(folder: Path, entry: SyncedDataset, *, delete: bool) -> tuple[SyncedDataset, tuple[str, ...]]:
    """Return a dataset with those former files that are still there, and which were removed.

    With `delete`, each is removed unless its content is no longer what was delivered: then it is the user's work.
    """
    left: list[DeliveredFileView] = []
    removed: list[str] = []
    for file in entry.former:
        place = locate(folder, file.path)
        if delete and is_saved(folder, (file,)):
            _remove(folder, place)
            removed.append(file.path)
        elif os.path.lexists(place):
            left.append(file)
    return msgspec.structs.replace(entry, former=tuple(left)), tuple(removed)


def keep_changed(folder: Path, entry: SyncedDataset) -> tuple[str, ...]:
    """Copy each file of the last delivery that has other content now, before it is replaced; return the new paths.

    A change may be work of the user, or damage: nobody can tell. An empty file is damage, and a content that was kept
    already is not kept again. Raises Failure.
    """
    kept: list[str] = []
    for file in entry.files or ():
        place = locate(folder, file.path)
        if not place.is_file() or not place.stat().st_size or is_saved(folder, (file,)):
            continue
        for number in itertools.count(1):
            path = f"{file.path}.changed" + (f"-{number}" if number > 1 else "")
            if not os.path.lexists(beside := locate(folder, path)):
                _copy(place, beside)
                kept.append(path)
                break
            if beside.is_file() and filecmp.cmp(place, beside, shallow=False):
                break
    return tuple(kept)


def find_replaceable(folder: Path, entry: SyncedDataset) -> frozenset[str]:
    """Return the paths that a delivery may replace: files of the last one, and former ones that nobody changed."""
    former = {file.path for file in entry.former if is_saved(folder, (file,))}
    return frozenset(former.union(file.path for file in entry.files or ()))


def _copy(place: Path, beside: Path) -> None:
    try:
        shutil.copy2(place, beside)
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-writable", path=beside, problem=error.strerror or "the disk failed"
        ) from None


def clear(folder: Path, entry: SyncedDataset) -> None:
    """Remove what an interrupted run left of a dataset that is up to date: notes of transfers, parts of files."""
    parts = [
        found
        for path in entry.own
        for place in [locate(folder, path)]
        for found in place.parent.glob(f"{glob.escape(place.name)}.*.part")
        if _PART.fullmatch(found.name.removeprefix(place.name))
    ]
    notes = [found for found in folder.glob(".datenkontor-*.part") if _NOTE.fullmatch(found.name)]
    for left in (*notes, *parts):
        with contextlib.suppress(OSError):
            left.unlink()


def _remove(folder: Path, place: Path) -> None:
    """Remove a file, and the folders above it that are empty then. Raises Failure."""
    try:
        place.unlink()
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-removed", path=place, problem=error.strerror or "the disk failed"
        ) from None
    for parent in place.relative_to(folder).parents:
        if parent.name:
            with contextlib.suppress(OSError):
                (folder / parent).rmdir()


def read_state(folder: Path) -> list[SyncedDataset]:
    """Read the state of a folder; a folder without one has no datasets. Raises Failure."""
    path = folder / STATE
    if not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[SyncedDataset])
    except (OSError, msgspec.MsgspecError, UnicodeError):
        raise Failure(Code.FAILED, "errors.sync-state", path=path) from None


def write_state(folder: Path, entries: Iterable[SyncedDataset]) -> None:
    """Replace the state of a folder. Raises Failure."""
    path = folder / STATE
    part = path.with_name(path.name + ".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.encode(list(entries)))
        part.replace(path)
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-writable", path=path, problem=error.strerror or "the disk failed"
        ) from None
