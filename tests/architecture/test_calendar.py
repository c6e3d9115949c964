"""A number becomes a time in one place, which knows the ends of the calendar."""

import ast

from tests.architecture.source import list_files, show, walk

MAKERS = {"fromtimestamp", "utcfromtimestamp"}


def test_nothing_makes_a_time_of_a_number_by_itself() -> None:
    found = [
        f"{show(path)}:{node.lineno}"
        for path in list_files("connector")
        for node in walk(path)
        if isinstance(node, ast.Attribute) and node.attr in MAKERS
    ]
    assert not found, "use `moment` or `find_moment` of views/conversion.py:\n" + "\n".join(found)
