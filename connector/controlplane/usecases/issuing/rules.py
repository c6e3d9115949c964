"""The rules of an issuer: which credentials there are, and who gets them at once."""

from typing import Any

import msgspec

from connector.ports.identity import Participant
from connector.views.issuing import Otherwise


class IssuingRule(msgspec.Struct, frozen=True, kw_only=True):
    """A type of credentials.

    Members with `role` get it at once; every member if it is empty. `claims` are the names of what the participant list
    says of a member, which the credential says too; `name` and `roles` are its own. `days` is how long it is valid,
    `schema` the URL of its schema, or empty.
    """

    type: str
    role: str = ""
    otherwise: Otherwise = Otherwise.WAIT
    claims: tuple[str, ...] = ()
    days: float = 365.0
    schema: str = ""


def is_entitled(rule: IssuingRule, member: Participant) -> bool:
    """Return whether a member gets a credential without a person's decision."""
    return not rule.role or rule.role in member.roles


def describe_member(rule: IssuingRule, member: Participant) -> dict[str, Any]:
    """Return what a credential says about a member: only what the rule names, and the list confirms."""
    own: dict[str, Any] = {"name": member.name, "roles": list(member.roles)}
    said = {name: own[name] if name in own else list(member.claims.get(name, ())) for name in rule.claims}
    return {name: value for name, value in said.items() if value}
