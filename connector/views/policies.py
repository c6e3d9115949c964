"""Policies: checked, explained, compared, tried and filled in from templates. No request changes anything."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from connector.views.common import LocalizedText, Name

MOST_POLICIES = 100

_EXAMPLE: dict[str, Any] = {
    "permission": [
        {
            "action": "use",
            "constraint": [{"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:PublicBenefit"}],
        }
    ]
}
PersonalKind = Literal["none", "personal", "special"]
_Aware = Annotated[datetime, Meta(tz=True)]


class LintOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A policy to check as an offer."""

    example: ClassVar[dict[str, Any]] = {"policy": _EXAMPLE}

    policy: Annotated[dict[str, Any], Meta(description="An ODRL Offer; type and identifier are optional.")]
    personal: Annotated[Literal["none", "personal", "special"], Meta(description="Personal data in the asset.")] = (
        "none"
    )


class RemarkView(msgspec.Struct, frozen=True, kw_only=True):
    """An error, a warning or a note; a policy with an `error` cannot be offered."""

    level: Literal["error", "warning", "note"]
    code: str
    rule: str
    text: LocalizedText


class LintView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a policy can be offered here, and all remarks, errors first."""

    ok: bool
    remarks: tuple[RemarkView, ...]


class ExplainOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Policies to explain in words."""

    example: ClassVar[dict[str, Any]] = {"policies": [_EXAMPLE]}

    policies: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1, max_length=MOST_POLICIES)]


class CardLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a card and its answer."""

    question: str
    label: LocalizedText
    text: LocalizedText


class ExplanationView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as one sentence and as a card; `problem` is why it is not accepted. All else is empty if unreadable."""

    sentence: LocalizedText
    card: tuple[CardLineView, ...]
    contractual: tuple[str, ...]
    policy_hash: str
    problem: LocalizedText | None


class ExplanationsView(msgspec.Struct, frozen=True, kw_only=True):
    """The explanations, in the order of the policies."""

    items: tuple[ExplanationView, ...]


class CompareOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Two versions of a policy, or an offer (`old`) and a request (`new`)."""

    example: ClassVar[dict[str, Any]] = {"old": _EXAMPLE, "new": _EXAMPLE}

    old: dict[str, Any]
    new: dict[str, Any]


class PolicyChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two policies."""

    kind: str
    part: str
    rule: str
    text: LocalizedText


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """The differences; `contained` is whether `old` allows all that `new` requests, `meeting` whether they overlap."""

    width: Literal["same", "widened", "narrowed", "changed", "unknown"]
    text: LocalizedText
    changes: tuple[PolicyChangeView, ...]
    contained: Literal["contained", "not-contained", "unknown"]
    meeting: Literal["overlap", "disjoint", "unknown"]
    reasons: tuple[LocalizedText, ...]


class TrialOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The question of a trial: may `participant` perform `action` on `target` at `at`?

    Exactly one of `policy`, `asset` and `agreement` is present. Facts come from the participant list and from `facts`.
    """

    example: ClassVar[dict[str, Any]] = {
        "policy": _EXAMPLE,
        "participant": "https://mobility.example",
        "facts": {"purpose": ["dpv:ImproveTransportMobility"]},
    }

    policy: Annotated[dict[str, Any] | None, Meta(description="A policy.")] = None
    asset: Annotated[str | None, Meta(description="Identifier of an asset; its policy is used.")] = None
    agreement: Annotated[str | None, Meta(description="Identifier of an agreement; its policy is used.")] = None
    participant: Annotated[
        Name | None, Meta(description="Participant that requests the action (default: the agreement's counterparty).")
    ] = None
    action: Annotated[str, Meta(min_length=1, max_length=1000, description="The action.")] = "use"
    target: Annotated[
        Name | None, Meta(description="Identifier of the dataset (default: that of the asset or agreement).")
    ] = None
    at: Annotated[_Aware | None, Meta(description="Time of the action (default: now).")] = None
    agreed_at: Annotated[_Aware | None, Meta(description="Time of the agreement (default: `at`).")] = None
    facts: Annotated[dict[str, tuple[str, ...]], Meta(max_length=100, description="Values by operand.")] = {}
    performed: Annotated[dict[str, _Aware], Meta(max_length=100, description="Performed duties with their times.")] = {}


class VerdictChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """When time alone changes the verdict, and the new verdict."""

    at: datetime
    verdict: str


class TrialView(msgspec.Struct, frozen=True, kw_only=True):
    """The decision of a trial; nothing was counted or stored. `ways` are what would change a denial."""

    verdict: Literal["permit", "deferred", "deny"]
    codes: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]
    ways: dict[str, tuple[str, ...]]
    duties: dict[str, tuple[str, ...]]
    duty_actions: tuple[str, ...]
    transforms: tuple[str, ...]
    valid_until: datetime | None
    turns: tuple[VerdictChangeView, ...]
    policy_hash: str


class ParameterView(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a policy template."""

    name: str
    sort: str
    text: LocalizedText
    default: str | tuple[str, ...]
    least: str
    greatest: str
    choices: tuple[str, ...]
    several: bool


class TemplateView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy template."""

    name: str
    title: LocalizedText
    why: LocalizedText
    parameters: tuple[ParameterView, ...]


class FillOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Values for the parameters of a template; a parameter without a value has its default."""

    parameters: Annotated[dict[str, str | tuple[str, ...]], Meta(max_length=100)] = {}


class FilledTemplateView(msgspec.Struct, frozen=True, kw_only=True):
    """The filled template: an ODRL Offer."""

    policy: dict[str, Any]
