"""A taxonomy is a hierarchy without cycles and ambiguous names."""

import pytest

from connector.policy.vocabulary.taxonomy import parse


def test_a_taxonomy_refuses_circles_missing_parents_and_names_for_two_terms() -> None:
    head = 'name = "x"\nversion = "1"\n'
    for body in (
        '[term.a]\nbroader = ["b"]\n[term.b]\nbroader = ["a"]\n',
        '[term.a]\nbroader = ["b"]\n',
        '[term.a]\naliases = ["b"]\n[term.b]\n',
    ):
        with pytest.raises(ValueError, match="Taxonomy x"):
            parse(head + body)
