"""The marks of a folder: what was in it, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.control.folders import has_member, mark_members

MEMBERS = st.dictionaries(st.text(max_size=5), st.text(max_size=3), max_size=40)


@given(MEMBERS, MEMBERS)
def test_a_folder_has_the_members_that_were_marked_and_no_others(there: dict[str, str], others: dict[str, str]) -> None:
    marks = mark_members(there)
    assert all(has_member(marks, path, version) for path, version in there.items())
    assert not [item for item in others.items() if item not in there.items() and has_member(marks, *item)]


def test_the_marks_of_a_large_folder_are_small() -> None:
    assert len(mark_members({f"{number}/{'x' * 1000}": "tag" for number in range(10_000)})) == 80_000
