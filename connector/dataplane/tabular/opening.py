"""Opens a file as rows: one line a format. A library loads when its format is first read; it is an extra."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from connector.dataplane.tabular.opened import LARGEST, OpenedRows
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records

_OPENERS: Mapping[str, tuple[str, str]] = {
    "datex": ("datex", "open_rows"),
    "excel": ("excel", "open_rows"),
    "geojson": ("geojson", "open_rows"),
    "geopackage": ("spatial", "open_geopackage"),
    "gtfs": ("gtfs", "open_rows"),
    "gtfs-rt": ("gtfs_rt", "open_rows"),
    "parquet": ("parquet", "open_rows"),
    "shapefile": ("spatial", "open_shapefile"),
}
"""The module and the function that open a format."""


def load_extra(module: str, function: str) -> Callable[..., object]:
    """Return a function of a module that needs the extra `forms`. Raises Untreatable without the extra."""
    try:
        found: Callable[..., object] = getattr(import_module(module), function)
    except ImportError as error:
        raise Untreatable(
            "The extra `forms` is missing here, which this data needs: install `datenkontor[forms]`."
        ) from error
    return found


def open_file(path: Path, records: Records) -> OpenedRows:
    """Return the rows of a file that is read as a whole. Raises Untreatable."""
    size = path.stat().st_size
    if size == 0:
        raise Untreatable("The data is empty: offer a file with rows in it.")
    if size > LARGEST:
        raise Untreatable(f"The file has more than {LARGEST} bytes: offer its rows as CSV, or in several files.")
    module, function = _OPENERS[records.format]
    opener = load_extra(f"{__package__}.{module}", function)
    opened = opener(path, records)
    assert isinstance(opened, OpenedRows)
    return opened
