"""A rule matches by its action, target and party."""

from connector.policy.model.decision import Verdict
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import World
from tests.policy.support import MOBILITY, TARGET, agreement, ask, rule

PERMIT, DEFERRED, DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY


def codes(decision: object) -> list[str]:
    return [reason.code for reason in decision.reasons]  # type: ignore[attr-defined]  # a Decision


def test_a_permission_covers_what_is_included_in_its_action_and_nothing_else() -> None:
    document = agreement(rule())
    assert ask(document, action="odrl:play").verdict is PERMIT
    assert ask(document, action=ODRL + "display").verdict is PERMIT
    assert ask(document, action="write").verdict is PERMIT
    for denied in ("odrl:sell", "odrl:transfer", "odrl:lend", "urn:unheard"):
        assert ask(document, action=denied).verdict is DENY


def test_target_and_party_have_to_match_or_belong_at_any_depth() -> None:
    document = agreement(rule(target="urn:shelf", assignee="urn:team"))
    part_of = {TARGET: frozenset({"urn:box"}), "urn:box": frozenset({"urn:shelf"}), MOBILITY: frozenset({"urn:team"})}
    assert ask(document, World(part_of=part_of)).verdict is PERMIT
    assert codes(ask(document, World(part_of=part_of), target="urn:other")) == ["no-rule-matches"]
    assert ask(document, World(part_of=part_of), assignee="urn:stranger").verdict is DENY
    ring = {TARGET: frozenset({"urn:a"}), "urn:a": frozenset({"urn:b"}), "urn:b": frozenset({"urn:a"})}
    assert ask(document, World(part_of=ring | {MOBILITY: frozenset({"urn:team"})})).verdict is DENY
