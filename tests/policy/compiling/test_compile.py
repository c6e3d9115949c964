"""The hash of a compiled policy is the hash of its meaning."""

from connector.policy.model.policy import DK, ODRL
from tests.policy.support import agreement, atom, build, rule


def test_the_hash_is_that_of_the_meaning_and_every_change_of_meaning_changes_it() -> None:
    def hashed(document: dict[str, object]) -> str:
        return build(document).policy_hash

    base = agreement(rule(atom("odrl:count", "lteq", "5"), atom("dk:role", "isAnyOf", ["b", "a"])))
    same = agreement(
        rule(
            atom(ODRL + "count", "odrl:lteq", {"@value": "5.0", "@type": "xsd:decimal"}),
            atom(DK + "role", "isAnyOf", ["a", "b", "a"]),
        ),
        **{"dct:title": "Another title"},
    )
    assert hashed(base) == hashed(same)
    others = [
        agreement(rule(atom("odrl:count", "lt", "5"), atom("dk:role", "isAnyOf", ["b", "a"]))),
        agreement(rule(atom("odrl:count", "lteq", "6"), atom("dk:role", "isAnyOf", ["b", "a"]))),
        agreement(rule(atom("odrl:count", "lteq", "5"), atom("dk:role", "isAnyOf", ["b"]))),
        base | {"conflict": "perm"},
        base | {"assignee": "urn:other"},
    ]
    assert len({hashed(base), *map(hashed, others)}) == 6


def test_the_hash_tells_apart_what_comes_first_in_a_conflict_also_where_the_policy_does_not_say_it() -> None:
    document = agreement(rule(), prohibition=[rule(action="odrl:distribute")])
    hashes = {build(document, conflict=strategy).policy_hash for strategy in ("perm", "prohibit", "invalid")}
    assert len(hashes) == 3
