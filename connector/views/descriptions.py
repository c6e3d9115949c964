"""The parts of the description of an asset: who answers for it, whom to ask, and which place and time it covers.

The names follow DCAT-AP 3.0.1 (Agent, Kind, Location, Period of time). Every part is optional; an empty text is not
stated. Bounds are checked by the use case, because a stored asset is read with these structs.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

EMAIL = r"^[A-Za-z0-9!$&'*+./=_~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
"""An e-mail address that can be an IRI as it is (RFC 6068)."""
TELEPHONE = r"^\+?[0-9(][0-9 ()/.-]{2,40}"


class Organisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An organisation that is responsible for data (`foaf:Agent`)."""

    name: Annotated[str, Meta(description="Name of the organisation.")] = ""
    id: Annotated[str, Meta(description="IRI of the organisation.")] = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where questions about the data are answered (`vcard:Kind`)."""

    name: Annotated[str, Meta(description="Name of the office or person.")] = ""
    email: Annotated[str, Meta(description="E-mail address.")] = ""
    url: Annotated[str, Meta(description="Web page.")] = ""
    telephone: Annotated[str, Meta(description="Telephone number, such as `+49 721 1330`.")] = ""


class CoveredPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The area that the data is about (`dct:Location`)."""

    name: Annotated[str, Meta(description="Name of the area.")] = ""
    key: Annotated[
        str,
        Meta(
            description="Official key of a German area: state (2 digits), region (3), district (5), municipality (8 as "
            "AGS, 12 as ARS) or association of municipalities (9)."
        ),
    ] = ""
    id: Annotated[str, Meta(description="IRI of the area, such as one of GeoNames.")] = ""
    box: Annotated[
        tuple[float, ...], Meta(description="Bounding box in degrees (WGS 84): west, south, east, north.")
    ] = ()


class CoveredTime(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The time that the data is about (`dct:PeriodOfTime`)."""

    start: Annotated[str, Meta(description="Beginning: a year, a month, a day or a time, such as `2026-05-01`.")] = ""
    end: Annotated[str, Meta(description="End, in the same forms.")] = ""
