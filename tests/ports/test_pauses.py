from hypothesis import given
from hypothesis import strategies as st

from connector.ports.pauses import double_pause


@given(st.integers(1, 10**6), st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_pause_never_shrinks_with_a_further_failure_and_never_exceeds_the_longest(
    first: int, failures: int, most: int
) -> None:
    pause = double_pause(first, failures, most)
    assert min(first, most) <= pause <= double_pause(first, failures + 1, most) <= most
