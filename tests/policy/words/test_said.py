"""What people are told, word for word: sentence, card, reasons, ways out, changes and remarks, in both languages."""

from tests.policy.words.scenes import PAGE, render


def test_everything_that_is_said_about_the_scenes_stands_on_the_page() -> None:
    # If this is meant: `python -m tests.policy.words.scenes`, and read what has changed.
    assert render() == PAGE.read_text(encoding="utf-8")
