"""The media type that the name of a file suggests; a compressed file is what it is, not what is in it."""

import mimetypes

_ADDED = {
    ".geojson": "application/geo+json",
    ".geojsons": "application/geo+json-seq",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".gpx": "application/gpx+xml",
    # What the table of a machine says of these, or not, differs from machine to machine.
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".shp": "application/vnd.shp",
    ".shx": "application/vnd.shx",
    ".dbf": "application/vnd.dbf",
    ".gpkg": "application/geopackage+sqlite3",
    ".gml": "application/gml+xml",
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".parquet": "application/vnd.apache.parquet",
    ".zst": "application/zstd",
}
_COMPRESSED = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "compress": "application/x-compress",
}
for _ending, _media_type in _ADDED.items():
    mimetypes.add_type(_media_type, _ending)


def guess_media_type(name: str) -> str | None:
    """Return the media type for a file name; None if it suggests none.

    >>> guess_media_type("air.csv"), guess_media_type("air.csv.gz"), guess_media_type("air")
    ('text/csv', 'application/gzip', None)
    """
    media_type, compression = mimetypes.guess_type(name)
    return _COMPRESSED.get(compression) if compression else media_type
