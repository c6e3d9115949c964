"""The version document at `/.well-known/dspace-version` (Dataspace Protocol 2025-1, Exposure of Versions).

Pure: standard library and msgspec only.
"""

from typing import Annotated, Literal

import msgspec

VERSION = "2025-1"


class Auth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The authentication of an endpoint."""

    protocol: str
    version: str
    profile: tuple[str, ...] = ()


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One version; `path` is appended to the root URL of the document."""

    version: str
    path: str
    binding: Literal["HTTPS"]
    identifier_type: str | None = None
    service_id: str | None = None
    auth: Auth | None = None


class VersionResponse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The version document; it has neither `@context` nor `@type`."""

    protocol_versions: Annotated[tuple[Version, ...], msgspec.Meta(min_length=1)]


def find_supported(response: VersionResponse) -> Version | None:
    """Return the first entry with the version of this package, or None if the peer does not support it."""
    return next((entry for entry in response.protocol_versions if entry.version == VERSION), None)
