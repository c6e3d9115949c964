"""The authority of another data space whose members one meets, and nothing else of which one trusts."""

from typing import Annotated

import msgspec

MAX_PARTNERS = 8

_Type = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_Place = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]


class Partner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other authority: where its list is, its roots (public JWKs), and the types of credentials it may issue."""

    authority: Annotated[str, msgspec.Meta(min_length=1, max_length=512, pattern=r"^[\x21-\x7e]+\Z")]
    list: _Place
    roots: Annotated[tuple[dict[str, str], ...], msgspec.Meta(min_length=1, max_length=4)]
    types: Annotated[tuple[_Type, ...], msgspec.Meta(max_length=32)] = ()
