"""Checks what the owner of an asset states for the catalogue, and writes it in one spelling.

A catalogue names things of registries: licences, themes, languages, places. A text in their place would be lost, so
that it is refused, with the member that states it. Pure.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.protocol import dcat
from connector.semantic.codes import ListName, find_code, find_language, read_codes
from connector.views.assets import AssetOrder
from connector.views.descriptions import EMAIL, TELEPHONE, Contact, CoveredPlace, CoveredTime, Organisation

WORDS, LONGEST_NAME, LONGEST_IRI = 100, 500, 1000
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+""")
_WEB = re.compile(r"https?://[^/?#@]+([/?#].*)?", re.IGNORECASE)
_EMAIL = re.compile(EMAIL)
_TELEPHONE = re.compile(TELEPHONE)
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MONTH = re.compile(r"(?!0000)[0-9]{4}(-(0[1-9]|1[0-2]))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def settle_description(draft: AssetOrder) -> AssetOrder:
    """Return a draft with codes in their usual spelling and its licence as an IRI. Raises Invalid."""
    _check_words(draft)
    for member in ("legislation", "conforms_to"):
        for iri in _bound(member, getattr(draft, member)):
            _check_iri(member, iri)
    for page in _bound("documentation", draft.documentation):
        _check_web("documentation", page)
    if draft.landing_page:
        _check_web("landing_page", draft.landing_page)
    for member in ("issued", "modified"):
        if (text := getattr(draft, member)) is not None:
            _check_date(member, text)
    return msgspec.structs.replace(
        draft,
        licence=_settle_licence(draft.licence),
        publisher=_check_publisher(draft.publisher) if draft.publisher else None,
        contact=_check_contact(draft.contact) if draft.contact else None,
        place=_settle_place(draft.place) if draft.place else None,
        period=_check_period(draft.period) if draft.period else None,
        frequency=_settle_code("frequency", "frequency", draft.frequency) if draft.frequency else None,
        format=_settle_code("format", "file-type", draft.format) if draft.format else None,
        landing_page=draft.landing_page or None,
        hvd=tuple(dict.fromkeys(_settle_code("hvd", "hvd-category", text) for text in _bound("hvd", draft.hvd))),
    )


def _check_words(draft: AssetOrder) -> None:
    for theme in draft.themes:
        if not _is_iri(dcat.to_theme(theme)):
            codes = ", ".join(sorted(dcat.THEMES))
            raise Invalid("theme", f"The theme {theme[:100]} is unknown: use one of {codes}, or an IRI.")
    if not _MEDIA_TYPE.fullmatch(draft.media_type) or len(draft.media_type) > LONGEST_NAME:
        raise Invalid("media-type", f"The media type {draft.media_type[:100]} is unusable: use one such as text/csv.")
    for tag in (*draft.title, *draft.description):
        if not _TAG.fullmatch(tag):
            raise Invalid("language", f"The language {tag[:100]} is not a language tag: use one such as de or en-GB.")
    for tag in draft.stated.languages:
        if len(tag) <= WORDS and not (_LANGUAGE.fullmatch(tag) and find_language(tag)):
            raise Invalid(
                "language",
                f"The language {tag[:100]} is not known: use a tag such as de or en-GB, or its three letters in ISO "
                "639-3.",
            )


def _settle_licence(text: str | None) -> str | None:
    if not text:
        return None
    known = find_code("licence", text)
    if not known and not _is_iri(text):
        codes = ", ".join(read_codes("licence"))
        raise Invalid("licence", f"The licence {text[:100]} is unknown: use one of {codes}, or an IRI.")
    return known.iri if known else text


def _settle_code(member: str, name: ListName, text: str) -> str:
    known = find_code(name, text)
    if not known:
        codes = ", ".join(read_codes(name))
        raise Invalid(member, f"`{member}` is {text[:100]!r}, which is not in the list: use one of {codes}.")
    return known.code


def _check_publisher(publisher: Organisation) -> Organisation:
    if not publisher.name.strip():
        raise Invalid("publisher", "The publisher has no name: state `publisher.name`.")
    _check_name("publisher.name", publisher.name)
    if publisher.id:
        _check_iri("publisher.id", publisher.id)
    return publisher


def _check_contact(contact: Contact) -> Contact:
    if not (contact.email or contact.url or contact.telephone):
        raise Invalid(
            "contact", "The contact cannot be reached: state `contact.email`, `contact.url` or `contact.telephone`."
        )
    _check_name("contact.name", contact.name)
    if contact.email and not (_EMAIL.fullmatch(contact.email) and len(contact.email) <= LONGEST_NAME):
        raise Invalid("contact", f"`contact.email` is {contact.email[:100]!r}, which is no e-mail address: correct it.")
    if contact.url:
        _check_web("contact.url", contact.url)
    if contact.telephone and not _TELEPHONE.fullmatch(contact.telephone):
        raise Invalid(
            "contact",
            f"`contact.telephone` is {contact.telephone[:100]!r}, which is no telephone number: use one such as "
            "+49 721 1330.",
        )
    return contact


def _settle_place(place: CoveredPlace) -> CoveredPlace:
    key = "".join(place.key.split())
    if not (place.name.strip() or key or place.id or place.box):
        raise Invalid("place", "The place is empty: state `place.name`, `place.key`, `place.id` or `place.box`.")
    _check_name("place.name", place.name)
    if key and not dcat.is_area_key(key):
        raise Invalid(
            "place",
            f"`place.key` is {key[:100]!r}, which is no official key of a German area: use one of 2, 3, 5, 8, 9 or 12 "
            "digits, such as 08212000.",
        )
    if place.id:
        _check_iri("place.id", place.id)
    if place.box and not _is_box(place.box):
        raise Invalid(
            "place",
            "`place.box` is no bounding box: state west, south, east and north in degrees, such as 8.28, 48.94, 8.54, "
            "49.09.",
        )
    return msgspec.structs.replace(place, key=key)


def _is_box(box: Sequence[float]) -> bool:
    if len(box) != 4 or not all(map(math.isfinite, box)):
        return False
    west, south, east, north = box
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _check_period(period: CoveredTime) -> CoveredTime:
    if not (period.start or period.end):
        raise Invalid("period", "The period is empty: state `period.start` or `period.end`.")
    for member, text in (("period.start", period.start), ("period.end", period.end)):
        if text:
            _check_date(member, text)
    shared = min(len(period.start), len(period.end), len("2026-05-01"))
    if period.start[:shared] > period.end[:shared]:
        raise Invalid("period", f"The period ends at {period.end}, before its start {period.start}: exchange the two.")
    return period


def _check_date(member: str, text: str) -> None:
    if not _is_date(text):
        raise Invalid(
            member.partition(".")[0],
            f"`{member}` is {text[:100]!r}, which is no date: use one such as 2026, 2026-05, 2026-05-01 or "
            "2026-05-01T08:00:00+02:00.",
        )


def _is_date(text: str) -> bool:
    """Return whether a text is a year, a month, a day, or a time with its zone, as XML Schema writes them."""
    if _MONTH.fullmatch(text):
        return True
    try:
        if _DAY.fullmatch(text):
            return bool(date.fromisoformat(text))
        return bool(_TIME.fullmatch(text)) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _bound(member: str, values: Sequence[str]) -> Sequence[str]:
    if len(values) > WORDS:
        raise Invalid(member.replace("_", "-"), f"`{member}` has {len(values)} entries: use at most {WORDS}.")
    return values


def _check_name(member: str, text: str) -> None:
    if len(text) > LONGEST_NAME:
        raise Invalid(member.partition(".")[0], f"`{member}` is too long: use at most {LONGEST_NAME} characters.")


def _check_iri(member: str, text: str) -> None:
    if not _is_iri(text):
        code = member.partition(".")[0].replace("_", "-")
        raise Invalid(
            code, f"`{member}` is {text[:100]!r}, which is no IRI: use one such as https://w3id.org/cityjson."
        )


def _check_web(member: str, text: str) -> None:
    if not (_is_iri(text) and _WEB.fullmatch(text)):
        code = member.partition(".")[0].replace("_", "-")
        raise Invalid(
            code,
            f"`{member}` is {text[:100]!r}, which is no web address: use one such as https://www.example.org/data.",
        )


def _is_iri(text: str) -> bool:
    return len(text) <= LONGEST_IRI and bool(_IRI.fullmatch(text)) and text.isprintable()
