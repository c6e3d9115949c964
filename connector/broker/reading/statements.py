"""The statements of a Dataset that a search can ask for: DCAT-AP 3.0.1, with its distributions and its offers.

Values of the EU vocabularies are kept as their codes, all others as they came. Pure but for the vocabulary of policies.
"""

import datetime as dt
import re
from typing import Any

from connector.broker.reading.coded import read_coded, write_language
from connector.broker.reading.members import MemberMap, find_values, read_word, read_words
from connector.broker.reading.places import find_boxes, name_places
from connector.broker.reading.terms import read_terms
from connector.ports.broker_store import BOXES, Statements
from connector.protocol import dcat
from connector.semantic.codes import find_code, find_file_type
from connector.semantic.dates import mend_date, split_period

_VALUES = 16
_DISTRIBUTIONS = 20
_EU = "http://publications.europa.eu/resource/authority/"
_HVD = "http://data.europa.eu/bna/"
_MEDIA_TYPES = ("https://www.iana.org/assignments/media-types/", "http://www.iana.org/assignments/media-types/")
# The instants of the years 1 to 9999, in ms.
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
# Dublin Core has the format as an element too; `dct:format` is a subproperty of it.
_FORMATS = (dcat.FILE_TYPE, "dct:format", "dcterms:format", "http://purl.org/dc/terms/format")
_DAY = 86_400_000
_ZONED_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)", re.ASCII)
_TRANSFER = re.compile(r"-(?:PULL|PUSH)(?:-|$)")


def read_statements(members: dict[str, Any], now: int) -> Statements:
    """Return the statements of a parsed Dataset, at `now` (ms). What cannot be read is left out."""
    distributions = [entry for entry in find_values(members, "dcat:distribution") if isinstance(entry, dict)]
    files = distributions[:_DISTRIBUTIONS]
    both = [members, *files]
    places = find_values(members, "dct:spatial", _VALUES)
    begins, ends = _read_span(members)
    terms = read_terms(find_values(members, "odrl:hasPolicy"), now)
    media_types = _strip(_gather(files, "dcat:mediaType") or read_media_types(members), *_MEDIA_TYPES)
    return Statements(
        licences=tuple(dict.fromkeys(map(name_licence, _gather(both, "dct:license")))),
        languages=tuple(dict.fromkeys(map(write_language, read_coded(both, "dct:language", _VALUES)))),
        formats=_read_formats(files, media_types),
        media_types=media_types,
        frequency=next(iter(_strip(read_coded((members,), "dct:accrualPeriodicity"), _EU + "frequency/")), None),
        access_rights=next(iter(_strip(read_coded((members,), "dct:accessRights"), _EU + "access-right/")), None),
        hvd_categories=_strip(read_words(members, "dcatap:hvdCategory", _VALUES), _HVD),
        data_class=next(iter(read_words(members, "dk:dataClass")), None),
        places=name_places(places, read_words(members, "dcatde:politicalGeocodingURI", _VALUES)),
        boxes=tuple(dict.fromkeys(box for place in places for box in find_boxes(place)))[:BOXES],
        begins=begins,
        ends=ends,
        issued=_read_moment(members, "dct:issued"),
        modified=max(filter(None, (_read_moment(entry, "dct:modified") for entry in both)), default=None),
        prices=terms.prices,
        purposes=terms.purposes,
        offers=terms.offers,
    )


def read_media_types(members: MemberMap) -> tuple[str, ...]:
    """Return the media types that deployed connectors state of a whole dataset instead of its distributions."""
    return read_words(members, "dcat:mediaType", _VALUES) or read_words(members, "edc:contenttype", _VALUES)


def _gather(sources: list[dict[str, Any]], term: str) -> tuple[str, ...]:
    """Return the words of a term of several objects, each once."""
    return tuple(dict.fromkeys(word for source in sources for word in read_words(source, term, _VALUES)))[:_VALUES]


def _strip(words: tuple[str, ...], *prefixes: str) -> tuple[str, ...]:
    """Return words without the prefix of their vocabulary."""
    for prefix in prefixes:
        words = tuple(word.removeprefix(prefix) for word in words)
    return words


def name_licence(text: str) -> str:
    """Return the IRI of a licence of the list of DCAT-AP.de, however it is named, else the text."""
    known = find_code("licence", text)
    return known.iri if known else text


def name_format(text: str) -> str:
    """Return the code of a file type, however it is named, else the text in capitals.

    >>> name_format("http://publications.europa.eu/resource/authority/file-type/LAS"), name_format("text/csv")
    ('LAS', 'CSV')
    """
    known = find_file_type(text)
    return known.code if known else text.removeprefix(_EU + "file-type/").removeprefix(".").upper()


def _read_formats(files: list[dict[str, Any]], media_types: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats of files: those that are stated, else those of their media types.

    The way of a transfer is none; `format` without a prefix is that by the protocol (DSP 2025-1), and deployed
    connectors state it as `dct:format`.
    """
    stated = (word for entry in files for name in _FORMATS for word in map(read_word, _to_list(entry.get(name))))
    codes = [name_format(word) for word in stated if word and not _TRANSFER.search(word)]
    if not codes:
        kinds = [(kind, find_file_type(kind)) for kind in media_types]
        codes = [code.code if code else _name_subtype(kind) for kind, code in kinds]
    return tuple(dict.fromkeys(codes))[:_VALUES]


def _name_subtype(media_type: str) -> str:
    return media_type.partition(";")[0].rpartition("/")[2].upper()


def _to_list(value: Any) -> list[Any]:
    return value[:_VALUES] if isinstance(value, list) else [value]


def _read_span(members: dict[str, Any]) -> tuple[int | None, int | None]:
    """Return the first and the last instant (ms) of the periods of a Dataset; None is open, or nothing is stated."""
    spans = [_read_period(period) for period in find_values(members, "dct:temporal")]
    stated = [(begins, ends) for begins, ends in spans if begins is not None or ends is not None]
    begins = [begin for begin, _ in stated if begin is not None]
    ends = [end for _, end in stated if end is not None]
    first = min(begins) if begins and len(begins) == len(stated) else None
    last = max(ends) if ends and len(ends) == len(stated) else None
    return (first, last) if first is None or last is None or first <= last else (None, None)


def _read_period(period: Any) -> tuple[int | None, int | None]:
    """Return the ends of a period, which may be a text."""
    if isinstance(period, dict) and "@value" not in period:
        return _read_moment(period, "dcat:startDate"), _read_moment(period, "dcat:endDate", last=True)
    first, last = split_period(read_word(period))
    return read_moment(first), read_moment(last, last=True)


def _read_moment(members: dict[str, Any], term: str, *, last: bool = False) -> int | None:
    for value in find_values(members, term):
        moment = read_moment(read_word(value), last=last)
        if moment is not None:
            return moment
    return None


def read_moment(text: str, *, last: bool = False) -> int | None:
    """Return an instant in ms since the Unix epoch: of a date-time, a date, a month or a year (XML Schema).

    Without a zone it is UTC. With `last`, a date means its end. Also a German date. None if it is none of these.

    >>> read_moment("1970-01-02"), read_moment("1970", last=True), read_moment("soon")
    (86400000, 31535999999, None)
    """
    text = mend_date(text)
    if zoned := _ZONED_DAY.fullmatch(text):
        midnight = read_moment(f"{zoned[1]}T00:00:00{zoned[2]}")
        return midnight + _DAY - 1 if midnight is not None and last else midnight
    for length, form in ((4, "%Y"), (7, "%Y-%m"), (10, "%Y-%m-%d")):
        if len(text) == length:
            try:
                begin = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
            except ValueError:
                return None
            return _to_ms(_find_next(begin, length)) - 1 if last and begin.year < 9999 else _to_ms(begin)
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    found = _to_ms(at if at.tzinfo else at.replace(tzinfo=dt.UTC))
    return found if _FIRST <= found <= _LAST else None


def _find_next(begin: dt.datetime, length: int) -> dt.datetime:
    """Return the beginning of the next year, month or day."""
    if length == 4:
        return begin.replace(year=begin.year + 1)
    if length == 7:
        return (begin.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return begin + dt.timedelta(days=1)


def _to_ms(at: dt.datetime) -> int:
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
