"""The 21 usage-control classes of the International Data Spaces, each as a policy that is decided."""

import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from connector.language.catalogue import Language
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Decision, Verdict
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.model.values import Number, Text, Value
from connector.policy.reading.load import load
from connector.policy.vocabulary.registry import Tier
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words import tiers
from connector.policy.words.card import card
from connector.policy.words.reasons import reasons
from connector.policy.words.tiers import Keeper
from tests.policy.support import MOBILITY, NOON, shipped
from tests.policy.words.readability import words

FOLDER = Path(__file__).parents[3] / "policies/examples"
Fact = str | int | list[str]


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One request in one state of the world, and what has to come out."""

    says: str
    verdict: str
    reason: str = "permitted"
    action: str = "use"
    assignee: str = MOBILITY
    at: datetime = NOON
    agreed_at: datetime | None = None
    context: dict[str, Fact] = {}
    facts: dict[str, Fact] = {}
    performed: dict[str, datetime] = {}
    can: list[str] = []
    duties: list[str] = []
    transforms: list[str] = []
    valid_until: datetime | None = None


class Both(msgspec.Struct, forbid_unknown_fields=True):
    de: str
    en: str


class Example(msgspec.Struct, forbid_unknown_fields=True, rename={"number": "class"}):
    number: int
    name: str
    title: Both
    enforced_by: list[Keeper]
    limit: Both
    policy: dict[str, object]
    case: list[Case]
    accept: list[Tier] = []


EXAMPLES = [
    msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Example) for path in sorted(FOLDER.glob("*.toml"))
]
CASES = [pytest.param(example, case, id=f"{example.name}-{case.says}") for example in EXAMPLES for case in example.case]


def compiled(example: Example) -> Compiled:
    return compile_policy(load(example.policy), shipped(), accept=frozenset({"provider", *example.accept}))


def facts(raw: dict[str, Fact]) -> dict[str, tuple[Value, ...]]:
    """Facts as a gatherer would hand them in: of the sort of their operand; counters as numbers."""
    operands = {operand.fact: operand for operand in shipped().operands.values()}
    found: dict[str, tuple[Value, ...]] = {}
    for name, given in raw.items():
        texts = given if isinstance(given, list) else [given]
        if ":" in name:
            found[name] = tuple(Number(Decimal(text)) for text in texts)
            continue
        values = [coerce(Text(str(text)), operands[name], shipped()) for text in texts]
        found[name] = tuple(value for value in values if value is not None)
        assert len(found[name]) == len(texts)
    return found


def judged(example: Example, case: Case) -> Decision:
    request = Request(case.action, str(example.policy["target"]), case.assignee, case.at, facts(case.context))
    world = World(
        facts=facts(case.facts),
        performed={uid: Performance(fulfilled_at=at) for uid, at in case.performed.items()},
        agreed_at=case.agreed_at,
        transforms=frozenset(case.can),
    )
    decision = decide(compiled(example), request, world, Phase.ACCESS)
    assert explain(compiled(example), request, world, Phase.ACCESS).decision == decision
    return decision


def full(name: str) -> str:
    return shipped().actions.get(name, name).replace("dk:", "https://w3id.org/datenkontor/policy/1#")


def test_all_classes_are_there_once_and_most_show_a_refusal() -> None:
    assert [example.number for example in EXAMPLES] == list(range(1, 22))
    refusing = [example for example in EXAMPLES if any(case.verdict == "deny" for case in example.case)]
    assert len(refusing) == 17
    assert all(any(case.verdict == "permit" for case in example.case) for example in EXAMPLES)


@pytest.mark.parametrize(("example", "case"), CASES)
def test_an_example_is_decided_as_it_says(example: Example, case: Case) -> None:
    decision = judged(example, case)
    assert decision.verdict.value == case.verdict
    assert decision.reasons[0].code == case.reason
    assert [task.action for task in decision.duties] == [full(name) for name in case.duties]
    assert [transform.name for transform in decision.transforms] == case.transforms
    if case.valid_until is not None:
        assert decision.valid_until == case.valid_until


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_who_enforces_an_example_is_told_on_its_card(example: Example) -> None:
    policy = compiled(example)
    beyond = tiers.list_beyond(policy, "en")
    assert {tier for tier, names in beyond.items() if names} == set(example.enforced_by) - {"provider"}
    languages: tuple[Language, ...] = ("de", "en")
    for language in languages:
        text = card(policy, language).text
        assert len(words(text)) <= 90
        for tier, names in beyond.items():
            assert (f"{tiers.name_tier(tier, language)}:".casefold() in text.casefold()) is bool(names)


@pytest.mark.parametrize("example", [entry for entry in EXAMPLES if entry.accept], ids=lambda example: example.name)
def test_what_is_not_enforced_here_needs_the_operators_leave(example: Example) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(load(example.policy), shipped())
    assert caught.value.code == "not-enforceable"


@pytest.mark.parametrize(("example", "case"), [entry for entry in CASES if entry.values[1].verdict == "deny"])  # type: ignore[union-attr]  # a Case
def test_a_refusal_reads_without_addresses_of_terms(example: Example, case: Case) -> None:
    decision = judged(example, case)
    assert decision.verdict is Verdict.DENY
    for text in (*reasons(decision, shipped(), "de"), *reasons(decision, shipped(), "en")):
        assert "http" not in text
        assert text.endswith(".")
