"""The arithmetic of comparing two commits."""

from tests.benchmarks.against import compare_runs


def test_ratios_are_taken_pair_by_pair_and_the_median_counts() -> None:
    here = [{"a": (10.0, "ms")}, {"a": (30.0, "ms")}, {"a": (8.0, "ms")}]
    there = [{"a": (10.0, "ms")}, {"a": (20.0, "ms")}, {"a": (10.0, "ms")}]
    (found,) = compare_runs(here, there)
    assert (found.ratio, found.least, found.most) == (1.0, 0.8, 1.5)


def test_a_figure_that_only_one_commit_has_is_left_out() -> None:
    both = {"a": (1.0, "s")}
    assert [row.name for row in compare_runs([{**both, "new": (1.0, "s")}], [{**both, "old": (2.0, "s")}])] == ["a"]


def test_a_figure_that_is_zero_in_the_other_commit_has_no_ratio() -> None:
    (found,) = compare_runs([{"a": (1.0, "s")}], [{"a": (0.0, "s")}])
    assert found.ratio == 1.0
