"""Endpoints that check, explain, compare, try and fill in policies. They change and store nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtContext, AtEvaluator
from connector.controlplane.core import instants
from connector.controlplane.judging import library
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.trying import dry_runs
from connector.language.catalogue import find_label_in_all
from connector.policy.reading.templates import BilingualText, Parameter, Template
from connector.views.conversion import to_view
from connector.views.policies import (
    CompareOrder,
    ComparisonView,
    ExplainOrder,
    ExplanationsView,
    ExplanationView,
    FilledTemplateView,
    FillOrder,
    LintOrder,
    LintView,
    ParameterView,
    RemarkView,
    TemplateView,
    TrialOrder,
    TrialView,
)

T = TypeVar("T")

router = ChapterRouter(tags=["policies"])


@router.post("/policies/lint")
async def lint_policy(context: AtContext, evaluator: AtEvaluator, order: LintOrder) -> LintView:
    """Check a policy: errors that prevent an offer here, and warnings."""
    now = instants.instant(context.now())
    work = partial(policies.examine, evaluator.library, order.policy, now, order.personal)
    found = await _work(work, order.policy)
    remarks = tuple(to_view(RemarkView, remark) for remark in found)
    return LintView(ok=all(remark.level != "error" for remark in remarks), remarks=remarks)


@router.post("/policies/explain")
async def explain_policies(evaluator: AtEvaluator, order: ExplainOrder) -> ExplanationsView:
    """Explain policies in German and English: a sentence and a card for each."""
    found = [await _work(partial(policies.explain, evaluator.library, policy), policy) for policy in order.policies]
    return ExplanationsView(items=tuple(to_view(ExplanationView, entry) for entry in found))


@router.post("/policies/compare")
async def compare_policies(evaluator: AtEvaluator, order: CompareOrder) -> ComparisonView:
    """Compare two policies: the differences, and whether the first contains the second."""
    found = await _work(partial(policies.compare, evaluator.library, order.old, order.new), order.old, order.new)
    return to_view(ComparisonView, found)


@router.post("/policies/decide")
async def decide_policy(evaluator: AtEvaluator, order: TrialOrder) -> TrialView:
    """Decide as a trial whether a participant may perform an action at a time, with the reasons."""
    return to_view(TrialView, await dry_runs.decide_question(evaluator, order))


@router.get("/policies/templates")
async def list_templates() -> tuple[TemplateView, ...]:
    """List the policy templates."""
    return tuple(_template(library.template(name)) for name in library.template_names())


@router.post("/policies/templates/{name}")
async def fill_template(name: str, order: FillOrder) -> FilledTemplateView:
    """Fill in a policy template."""
    return FilledTemplateView(policy=policies.fill_template(name, order.parameters))


async def _work(work: Callable[[], T], *handed_in: dict[str, Any]) -> T:
    """Return the result of `work` on policies: what takes long does not delay the messages of peers."""
    return await library.evaluate(work, *map(msgspec.json.encode, handed_in))


def _label(key: str, row: BilingualText | Parameter) -> dict[str, str]:
    return find_label_in_all(key, {"de": row.de, "en": row.en})


def _template(template: Template) -> TemplateView:
    return to_view(
        TemplateView,
        template,
        title=_label(f"template:{template.name}:title", template.title),
        why=_label(f"template:{template.name}:why", template.why),
        parameters=tuple(
            to_view(ParameterView, entry, text=_label(f"template:{template.name}:{entry.name}", entry))
            for entry in template.parameter
        ),
    )
