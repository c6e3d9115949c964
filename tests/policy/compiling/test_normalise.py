"""The normal form has one action a rule, stable uids and canonical names."""

import pytest

from connector.policy.model.errors import PolicyError
from tests.policy.support import agreement, build, rule


def refused(document: dict[str, object], **options: object) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        build(document, **options)
    assert caught.value.sentence.endswith(".")
    return caught.value


def test_a_rule_keeps_its_path_as_its_name_and_parts_of_a_split_rule_share_it() -> None:
    document = agreement(rule(action=["odrl:read", "odrl:print"], target=["urn:a", "urn:b"]), rule(uid="urn:named"))
    compiled = build(document)
    assert [entry.uid for entry in compiled.permissions] == ["permission/0"] * 4 + ["urn:named"]
    assert len(build(agreement(rule(), obligation=[{"action": ["dk:log", "odrl:inform"]}])).obligations) == 2


def test_a_rule_that_splits_into_too_many_is_refused() -> None:
    many = [f"urn:{number}" for number in range(40)]
    assert refused(agreement(rule(target=many, assignee=many))).code == "too-large"


def test_deprecated_actions_are_read_as_their_successors() -> None:
    actions = [
        build(agreement(rule(action=name))).policy.permission[0].action[0].iri
        for name in ("odrl:write", "odrl:pay", "odrl:commercialize", "odrl:export")
    ]
    assert [iri.rsplit("/", 1)[-1] for iri in actions] == ["modify", "compensate", "ns#CommericalUse", "transform"]
