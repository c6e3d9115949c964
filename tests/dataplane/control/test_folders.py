"""The marks of a folder: what was in it, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.control.folders import has_member, mark_members
from connector.ports.flow import MemberState

STATES = st.text(max_size=3)
MEMBERS = st.dictionaries(
    st.text(max_size=5), st.builds(MemberState, STATES, st.none() | st.sampled_from(["aa", "bb"])), max_size=40
)


@given(MEMBERS, MEMBERS)
def test_a_folder_has_the_members_that_were_marked_and_no_others(
    there: dict[str, MemberState], now: dict[str, MemberState]
) -> None:
    marks = mark_members(there)
    assert all(has_member(marks, path, member) for path, member in there.items())
    for path, member in now.items():
        known = there.get(path)
        if known and known.sha256 and member.sha256:
            same = known.sha256 == member.sha256
        else:
            same = known is not None and known.state == member.state
        assert has_member(marks, path, member) is same


def test_the_marks_of_a_large_folder_are_small() -> None:
    assert len(mark_members({f"{number}/{'x' * 1000}": MemberState("1 2") for number in range(10_000)})) == 160_000
