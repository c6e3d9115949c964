"""Builders for the policy tests: the shipped registry, and short ways to write policies, requests and worlds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide
from connector.policy.model.decision import Decision, DutyMode
from connector.policy.model.policy import DK, Policy
from connector.policy.model.situation import Phase, Request, World
from connector.policy.model.values import Instant, Iri, Number, Value
from connector.policy.reading.load import load
from connector.policy.vocabulary import registry as registries
from connector.policy.vocabulary.registry import Registry

ROOT = Path(__file__).parents[2]
TARGET = "urn:city:asset:counts"
CITY = "did:web:city.example"
MOBILITY = "did:web:mobility.example"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""A Monday."""


@cache
def shipped() -> Registry:
    """The registry as it is shipped."""
    texts = tuple(path.read_text(encoding="utf-8") for path in sorted((ROOT / "vocab/terms").glob("*.toml")))
    return registries.parse((ROOT / "policies/operands.toml").read_text(encoding="utf-8"), texts)


def atom(left: str, operator: str, right: object, **more: object) -> dict[str, object]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right, **more}


def rule(*constraints: object, action: object = "use", **more: object) -> dict[str, object]:
    return {"action": action, "constraint": list(constraints), **more}


def agreement(*permissions: object, **more: object) -> dict[str, object]:
    document: dict[str, object] = {
        "@context": {"dk": DK},
        "@type": "Agreement",
        "@id": "urn:uuid:agreement",
        "target": TARGET,
        "assigner": CITY,
        "assignee": MOBILITY,
    }
    if permissions:
        document["permission"] = list(permissions)
    return document | more


def value(raw: object) -> Value:
    """A Python value as the literal a fact gatherer would hand in."""
    if isinstance(raw, int | Decimal):
        return Number(Decimal(raw))
    if isinstance(raw, datetime):
        return Instant(raw)
    return Iri(raw) if isinstance(raw, str) else raw  # type: ignore[return-value]  # already a literal


def facts(raw: Mapping[str, object]) -> dict[str, tuple[Value, ...]]:
    return {
        name: tuple(value(entry) for entry in (entries if isinstance(entries, list | tuple) else [entries]))
        for name, entries in raw.items()
    }


def ask(
    document: Mapping[str, object] | Policy,
    world: World | Mapping[str, object] | None = None,
    *,
    phase: Phase = Phase.ACCESS,
    action: str = "use",
    target: str = TARGET,
    assignee: str = MOBILITY,
    at: datetime = NOON,
    context: Mapping[str, object] | None = None,
    **options: object,
) -> Decision:
    """Load, compile and decide in one step."""
    compiled = build(document, **options)
    state = world if isinstance(world, World) else World(facts=facts(world or {}))
    return decide(compiled, Request(action, target, assignee, at, facts(context or {})), state, phase)


def build(document: Mapping[str, object] | Policy, **options: object) -> Compiled:
    policy = document if isinstance(document, Policy) else load(document)
    options.setdefault("conflict", "prohibit")
    registry = options.pop("registry", None) or shipped()
    return compile_policy(policy, registry, **options)  # type: ignore[arg-type]  # passed through by name


LENIENT = DutyMode.NOT_VIOLATED
