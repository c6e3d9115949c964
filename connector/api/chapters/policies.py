"""Policies, asked before anybody relies on them: what is wrong, what they say, what changed, what they would decide.

Nothing here changes anything: what is sent is looked at and forgotten.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec
from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connector.api.frame.desk import AtContext, AtJudging, Document, Order
from connector.controlplane.judging import facts, library
from connector.controlplane.usecases import dry_runs, policies
from connector.policy.reading.templates import Template

router = APIRouter(tags=["policies"])

Texts = dict[str, str]
_MOST = 100
_EXAMPLE: dict[str, Any] = {
    "permission": [
        {
            "action": "use",
            "constraint": [{"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:PublicBenefit"}],
        }
    ]
}


class LintOrder(Order):
    """Examine a policy as an offer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"policy": _EXAMPLE}]})

    policy: Document = Field(description="An ODRL Offer; type and identifier may be left out.")
    personal: Literal["none", "personal", "special"] = Field("none", description="What personal data it is about.")


class RemarkAnswer(BaseModel):
    """What is wrong or odd; an `error` keeps the policy from being offered."""

    level: Literal["error", "warning", "note"]
    code: str
    rule: str
    text: Texts


class LintAnswer(BaseModel):
    """Whether a policy could be offered here, and all that is to be said about it, errors first."""

    ok: bool
    remarks: list[RemarkAnswer]


class ExplainOrder(Order):
    """Say policies in words."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"policies": [_EXAMPLE]}]})

    policies: list[Document] = Field(min_length=1, max_length=_MOST)


class LineAnswer(BaseModel):
    """One question of a card and its answer."""

    question: str
    label: Texts
    text: Texts


class ExplainedAnswer(BaseModel):
    """A policy as one sentence and as a card; `problem` says why it is not accepted; unreadable, the rest is empty."""

    sentence: Texts
    card: list[LineAnswer]
    contractual: list[str]
    policy_hash: str
    problem: Texts | None


class ExplainAnswer(BaseModel):
    """What the policies say, in the order in which they were sent."""

    items: list[ExplainedAnswer]


class CompareOrder(Order):
    """Compare two versions of a policy, or an offer (`old`) with a request (`new`)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"old": _EXAMPLE, "new": _EXAMPLE}]})

    old: Document
    new: Document


class ChangeAnswer(BaseModel):
    """One difference."""

    kind: str
    part: str
    rule: str
    text: Texts


class CompareAnswer(BaseModel):
    """The differences; whether the old one allows all that the new one asks for, and whether they meet at all."""

    width: Literal["same", "widened", "narrowed", "changed", "unknown"]
    text: Texts
    changes: list[ChangeAnswer]
    contained: Literal["contained", "not-contained", "unknown"]
    meeting: Literal["overlap", "disjoint", "unknown"]
    reasons: list[Texts]


class DecideOrder(Order):
    """May `participant` do `action` with `target` at `at`? Facts come from the participant list and from `facts`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "policy": _EXAMPLE,
                    "participant": "https://mobility.example",
                    "facts": {"purpose": ["dpv:ImproveTransportMobility"]},
                }
            ]
        },
    )

    policy: Document | None = Field(None, description="The policy; or name an asset or an agreement.")
    asset: str | None = Field(None, description="An asset of ours, by its identifier: under the terms it is offered.")
    agreement: str | None = Field(None, description="An agreement, by its identifier.")
    participant: str | None = Field(None, max_length=1000, description="Who asks; else the agreement's counter-party.")
    action: str = Field("use", min_length=1, max_length=1000)
    target: str | None = Field(None, max_length=1000, description="The dataset; else the asset's or agreement's.")
    at: AwareDatetime | None = Field(None, description="When; left out, now.")
    agreed_at: AwareDatetime | None = Field(None, description="When the agreement was made; left out, at `at`.")
    facts: dict[str, list[str]] = Field(default_factory=dict, max_length=100, description="Values by operand.")
    performed: dict[str, AwareDatetime] = Field(default_factory=dict, max_length=100, description="Duties done.")


class TurnAnswer(BaseModel):
    """When time alone changes the verdict, and to what."""

    at: datetime
    verdict: str


class DecideAnswer(BaseModel):
    """The decision, as a dry run: nothing was counted or kept. `ways` say what would change a denial."""

    verdict: Literal["permit", "deferred", "deny"]
    codes: list[str]
    reasons: dict[str, list[str]]
    ways: dict[str, list[str]]
    duties: dict[str, list[str]]
    duty_actions: list[str]
    transforms: list[str]
    valid_until: datetime | None
    turns: list[TurnAnswer]
    policy_hash: str


class ParameterAnswer(BaseModel):
    """What whoever uses a template decides on."""

    name: str
    sort: str
    text: Texts
    default: str | list[str]
    least: str
    greatest: str
    choices: list[str]
    several: bool


class TemplateAnswer(BaseModel):
    """A policy to fill in."""

    name: str
    title: Texts
    why: Texts
    parameters: list[ParameterAnswer]


class FillOrder(Order):
    """The parameters of a template; what is left out takes its default."""

    parameters: dict[str, str | list[str]] = Field(default_factory=dict, max_length=100)


class FilledAnswer(BaseModel):
    """The template filled in: an ODRL Offer."""

    policy: dict[str, object]


@router.post("/policies/lint")
async def lint_policy(context: AtContext, judging: AtJudging, order: LintOrder) -> LintAnswer:
    """Examine a policy: what would keep it from being offered here, and what is odd."""
    context, judging = context, judging
    found = policies.examine(judging.library, order.policy, facts.instant(context.now()), order.personal)
    remarks = [RemarkAnswer.model_validate(msgspec.to_builtins(remark)) for remark in found]
    return LintAnswer(ok=all(remark.level != "error" for remark in remarks), remarks=remarks)


@router.post("/policies/explain")
async def explain_policies(judging: AtJudging, order: ExplainOrder) -> ExplainAnswer:
    """Say policies in German and English: a sentence each, and a card."""
    found = [policies.explain(judging.library, policy) for policy in order.policies]
    return ExplainAnswer(items=[ExplainedAnswer.model_validate(msgspec.to_builtins(entry)) for entry in found])


@router.post("/policies/compare")
async def compare_policies(judging: AtJudging, order: CompareOrder) -> CompareAnswer:
    """Say what changed between two policies, and whether the second stays within the first."""
    found = policies.compare(judging.library, order.old, order.new)
    return CompareAnswer.model_validate(msgspec.to_builtins(found))


@router.post("/policies/decide")
async def decide_policy(judging: AtJudging, order: DecideOrder) -> DecideAnswer:
    """Say whether somebody may do something with data at a time, and why: a dry run."""
    question = msgspec.convert(order.model_dump(), dry_runs.TrialQuestion)
    found = await dry_runs.decide_question(judging, question)
    return DecideAnswer.model_validate(msgspec.to_builtins(found))


@router.get("/policies/templates")
async def list_templates() -> list[TemplateAnswer]:
    """List the policy templates."""
    return [_template(library.template(name)) for name in library.template_names()]


@router.post("/policies/templates/{name}")
async def fill_template(name: str, order: FillOrder) -> FilledAnswer:
    """Fill in a policy template."""
    return FilledAnswer(policy=policies.fill_template(name, order.parameters))


def _template(template: Template) -> TemplateAnswer:
    return TemplateAnswer(
        name=template.name,
        title={"de": template.title.de, "en": template.title.en},
        why={"de": template.why.de, "en": template.why.en},
        parameters=[
            ParameterAnswer(
                name=entry.name,
                sort=entry.sort,
                text={"de": entry.de, "en": entry.en},
                default=entry.default if isinstance(entry.default, str) else list(entry.default),
                least=entry.least,
                greatest=entry.greatest,
                choices=list(entry.choices),
                several=entry.several,
            )
            for entry in template.parameter
        ],
    )
