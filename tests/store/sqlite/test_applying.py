"""Every change of the port has a way into the database."""

from typing import get_args

from connector.ports.changes import AppendLeaf, Change
from connector.store.sqlite.applying import APPLY


def test_every_change_but_a_leaf_has_one_function() -> None:
    # The leaves of a group are appended together.
    assert set(APPLY) == set(get_args(Change)) - {AppendLeaf}
