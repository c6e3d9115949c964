"""Policies, checked before they are used. Every text is in `de` and `en`; no call changes anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.policies import (
    CompareOrder,
    ComparisonView,
    ExplainOrder,
    ExplanationsView,
    FilledTemplateView,
    FillOrder,
    LintOrder,
    LintView,
    PersonalKind,
    TemplateView,
    TrialOrder,
    TrialView,
)

PolicyDocument = dict[str, Any]


def _lint(policy: PolicyDocument, *, personal: PersonalKind = "none") -> ApiCall[LintView]:
    """Check a policy as an offer; `personal` is the kind of personal data in the asset.

    >>> connector.policies.lint({"permission": [{"action": "use"}]}).ok
    True
    """
    order = LintOrder(policy=policy, personal=personal)
    return ApiCall(method="POST", path=path_of("policies", "lint"), answer=LintView, body=order)


def _explain(policies: Sequence[PolicyDocument]) -> ApiCall[ExplanationsView]:
    """Explain policies in words, at most 100 at once.

    >>> explanation, = connector.policies.explain([{"permission": [{"action": "use"}]}]).items
    >>> explanation.sentence["en"]
    'Use allowed.'
    """
    order = ExplainOrder(policies=tuple(policies))
    return ApiCall(method="POST", path=path_of("policies", "explain"), answer=ExplanationsView, body=order)


def _compare(old: PolicyDocument, new: PolicyDocument) -> ApiCall[ComparisonView]:
    """Compare two policies: the differences, and whether the first contains the second.

    >>> policy = {"permission": [{"action": "use"}]}
    >>> connector.policies.compare(policy, policy).width
    'same'
    """
    order = CompareOrder(old=old, new=new)
    return ApiCall(method="POST", path=path_of("policies", "compare"), answer=ComparisonView, body=order)


def _decide(order: TrialOrder) -> ApiCall[TrialView]:
    """Decide as a trial whether a participant may perform an action at a time, with the reasons.

    >>> order = TrialOrder(policy={"permission": [{"action": "use"}]}, participant="https://city.example")
    >>> connector.policies.decide(order).verdict
    'permit'
    """
    return ApiCall(method="POST", path=path_of("policies", "decide"), answer=TrialView, body=order)


def _templates() -> ApiCall[tuple[TemplateView, ...]]:
    """List the policy templates.

    >>> "downloads" in [template.name for template in connector.policies.templates()]
    True
    """
    return ApiCall(method="GET", path=path_of("policies", "templates"), answer=tuple[TemplateView, ...])


def _fill(template: str, **parameters: str | Sequence[str]) -> ApiCall[FilledTemplateView]:
    """Fill in a policy template; a parameter without a value has its default.

    >>> connector.policies.fill("downloads", downloads="7").policy["@type"]
    'Offer'
    """
    values = {name: value if isinstance(value, str) else tuple(value) for name, value in parameters.items()}
    path = path_of("policies", "templates", template)
    return ApiCall(method="POST", path=path, answer=FilledTemplateView, body=FillOrder(parameters=values))


@dataclass(frozen=True)
class Policies:
    """Policies, checked before they are used."""

    driver: Runs

    lint = blocking(_lint)
    explain = blocking(_explain)
    compare = blocking(_compare)
    decide = blocking(_decide)
    templates = blocking(_templates)
    fill = blocking(_fill)


@dataclass(frozen=True)
class AsyncPolicies:
    """Policies, checked before they are used."""

    driver: AsyncRuns

    lint = asynchronous(_lint)
    explain = asynchronous(_explain)
    compare = asynchronous(_compare)
    decide = asynchronous(_decide)
    templates = asynchronous(_templates)
    fill = asynchronous(_fill)
