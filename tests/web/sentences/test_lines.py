"""Every operand, action and value of the registry is a control, and what a form says is a policy."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.judging.library import Library, operands
from connector.controlplane.usecases import policies
from connector.language.catalogue import LANGUAGES, Language
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import DK, ODRL
from connector.policy.vocabulary.registry import Operand
from connector.web.frame.wording import PageWords
from connector.web.sentences.lines import LEFT, OPERATOR, RIGHT, list_lines, read_lines

REGISTRY = operands()
NAMES = sorted({operand.iri for operand in REGISTRY.operands.values()})
PATH = "permission.0.constraint.0"
FLEET = Operand(
    iri=DK + "fleetSize", sort="number", source="credential", trust="verified", de="Größe der Flotte",
    en="size of the fleet", fact="fleetSize", operators=frozenset({"gteq", "lteq"}),
)  # fmt: skip


def policy(left: str = "odrl:purpose", operator: str = "eq", right: Any = "") -> dict[str, Any]:
    return {"permission": [{"action": "use", "constraint": [
        {"leftOperand": left, "operator": operator, "rightOperand": right},
    ]}]}  # fmt: skip


def words(language: Language = "de") -> PageWords:
    return PageWords(language, REGISTRY.zone)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("left", NAMES)
def test_every_operand_has_controls_in_words(left: str, language: Language) -> None:
    for operator in REGISTRY.operands[left].operators:
        _, line = list_lines(REGISTRY, words(language), policy(left, operator, "x"))
        chosen, compared, right = line.controls
        assert (chosen.value, compared.value) == (left, operator)
        assert left in {option.value for option in chosen.options}
        assert operator in {option.value for option in compared.options}
        assert right.label
        for control in line.controls:
            assert all(option.label.strip() for option in control.options)


def test_a_new_operand_appears_without_touching_the_page() -> None:
    grown = msgspec.structs.replace(REGISTRY, operands={**REGISTRY.operands, FLEET.iri: FLEET})
    _, line = list_lines(grown, words(), policy())
    assert "Größe der Flotte" in {option.label for option in line.controls[0].options}
    typed = {PATH + LEFT: FLEET.iri, PATH + OPERATOR: "lteq", PATH + RIGHT: "12"}
    # The control of a new operand is drawn first, then its value is read.
    after = read_lines(grown, read_lines(grown, policy(), typed), typed)
    assert after == policy(FLEET.iri, "lteq", "12")
    compiled = policies.try_compile(Library(grown, executors={}), after)
    assert isinstance(compiled, Compiled)


def test_another_operand_has_another_control_and_no_old_value() -> None:
    before = policy("odrl:elapsedTime", "lteq", {"@value": "P30D", "@type": "xsd:duration"})
    after = read_lines(REGISTRY, before, {PATH + LEFT: DK + "dayOfWeek", PATH + OPERATOR: "lteq", PATH + RIGHT: "30"})
    assert after == policy(DK + "dayOfWeek", "eq", "")
    _, line = list_lines(REGISTRY, words(), after)
    assert [option.label for option in line.controls[2].options][:2] == ["Montag", "Dienstag"]


def test_what_is_shown_and_sent_back_is_the_same_policy() -> None:
    for left, operator, right in (
        ("odrl:elapsedTime", "lteq", {"@value": "P30D", "@type": "xsd:duration"}),
        ("odrl:purpose", "isAnyOf", ["https://w3id.org/dpv#CombatClimateChange"]),
        ("odrl:count", "lteq", "5"),
        ("odrl:dateTime", "lteq", {"@value": "2027-12-31T17:30:00Z", "@type": "xsd:dateTime"}),
        ("odrl:recipient", "isAnyOf", ["urn:a", "urn:b"]),
    ):
        document = policy(left, operator, right)
        fields = {}
        for line in list_lines(REGISTRY, words(), document):
            for control in line.controls:
                fields[control.name] = control.value
                fields[f"{control.name}.einheit"] = control.unit
        assert read_lines(REGISTRY, document, fields) == document


def test_what_no_registry_knows_stays_and_is_said_to() -> None:
    document = policy("urn:unheard-of", "eq", "x")
    document["permission"][0]["assignee"] = "urn:you"
    rule, condition = list_lines(REGISTRY, words(), document)
    assert rule.kept
    assert condition.kept
    fields = {PATH + LEFT: "urn:other", "permission.0.aktion": "urn:fly", PATH + RIGHT: "y"}
    assert read_lines(REGISTRY, document, fields) == document


def test_groups_are_joined_by_words_and_changed() -> None:
    inner = policy()["permission"][0]["constraint"][0]
    document = {"permission": [{"action": "use", "constraint": [{"or": [inner, inner]}]}]}
    lines = list_lines(REGISTRY, words(), document)
    assert [(line.kind, line.begin, line.depth) for line in lines] == [
        ("rule", "terms.begin-permission", 0),
        ("group", "terms.begin-group", 1),
        ("condition", "terms.begin-condition", 2),
        ("condition", "terms.join-or", 2),
    ]
    after = read_lines(REGISTRY, document, {f"{PATH}.gruppe": "xone", "permission.0.aktion": ODRL + "display"})
    assert after["permission"][0]["constraint"][0]["xone"]
    assert after["permission"][0]["action"] == "odrl:display"
