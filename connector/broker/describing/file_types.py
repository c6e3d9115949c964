"""The file types of EU Vocabularies for media types, names of formats and endings (authority table `file-type`).

DCAT-AP 3.0.1, `dct:format` and `dcat:mediaType`. A media type is named by its IRI at IANA.
"""

import re
from collections.abc import Mapping

FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
MEDIA_TYPE = "http://www.iana.org/assignments/media-types/"

_BY_MEDIA_TYPE: Mapping[str, str] = {
    "application/geo+json": "GEOJSON",
    "application/geopackage+sqlite3": "GPKG",
    "application/gml+xml": "GML",
    "application/gpx+xml": "GPX",
    "application/gzip": "GZIP",
    "application/json": "JSON",
    "application/ld+json": "JSON_LD",
    "application/n-triples": "RDF_N_TRIPLES",
    "application/pdf": "PDF",
    "application/rdf+xml": "RDF_XML",
    "application/rtf": "RTF",
    "application/vnd.apache.parquet": "PARQUET",
    "application/vnd.google-earth.kml+xml": "KML",
    "application/vnd.google-earth.kmz": "KMZ",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/x-sqlite3": "SQLITE",
    "application/xml": "XML",
    "application/zip": "ZIP",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/svg+xml": "SVG",
    "image/tiff": "TIFF",
    "text/calendar": "ICS",
    "text/csv": "CSV",
    "text/html": "HTML",
    "text/plain": "TXT",
    "text/tab-separated-values": "TSV",
    "text/turtle": "RDF_TURTLE",
    "text/xml": "XML",
}
_CODES = frozenset(_BY_MEDIA_TYPE.values()) | {"SHP", "WFS_SRVC", "WMS_SRVC", "REST", "BIN"}
_OTHER_NAMES: Mapping[str, str] = {
    "JPG": "JPEG",
    "TIF": "TIFF",
    "JSONLD": "JSON_LD",
    "TTL": "RDF_TURTLE",
    "SHAPE": "SHP",
}
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


def find_file_type(text: str) -> str | None:
    """Return the code of a file type for a media type, a code, its IRI or the ending of a file; None if unknown.

    >>> find_file_type("text/csv; charset=utf-8"), find_file_type(".geojson"), find_file_type("HttpData-PULL")
    ('CSV', 'GEOJSON', None)
    """
    word = text.removeprefix(FILE_TYPE).removeprefix(MEDIA_TYPE).partition(";")[0].strip().lower()
    code = _BY_MEDIA_TYPE.get(word) or word.rpartition("/")[2].removeprefix(".").upper().replace("-", "_")
    code = _OTHER_NAMES.get(code, code)
    return code if code in _CODES else None


def find_media_type(text: str) -> str | None:
    """Return the media type that a text or an IRI at IANA states, without parameters; None if it states none."""
    iri = text.replace("https://", "http://", 1)
    word = iri.removeprefix(MEDIA_TYPE).partition(";")[0].strip().lower()
    return word if _MEDIA_TYPE.fullmatch(word) else None
