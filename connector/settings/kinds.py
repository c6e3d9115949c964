"""The kinds of values that settings have: texts of a form, numbers within bounds, places of files, sections."""

from typing import Annotated

import msgspec

from connector.views.descriptions import EMAIL, TELEPHONE
from connector.views.portals import PORTAL_NAME, PORTAL_URL

Meta = msgspec.Meta
Port = Annotated[int, Meta(ge=0, le=65535)]
PeerPort = Annotated[int, Meta(ge=1, le=65535)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?\Z", max_length=2048)]
Origin = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+/?\Z", max_length=2048)]
PortalUrl = Annotated[str, Meta(pattern=PORTAL_URL[:-1] + r"\Z", max_length=2048)]
PortalName = Annotated[str, Meta(pattern=PORTAL_NAME[:-1] + r"\Z")]
Email = Annotated[str, Meta(pattern=EMAIL + r"\Z", max_length=500)]
Telephone = Annotated[str, Meta(pattern=TELEPHONE + r"\Z")]
# Without a password: it comes from a file or a variable. Without a host it names a socket (`?host=/run/postgresql`).
DatabaseUrl = Annotated[
    str,
    Meta(
        pattern=r"^postgres(ql)?://([^\s:/@]+@)?[^\s/?#@]*/[^\s/?#]+(\?(?!([^#]*&)?(ssl)?password=)[^\s#]*)?\Z",
        max_length=2048,
    ),
]
Prefix = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~-]+)+\Z", max_length=200)]
ShortText = Annotated[str, Meta(min_length=1, max_length=1000)]
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}\Z")]
Count = Annotated[int, Meta(ge=1)]
# Ten years in seconds: a longer time is a slip, and infinity is no number of seconds.
Seconds = Annotated[float, Meta(gt=0, le=315_360_000)]


class Location(str):
    """A file or an https address: a text with `://` is an address, every other text is a path."""

    __slots__ = ()


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of the settings."""
