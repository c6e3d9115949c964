"""The demonstration in progress: what a step needs from the steps before it."""

from dataclasses import replace

import pytest

from connector.cli.demo.show import NotShown, Show, choose_title
from tests.cli.management import asset


def test_a_step_without_the_steps_before_it_fails_with_a_reason(show: Show) -> None:
    assert (show.live_asset.id, show.running_transfer.id, show.city_id) == ("parking", "urn:live", "urn:city")
    early = replace(show, live=None, live_transfer=None)
    with pytest.raises(NotShown, match="should be published"):
        _ = early.live_asset
    with pytest.raises(NotShown, match="was not requested"):
        _ = early.running_transfer


def test_sentences_are_in_the_language_of_the_call(show: Show) -> None:
    assert show.say("demo.stopped") == "Stopped."
    assert choose_title(asset(title={"de": "Luft"})) == "Luft"
