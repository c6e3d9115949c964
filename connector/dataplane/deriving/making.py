"""Makes the result of a recipe: its inputs are held, its steps run in a thread, and the result replaces the last one.

A result is written beside its place, made durable, and then renamed: a reader sees the old one or the new one. What is
broken, too large or too slow leaves the old result where it is.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from connector.dataplane.deriving.rows import MOST_ROWS, RowTable, TextRow, read_rows
from connector.dataplane.deriving.steps import apply_step
from connector.dataplane.files.below_root import await_job
from connector.dataplane.files.folder import FOLDER_TYPE, read_listing
from connector.dataplane.files.space import FULL, measure_disk
from connector.dataplane.forms.choice import BadChoice, Choice, read_crs
from connector.dataplane.forms.narrowing import NarrowedWriter
from connector.dataplane.inspecting.measuring import QualityMeter
from connector.dataplane.tabular.opened import Scratch
from connector.dataplane.tabular.parts import gather_parts
from connector.ports.deriving import InputData, Made
from connector.ports.flow import Cause, Content, Source, SourceError, Untreatable
from connector.ports.treatment import Records
from connector.views.assets import FORM_TYPES, find_record_format
from connector.views.data_quality import DataQuality
from connector.views.recipes import Recipe, RecipeFault, name_result, read_recipe

LARGEST_INPUT = 1024 * 1024 * 1024
LARGEST_RESULT = 1024 * 1024 * 1024
LARGEST_MEASURED = 256 * 1024 * 1024
PATIENCE_S = 600.0
_SPARE = 64 * 1024 * 1024


@dataclass(frozen=True)
class ProductMaker:
    """Makes results in the folder `root`; `received` reads deliveries, `sources` everything else."""

    root: Path
    sources: Mapping[str, Source]
    received: Source
    turn: asyncio.Lock

    async def make(self, address: dict[str, Any], inputs: Sequence[InputData]) -> Made:
        """Make the result of a recipe in the place of the one before. Raises SourceError."""
        try:
            recipe = read_recipe(address)
        except RecipeFault as fault:
            raise SourceError(str(fault), Cause.UNTREATABLE) from None
        # One at a time: each takes a processor, and memory for what it joins.
        async with self.turn:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await self._make(address, recipe, inputs)
            except TimeoutError as error:
                reason = f"The result was not ready within {PATIENCE_S:g} s: use smaller inputs, or fewer of them."
                raise SourceError(reason, Cause.UNAVAILABLE) from error

    async def measure(self, address: dict[str, Any], media_type: str, records: Records | None) -> DataQuality:
        """Measure the quality of the data of a source; what cannot be read says so in it."""
        held = Scratch()
        path = held.path / "data"
        entry = InputData(name="data", address=address, media_type=media_type, records=records)
        async with self.turn:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    stated = await self._hold(entry, path, LARGEST_MEASURED)
                    return await await_job(asyncio.ensure_future(asyncio.to_thread(_measure, path, stated)))
            except (SourceError, TimeoutError) as error:
                return DataQuality(problem=str(error) or "The data took too long to measure.")

    async def discard(self, address: dict[str, Any]) -> None:
        """Remove the result of a recipe, if there is one."""
        async with self.turn:
            await asyncio.to_thread((self.root / name_result(address)).unlink, missing_ok=True)

    async def _make(self, address: dict[str, Any], recipe: Recipe, inputs: Sequence[InputData]) -> Made:
        held = Scratch()
        files: dict[str, tuple[Path, Records]] = {}
        for number, entry in enumerate(inputs):
            path = held.path / str(number)
            files[entry.name] = path, await self._hold(entry, path)
        stop = _Stop()
        order = _Order(recipe, files, self.root / name_result(address), stop)
        return await await_job(asyncio.ensure_future(asyncio.to_thread(order.carry_out)), stop.set)

    async def _hold(self, entry: InputData, path: Path, most: int = LARGEST_INPUT) -> Records:
        """Write the data of an input to a file, and return how it is read."""
        source = self.received if entry.received else self.sources.get(str(entry.address.get("kind")))
        if source is None:
            raise SourceError(f"The input {entry.name!r} is of a kind that cannot be read here.", Cause.UNTREATABLE)
        async with source.open(entry.address) as content:
            if content.media_type != FOLDER_TYPE:
                return await _keep(source, entry, content, path, most)
            part = await _find_member(entry, content)
        async with source.open(entry.address, part=part) as content:
            return await _keep(source, entry, content, path, most)


async def _keep(source: Source, entry: InputData, content: Content, path: Path, most: int) -> Records:
    """Write the data of an input to a file, and return how it is read. Raises SourceError."""
    media_type = entry.media_type or content.media_type
    form = find_record_format(media_type) or find_record_format(content.media_type)
    records = entry.records or (Records(format=form) if form else None)
    if records is None:
        reason = f"The input {entry.name!r} has no rows ({media_type}): state how it is read (`records`)."
        raise SourceError(reason, Cause.UNTREATABLE)
    await _write(await gather_parts(source, entry.address, content.chunks, records), path, entry.name, most)
    return records


async def _find_member(entry: InputData, content: Content) -> str:
    """Return the only member of a folder, as a delivery is one. Raises SourceError."""
    listed = bytearray()
    async for chunk in content.chunks:
        listed += chunk
    members = read_listing(bytes(listed)).members
    if len(members) != 1:
        reason = f"The input {entry.name!r} has {len(members)} files: a recipe reads one."
        raise SourceError(reason, Cause.UNTREATABLE)
    return members[0].path


class _Stop:
    """Whether the thread that makes a result is to end."""

    wanted = False

    def set(self) -> None:
        self.wanted = True


async def _write(chunks: AsyncIterator[bytes], path: Path, name: str, most: int) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise SourceError(f"The input {name!r} has more than {most} bytes.", Cause.LIMIT)
            if size % _SPARE < len(chunk) and measure_disk(path.parent)[0] < _SPARE:
                raise SourceError("The disk has no space for the inputs: make room.", Cause.NO_SPACE)
            file.write(chunk)


def _measure(path: Path, records: Records) -> DataQuality:
    rows = read_rows(path, records)
    meter = QualityMeter(rows.columns, records, records.crs)
    for batch in rows.batches:
        meter.take(batch)
    return meter.end()


@dataclass(frozen=True)
class _Order:
    """What a thread works on: the recipe, the files of its inputs, and the place of the result."""

    recipe: Recipe
    files: Mapping[str, tuple[Path, Records]]
    place: Path
    stop: _Stop

    def carry_out(self) -> Made:
        """Write the result. Raises SourceError."""
        names = [entry.name for entry in self.recipe.inputs]
        tables = {name: read_rows(*self.files[name]) for name in names}
        rows = tables[names[0]]
        for step in self.recipe.steps:
            rows = apply_step(step, rows, tables)
        self.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.place.with_suffix(".partial")
        try:
            made = self._write(rows, partial)
            partial.replace(self.place)
            _sync_folder(self.place.parent)
        except OSError as error:
            cause = Cause.NO_SPACE if error.errno in FULL else Cause.NOT_STORED
            raise SourceError(f"The result cannot be written ({error.strerror}): check the disk.", cause) from error
        finally:
            partial.unlink(missing_ok=True)
        return made

    def _write(self, rows: RowTable, partial: Path) -> Made:
        records = self._describe(rows.columns)
        meter = QualityMeter(rows.columns, records, records.crs)
        digest, size, count = hashlib.sha256(), 0, 0
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece, number in self._write_pieces(rows, records, meter):
                size, count = size + len(piece), count + number
                if size > LARGEST_RESULT or count > MOST_ROWS:
                    raise Untreatable(
                        f"The result has more than {LARGEST_RESULT} bytes or {MOST_ROWS} rows: group or filter more."
                    )
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        quality = meter.end()
        return Made(
            rows=count,
            size=size,
            sha256=digest.hexdigest(),
            media_type=FORM_TYPES[self.recipe.form].partition(";")[0],
            quality=msgspec.structs.replace(quality, version=digest.hexdigest()),
        )

    def _write_pieces(self, rows: RowTable, records: Records, meter: QualityMeter) -> Iterator[tuple[bytes, int]]:
        try:
            crs = read_crs(self.recipe.crs) if self.recipe.crs else ""
            writer = NarrowedWriter(Choice(form=self.recipe.form, crs=crs), records)
            yield writer.write_head(rows.columns), 0
            for batch in self._check(rows.batches):
                meter.take(batch)
                yield writer.write(batch), len(batch)
            yield writer.write_tail(), 0
        except BadChoice as error:
            raise Untreatable(str(error)) from error

    def _check(self, batches: Iterable[list[TextRow]]) -> Iterator[list[TextRow]]:
        for batch in batches:
            if self.stop.wanted:
                raise SourceError("The making of the result was stopped.", Cause.UNAVAILABLE)
            yield batch

    def _describe(self, columns: Sequence[str]) -> Records:
        """Return how the rows of the result are read: their place is that of the first input that still has it."""
        for _, records in self.files.values():
            if records.geometry and all(name in columns for name in records.geometry):
                return Records(format="csv", geometry=records.geometry, crs=records.crs, encoding="utf-8")
        return Records(format="csv", encoding="utf-8")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
