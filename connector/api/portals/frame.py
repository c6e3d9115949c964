"""What the endpoints for portals share: their values, the choice of a form, and answers made beside the loop."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Header, Query, Request, Response

from connector.api.broker import Seen
from connector.api.frame.errors import ApiError
from connector.broker.describing.subject import PublicSite
from connector.broker.publishing import PAGE
from connector.net.aside import work_aside
from connector.ports.broker_store import Entry, RecordView

Form = TypeVar("Form")

LONGEST_ACCEPT = 1000
# The size of documents up to which an answer is made at once: about two datasets.
SMALL = 2048
_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


READ = ["GET", "HEAD"]
"""What answers GET answers HEAD, which harvesters and link checkers ask first (RFC 9110, section 9.1)."""

HTML = "text/html"


class SiteDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a request: what its caller sees of the record, and the addresses and the name of the publisher.

    `known` are the validators of what the caller has (`If-None-Match`).
    """

    record: RecordView
    site: PublicSite
    known: str = ""


async def _desk(request: Request, view: Seen) -> SiteDesk:
    known = request.headers.get("if-none-match", "")[:LONGEST_ACCEPT]
    return SiteDesk(record=view, site=request.app.state.site, known=known)


AtSite = Annotated[SiteDesk, Depends(_desk)]
AcceptHeader = Annotated[str, Header(alias="accept", max_length=LONGEST_ACCEPT)]
PageLimit = Annotated[int, Query(ge=1, le=PAGE)]


def choose_form(accept: str, forms: Mapping[str, Form]) -> Form:
    """Return the form that an Accept header prefers; the first one for a header without a preference.

    `forms` has the forms by their media types. Raises ApiError (406) if the header accepts none of them.
    RFC 9110, section 12.5.1.
    """
    best: tuple[float, int, str] | None = None
    ranges = [_read_range(part) for part in accept.split(",")]
    for place, media in enumerate(forms):
        fits = [(quality, exact) for name, exact, quality in ranges if _matches(name, media)]
        # The most exact range of a form decides.
        quality = max(fits, key=lambda fit: fit[1])[0] if fits else 0.0
        if quality and (best is None or (quality, -place) > best[:2]):
            best = (quality, -place, media)
    if best is None:
        reason = f"None of the accepted forms is offered: accept {', '.join(forms)}."
        raise ApiError(406, "not-acceptable", reason)
    return forms[best[2]]


def _read_range(part: str) -> tuple[str, int, float]:
    """Return the media range, how exact it is, and its quality."""
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    found = next(filter(None, map(_QUALITY.fullmatch, parameters)), None)
    return name or "*/*", 2 - name.count("*"), float(found[1]) if found else 1.0


def _matches(name: str, media: str) -> bool:
    return name in {"*/*", media, f"{media.partition('/')[0]}/*"}


async def answer_aside(
    desk: SiteDesk, entries: Sequence[Entry], media: str, write: Callable[[], bytes], vary: str = "Accept"
) -> Response:
    """Return an answer whose body `write` makes of entries, beside the event loop if they are large.

    Its validator is that of its bytes; who has them gets the answer 304 without a body (RFC 9110, section 13.1.2).
    """

    def make() -> tuple[bytes, str]:
        body = write()
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    body, etag = await work_aside(sum(len(entry.document) for entry in entries), make, small=SMALL)
    headers = {"Vary": vary, "ETag": etag}
    same = {part.strip().removeprefix("W/") for part in desk.known.split(",")} & {etag, "*"}
    return Response(status_code=304, headers=headers) if same else Response(body, media_type=media, headers=headers)
