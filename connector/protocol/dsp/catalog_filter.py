"""The `filter` of a catalogue request (Catalog Protocol: agreed between implementations).

Each entry is an object with one or more of `theme`, `keyword`, `publisher`, each a text or a list of texts. A dataset
matches if one text of each member of each entry matches. A `QuerySpec` without conditions, which the most deployed
connector sends with each request, is read for its page. Every other filter is refused: an error is better than a
misread filter.

Pure: standard library and msgspec only.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from connector.protocol.dcat import to_theme
from connector.protocol.dsp.common import EDC
from connector.protocol.dsp.errors import RemoteProtocolError

ENTRIES, TEXTS, TEXT = 10, 20, 1000
OFFSET = 5000
MEMBERS = ("theme", "keyword", "publisher")
# A theme may be given by its code, and the case of a keyword does not matter.
_NORMAL: dict[str, Callable[[str], str]] = {"theme": to_theme, "keyword": str.casefold, "publisher": str}
_QUERY_SPEC = frozenset({"QuerySpec", "edc:QuerySpec", f"{EDC}QuerySpec"})
_PLAIN_QUERY = frozenset({"@type", "limit", "offset", "sortOrder", "filterExpression"})


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A filter: `fits` is a list of (member, texts), which all have to match.

    `limit` and `offset` select a page, in datasets; without a page, they are None and 0.
    """

    fits: tuple[tuple[str, frozenset[str]], ...] = ()
    limit: int | None = None
    offset: int = 0

    def takes(self, *, themes: Iterable[str], keywords: Iterable[str], publisher: str) -> bool:
        """Return whether a dataset matches; the case of keywords is ignored."""
        if not self.fits:
            return True
        labels = {
            "theme": frozenset(map(to_theme, themes)),
            "keyword": frozenset(word.casefold() for word in keywords),
            "publisher": frozenset({publisher}),
        }
        return all(not labels[member].isdisjoint(texts) for member, texts in self.fits)


def read_filter(entries: Sequence[Any]) -> Wanted:
    """Read the `filter` of a catalogue request.

    :raises RemoteProtocolError: (400, code `filter`) with the part that is not supported.
    """
    if len(entries) > ENTRIES:
        raise _fault(f"it has more than {ENTRIES} entries")
    wanted = Wanted()
    for entry in entries:
        if not isinstance(entry, dict):
            raise _fault("an entry is not an object")
        kind = entry.get("@type")
        if isinstance(kind, str) and kind in _QUERY_SPEC:
            wanted = _paging(wanted, entry)
        else:
            wanted = msgspec.structs.replace(wanted, fits=wanted.fits + _conditions(entry))
    return wanted


def _conditions(entry: dict[str, Any]) -> tuple[tuple[str, frozenset[str]], ...]:
    unknown = sorted(entry.keys() - set(MEMBERS))
    if unknown:
        raise _fault(f"the member {unknown[0]!r} is unknown")
    if not entry:
        raise _fault("an entry is empty")
    return tuple((member, _texts(member, value)) for member, value in entry.items())


def _texts(member: str, value: Any) -> frozenset[str]:
    texts = value if isinstance(value, list) else [value]
    if not 0 < len(texts) <= TEXTS or not all(isinstance(text, str) and 0 < len(text) <= TEXT for text in texts):
        raise _fault(f"{member!r} is not a text or a list of 1 to {TEXTS} texts of at most {TEXT} characters")
    return frozenset(map(_NORMAL[member], texts))


def _paging(wanted: Wanted, entry: dict[str, Any]) -> Wanted:
    plain = entry.keys() <= _PLAIN_QUERY and not entry.get("filterExpression") and entry.get("sortOrder") != "DESC"
    if not plain:
        raise _fault("a QuerySpec can only contain limit and offset")
    limit, offset = entry.get("limit"), entry.get("offset", 0)
    if limit is not None and (type(limit) is not int or limit < 1):
        raise _fault("the limit is not a number of datasets, at least 1")
    if type(offset) is not int or not 0 <= offset <= OFFSET:
        raise _fault(f"the offset is not a number from 0 to {OFFSET}; for more, follow the Link of each page")
    return msgspec.structs.replace(wanted, limit=limit, offset=offset)


def _fault(what: str) -> RemoteProtocolError:
    reason = f"The filter is not supported: {what}. Send objects with any of {', '.join(MEMBERS)}, or no filter."
    return RemoteProtocolError(reason, code="filter")
