"""Versions of a policy are compared rule by rule and operand by operand."""

from connector.policy.analysis.difference import compare_versions
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import DK, ODRL
from tests.policy.analysis.support import before, due, duty, offer, purpose, times, use, within
from tests.policy.support import atom, rule

PURPOSE, BASIS, ROLE = (
    purpose("dpv:AcademicResearch"),
    atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"),
    atom("dk:role", "eq", "urn:r:a"),
)


DELETE = duty("odrl:delete", due("2027-01-31T00:00:00Z"))


def test_nothing_changed_if_both_say_the_same() -> None:
    found = compare_versions(use(PURPOSE, times(5)), use(times(5), PURPOSE))
    assert found.width == "same"
    assert found.changes == ()


def test_changes_are_told_by_rule_and_operand() -> None:
    old = use(purpose("dpv:ResearchAndDevelopment"), times(5), ROLE, obligation=[DELETE])
    new = use(
        PURPOSE, times(9), before("2027-01-01T00:00:00Z"), obligation=[duty("odrl:delete", due("2026-12-31T00:00:00Z"))]
    )
    found = compare_versions(old, new)
    assert found.width == "changed"
    assert {(change.kind, change.part, change.subject) for change in found.changes} == {
        ("narrowed", "constraint", ODRL + "purpose"),
        ("widened", "constraint", ODRL + "count"),
        ("removed", "constraint", DK + "role"),
        ("added", "constraint", ODRL + "dateTime"),
        ("narrowed", "obligation", ODRL + "delete"),
    }


def test_whole_rules_and_the_strategy_come_and_go() -> None:
    old, new = offer(rule(), rule(action="odrl:transfer")), use(prohibition=[{"action": "odrl:print"}], conflict="perm")
    found = compare_versions(old, new)
    assert {(change.kind, change.part, change.subject) for change in found.changes} == {
        ("changed", "conflict", "perm"),
        ("removed", "permission", ODRL + "transfer"),
        ("added", "prohibition", ODRL + "print"),
    }
    assert compare_versions(use(times(5)), use(times(5), ROLE)).width == "narrowed"
    assert compare_versions(use(times(5), ROLE), use(times(5))).width == "widened"
    assert compare_versions(use(within("P1M")), use(within("P30D"))).width == "unknown"


def test_rules_of_two_versions_belong_together_by_their_names_before_their_order() -> None:
    def version(first: int, second: int, *, swapped: bool) -> Compiled:
        rules = [
            rule(times(first), **{"@id": "urn:a"}),
            rule(times(second), before("2027-01-01T00:00:00Z"), **{"@id": "urn:b"}),
        ]
        return offer(*(reversed(rules) if swapped else rules))

    found = compare_versions(version(5, 50, swapped=False), version(6, 60, swapped=True))
    assert sorted((change.kind, change.rule, change.subject) for change in found.changes) == [
        ("widened", "urn:a", ODRL + "count"),
        ("widened", "urn:b", ODRL + "count"),
    ]
