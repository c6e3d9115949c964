"""What the analysis finds, in words: every code it can give has a sentence of its own in both languages."""

import re
from pathlib import Path

import pytest

from connector.language.catalogue import Language
from connector.policy.analysis.difference import compare_versions
from connector.policy.analysis.findings import Finding
from connector.policy.analysis.why import find_ways
from connector.policy.deciding.decide import explain
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Phase, Request, World
from connector.policy.words import changes, findings
from tests.policy.analysis.support import before, offer, purpose, rule, times
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, build, shipped

ANALYSIS = Path(__file__).parents[3] / "connector/policy/analysis"
BOTH: tuple[Language, ...] = ("de", "en")
# What only says that nothing could be told shares one sentence, with the code in it.
DOUBTS = {
    "different-duty-modes", "different-registries", "different-scales", "no-example", "not-one-policy",
    "several-counters", "unclear",
}  # fmt: skip


def codes() -> set[str]:
    source = "".join(path.read_text(encoding="utf-8") for path in ANALYSIS.glob("*.py"))
    return set(re.findall(r"""Finding\(\s*"([a-z-]+)\"""", source))


def test_every_code_of_the_analysis_has_words() -> None:
    assert len(codes()) > 15
    for code in codes() - DOUBTS:
        texts = {findings.say(Finding(code), shipped(), language) for language in BOTH}
        assert len(texts) == 2
        assert not any("cannot be compared" in text for text in texts), code


@pytest.mark.parametrize("language", BOTH)
def test_a_doubt_is_told_with_its_code(language: Language) -> None:
    assert "several-counters" in findings.say(Finding("several-counters"), shipped(), language)
    assert "too-many-clauses" in findings.say(Finding("unclear", other="too-many-clauses"), shipped(), language)


def test_a_finding_names_operands_and_actions_and_what_comes_nearest() -> None:
    beyond = Finding("beyond-offer", operands=(ODRL + "purpose", "target"))
    assert findings.say(beyond, shipped(), "de").startswith(
        "Die Anfrage geht über das Angebot hinaus: Zweck und Daten."
    )
    missing = Finding("duty-missing", other=ODRL + "delete")
    assert findings.say(missing, shipped(), "en") == (
        "The request leaves out a duty: delete. Accept the duties of the offer."
    )
    unknown = Finding("not-checked", operands=(ODRL + "event",))
    assert findings.say(unknown, shipped(), "en").endswith("Remove the condition.")


def test_changes_are_said_with_what_was_and_what_is() -> None:
    old = offer(rule(purpose("dpv:ResearchAndDevelopment"), times(5)), prohibition=[{"action": "odrl:distribute"}])
    new = offer(rule(purpose("dpv:ResearchAndDevelopment"), times(7)), obligation=[{"action": "odrl:delete"}])
    said = [changes.change(entry, shipped(), "en") for entry in compare_versions(old, new).changes]
    assert "Prohibition removed: pass on." in said
    assert "Obligation added: delete." in said
    assert (
        "Condition widened: number of uses; before: number of uses: at most 5; now: number of uses: at most 7." in said
    )
    assert changes.width("widened", "de") == "Die neue Fassung erlaubt mehr."


def test_ways_out_of_a_denial_are_said() -> None:
    policy = build(agreement(rule(purpose("dpv:AcademicResearch")), rule(action="odrl:print")))
    request = Request("odrl:use", TARGET, MOBILITY, NOON)
    found = find_ways(policy, explain(policy, request, World(), Phase.ACCESS), request, World())
    said = [changes.way(way, shipped(), "en") for way in found]
    assert said[0] == "Permitted if purpose: academic research."
    assert "Permitted if the action is print." in said
    late = build(agreement(rule({**before("2027-01-01T00:00:00Z"), "operator": "gteq"})))
    waiting = find_ways(late, explain(late, request, World(), Phase.ACCESS), request, World())
    assert [changes.way(way, shipped(), "de") for way in waiting] == [
        "Erlaubt mit: Anfrage ab 1. Januar 2027, 00:00 Uhr (UTC)."
    ]
