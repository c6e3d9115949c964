"""Every refusal of a policy, word for word: the broken rule, where, and what to do."""

from tests.policy.refusals import PAGE, render


def test_every_refusal_stands_on_the_page() -> None:
    # If this is meant: `python -m tests.policy.refusals`, and read what has changed.
    assert render() == PAGE.read_text(encoding="utf-8")
