"""The result of a recipe as a source: the file in which the connector keeps it. Its address is the recipe itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from connector.ports.flow import Cause, Content, Source, SourceError
from connector.views.assets import FORM_TYPES
from connector.views.recipes import Recipe, RecipeFault, name_result, read_recipe

_ENDINGS = {"csv": ".csv", "json": ".json", "ndjson": ".ndjson", "geojson": ".geojson", "parquet": ".parquet"}


class RecipeSource:
    """Serves the newest result of a recipe; `results` is the source of the files below the folder of results."""

    def __init__(self, results: Source) -> None:
        self._results = results

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the recipe cannot be read, or has no result."""
        _read(address)
        try:
            self._results.check(_find_file(address))
        except SourceError as error:
            raise _tell(error) from error

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open the bytes `[offset, end)` of the result, with its digest."""
        recipe = _read(address)
        if part is not None:
            raise SourceError("A product has no members: request it without a path.", Cause.NOT_FOUND)
        opening = self._results.open(_find_file(address), offset=offset, end=end)
        try:
            content = await opening.__aenter__()
        except SourceError as error:
            raise _tell(error) from error
        try:
            media_type = FORM_TYPES[recipe.form].partition(";")[0]
            name = f"product{_ENDINGS.get(recipe.form, '.xlsx')}"
            # A proxy that sends files itself looks for them in the folder of offered ones.
            yield msgspec.structs.replace(content, media_type=media_type, name=name, file=None)
        finally:
            await opening.__aexit__(None, None, None)

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the result was made."""
        _read(address)
        try:
            return await self._results.changed_at(_find_file(address))
        except SourceError as error:
            raise _tell(error) from error


def _read(address: dict[str, Any]) -> Recipe:
    try:
        return read_recipe(address)
    except RecipeFault as fault:
        raise SourceError(str(fault)) from None


def _find_file(address: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "file", "path": name_result(address)}


def _tell(error: SourceError) -> SourceError:
    """Return an error without the name of the file, which nobody has chosen."""
    if error.cause is Cause.NOT_FOUND:
        return SourceError("The product has no result: make it (`asset make`), or see why it was stopped.", error.cause)
    return error
