"""Scopes: which credentials a verifier asks for (DCP 1.0, 5.4.1.2).

Deployed peers append what may be done as a third part, `:read`, and EDC has an alias of its own for types. All these
forms are read. A type is compared for equality.

Pure: standard library only.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from connector.protocol.dcp.errors import ClaimFault

MAX_SCOPE = 512
MAX_SCOPES = 32

EDC_TYPE = "org.eclipse.edc.vc.type"
"""The alias of EDC for `ScopeKind.TYPE`, which its IdentityHub alone understands."""

_READING = (":read", ":*", ":all")
_WRITING = ":write"


class ScopeKind(StrEnum):
    """What the second part of a scope is: its value is the first part, the alias."""

    TYPE = "org.eclipse.dspace.dcp.vc.type"
    ID = "org.eclipse.dspace.dcp.vc.id"


class Scope(NamedTuple):
    """Credentials of one type, or the one credential with an identifier."""

    kind: ScopeKind
    value: str

    def write(self, *, three_parts: bool = False, of_edc: bool = False) -> str:
        """Return it as text, with `:read` for peers that want three parts.

        `of_edc` writes a type with the alias of EDC, unless three parts are wanted: newer versions know the standard's.
        """
        if of_edc and not three_parts and self.kind is ScopeKind.TYPE:
            return f"{EDC_TYPE}:{self.value}:read"
        return f"{self.kind}:{self.value}{':read' if three_parts else ''}"


_KINDS: Mapping[str, ScopeKind] = {**{str(kind): kind for kind in ScopeKind}, EDC_TYPE: ScopeKind.TYPE}


def parse_scopes(texts: Sequence[str]) -> tuple[Scope, ...]:
    """Read the scopes of a query, each once; raises ClaimFault.

    An alias of another data space grants nothing here, so it is left out beside known ones (DCP 1.0, 5.4.1.2: the
    answer has fewer entries). If none is known, the asker learns which are.
    """
    known = [text for text in texts if _find_alias(text)]
    return tuple(dict.fromkeys(parse_scope(text) for text in known or texts))


def parse_scope(text: str) -> Scope:
    """Read a scope; raises ClaimFault.

    >>> parse_scope("org.eclipse.dspace.dcp.vc.type:MembershipCredential:read").value
    'MembershipCredential'
    """
    alias = _find_alias(text)
    if alias is None or len(text) > MAX_SCOPE:
        raise ClaimFault(f"The scope {text[:100]!r} is unknown: expected {ScopeKind.TYPE}:TYPE or {ScopeKind.ID}:ID.")
    value = text[len(alias) + 1 :]
    if value.endswith(_WRITING):
        raise ClaimFault(f"The scope {text[:100]!r} asks to write: credentials are only read here.")
    value = next((value.removesuffix(end) for end in _READING if value.endswith(end)), value)
    if not value or not value.isprintable() or " " in value:
        raise ClaimFault(f"The scope {text[:100]!r} names no credential: expected a type or an identifier.")
    return Scope(_KINDS[alias], value)


def _find_alias(text: str) -> str | None:
    return next((alias for alias in _KINDS if text.startswith(f"{alias}:")), None)
