"""The version document at `/.well-known/dspace-version` (Dataspace Protocol 2025-1, Exposure of Versions).

Pure: standard library and msgspec only.
"""

from typing import Annotated, Literal

import msgspec

VERSION = "2025-1"


class Auth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an endpoint is secured."""

    protocol: str
    version: str
    profile: tuple[str, ...] = ()


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One version and where it is found: `path` is appended to the root the document was asked from."""

    version: str
    path: str
    binding: Literal["HTTPS"]
    identifier_type: str | None = None
    service_id: str | None = None
    auth: Auth | None = None


class VersionResponse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The document; it has neither `@context` nor `@type`."""

    protocol_versions: Annotated[tuple[Version, ...], msgspec.Meta(min_length=1)]


def find_supported(response: VersionResponse) -> Version | None:
    """Return the first entry of the version this package speaks, None where the peer offers none."""
    return next((entry for entry in response.protocol_versions if entry.version == VERSION), None)
