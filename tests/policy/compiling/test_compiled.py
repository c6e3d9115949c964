"""The duties of a compiled policy, and their deadlines."""

from datetime import UTC, datetime

from connector.policy.compiling.compiled import Compiled, find_deadline, list_duties, walk_duties
from tests.policy.support import agreement, atom, build, rule


def _policy() -> Compiled:
    inform = {"@id": "urn:inform", "action": "odrl:inform"}
    late = {"@id": "urn:late", "action": "odrl:compensate"}
    document = agreement(
        rule(duty=[inform, {"@id": "urn:drop", "action": "dk:pseudonymise"}]),
        rule(action="odrl:read", duty=[inform]),
        prohibition=[rule(action="odrl:distribute", remedy=[{"@id": "urn:remedy", "action": "odrl:delete"}])],
        obligation=[
            {"@id": "urn:log", "action": "dk:log", "consequence": [late]},
            {"@id": "urn:mask", "action": "dk:generalise", "consequence": [{"@id": "urn:no", "action": "odrl:inform"}]},
        ],
    )
    return build(document)


def test_each_rule_yields_the_duties_that_it_states() -> None:
    stated = [(duty.duty.uid, duty.role) for duty in walk_duties(_policy())]
    assert stated == [
        ("urn:log", "obligation"),
        ("urn:mask", "obligation"),
        ("urn:inform", "duty"),
        ("urn:drop", "duty"),
        ("urn:inform", "duty"),
        ("urn:remedy", "remedy"),
    ]


def test_the_list_has_every_task_once_with_remedies_and_consequences_and_without_transforms() -> None:
    listed = [(duty.duty.uid, duty.role) for duty in list_duties(_policy())]
    assert listed == [
        ("urn:log", "obligation"),
        ("urn:inform", "duty"),
        ("urn:remedy", "remedy"),
        ("urn:late", "consequence"),
    ]


def test_a_transform_as_remedy_or_consequence_is_a_task() -> None:
    mask = {"@id": "urn:mask", "action": "dk:pseudonymise"}
    document = agreement(
        rule(),
        prohibition=[rule(action="odrl:distribute", remedy=[mask])],
        obligation=[{"@id": "urn:log", "action": "dk:log", "consequence": [mask | {"@id": "urn:after"}]}],
    )
    assert [duty.duty.uid for duty in list_duties(build(document))] == ["urn:log", "urn:mask", "urn:after"]


def test_a_policy_without_duties_lists_none() -> None:
    assert list_duties(build(agreement(rule()))) == []


def test_the_deadline_is_the_first_of_a_day_and_a_span_after_the_agreement() -> None:
    span = atom("odrl:elapsedTime", "lt", {"@value": "P30D", "@type": "xsd:duration"})
    day = atom("odrl:dateTime", "lt", {"@value": "2026-03-01", "@type": "xsd:date"})
    document = agreement(rule(), obligation=[{"action": "odrl:delete", "constraint": [span, day]}])
    duty = build(document).obligations[0]
    assert find_deadline(duty, None) == datetime(2026, 3, 1, tzinfo=UTC)
    assert find_deadline(duty, datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 31, tzinfo=UTC)
