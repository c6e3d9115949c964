"""Policies, asked before anybody relies on them. Every text is there in `de` and `en`; nothing is changed or kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking

PolicyDocument = Mapping[str, Any]
Texts = dict[str, str]


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong or odd with a policy; `level`: error (it is not offered), warning, note."""

    level: str
    code: str
    rule: str
    text: Texts


class Lint(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a policy could be offered, and all that is to be said about it."""

    ok: bool
    remarks: tuple[Remark, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a card and its answer."""

    question: str
    label: Texts
    text: Texts


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as a sentence and as a card; `problem` says why it is not accepted; unreadable, the rest is empty."""

    sentence: Texts
    card: tuple[Line, ...]
    contractual: tuple[str, ...]
    policy_hash: str
    problem: Texts | None


class Explanations(msgspec.Struct, frozen=True, kw_only=True):
    """What policies say, in the order in which they were sent."""

    items: tuple[Explained, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two policies."""

    kind: str
    part: str
    rule: str
    text: Texts


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The differences; `contained` tells whether the new one stays within the old, `meeting` whether they overlap."""

    width: str
    text: Texts
    changes: tuple[Change, ...]
    contained: str
    meeting: str
    reasons: tuple[Texts, ...]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """When time alone changes the verdict, and to what."""

    at: datetime
    verdict: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision of a dry run; `verdict`: permit or deny. `ways` say what would change a denial."""

    verdict: str
    codes: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]
    ways: dict[str, tuple[str, ...]]
    duties: dict[str, tuple[str, ...]]
    duty_actions: tuple[str, ...]
    transforms: tuple[str, ...]
    valid_until: datetime | None
    turns: tuple[Turn, ...]
    policy_hash: str


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever uses a template decides on."""

    name: str
    sort: str
    text: Texts
    default: str | tuple[str, ...]
    least: str
    greatest: str
    choices: tuple[str, ...]
    several: bool


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A policy to fill in."""

    name: str
    title: Texts
    why: Texts
    parameters: tuple[Parameter, ...]


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A template filled in: an ODRL Offer."""

    policy: dict[str, Any]


def _lint(policy: PolicyDocument, *, personal: str | None = None) -> ApiCall[Lint]:
    """Examine a policy as an offer; `personal`: none, personal or special data."""
    body = {"policy": policy, "personal": personal}
    return ApiCall(method="POST", path=place("policies", "lint"), answer=Lint, body=body)


def _explain(policies: Sequence[PolicyDocument]) -> ApiCall[Explanations]:
    """Say policies in words, at most 100 at once."""
    return ApiCall(
        method="POST", path=place("policies", "explain"), answer=Explanations, body={"policies": list(policies)}
    )


def _compare(old: PolicyDocument, new: PolicyDocument) -> ApiCall[Compared]:
    """Say what changed between two policies, and whether the second stays within the first."""
    return ApiCall(method="POST", path=place("policies", "compare"), answer=Compared, body={"old": old, "new": new})


def _decide(
    *,
    policy: PolicyDocument | None = None,
    asset: str | None = None,
    agreement: str | None = None,
    participant: str | None = None,
    action: str | None = None,
    target: str | None = None,
    at: datetime | None = None,
    agreed_at: datetime | None = None,
    facts: Mapping[str, Sequence[str]] | None = None,
    performed: Mapping[str, datetime] | None = None,
) -> ApiCall[Decided]:
    """Say whether somebody may do something with data at a time, and why: under a policy, an asset's or an agreement.

    `facts` are texts by operand, as `{"purpose": ["dpv:AcademicResearch"]}`; the rest is what the connector knows.
    """
    body = {
        "policy": policy,
        "asset": asset,
        "agreement": agreement,
        "participant": participant,
        "action": action,
        "target": target,
        "at": at,
        "agreed_at": agreed_at,
        "facts": facts,
        "performed": performed,
    }
    return ApiCall(method="POST", path=place("policies", "decide"), answer=Decided, body=body)


def _templates() -> ApiCall[list[Template]]:
    """List the policy templates."""
    return ApiCall(method="GET", path=place("policies", "templates"), answer=list[Template])


def _fill(template: str, **parameters: str | Sequence[str]) -> ApiCall[Filled]:
    """Fill in a policy template; what is left out takes its default."""
    path = place("policies", "templates", template)
    return ApiCall(method="POST", path=path, answer=Filled, body={"parameters": parameters})


@dataclass(frozen=True)
class Policies:
    """Policies, asked before anybody relies on them."""

    driver: Runs

    lint = blocking(_lint)
    explain = blocking(_explain)
    compare = blocking(_compare)
    decide = blocking(_decide)
    templates = blocking(_templates)
    fill = blocking(_fill)


@dataclass(frozen=True)
class AsyncPolicies:
    """Policies, asked before anybody relies on them."""

    driver: AsyncRuns

    lint = awaited(_lint)
    explain = awaited(_explain)
    compare = awaited(_compare)
    decide = awaited(_decide)
    templates = awaited(_templates)
    fill = awaited(_fill)
