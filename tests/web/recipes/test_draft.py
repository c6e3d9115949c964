"""A draft of a recipe: its steps are added, moved and taken away, and what is typed beside them stays."""

import msgspec
import pytest

from connector.web.recipes.draft import (
    MOST_INPUTS,
    MOST_STEPS,
    DraftInput,
    RecipeDraft,
    TooLong,
    act,
    load_draft,
    read_draft,
)

THREE = RecipeDraft(
    inputs=(DraftInput(of="asset:a"), DraftInput(of="asset:b"), DraftInput(of="asset:c")),
    steps=({"tun": "clean"}, {"tun": "join", "mit": "2"}, {"tun": "join", "mit": "3"}, {"tun": "group"}),
)


def test_an_input_that_goes_takes_its_join_along_and_the_others_move_up() -> None:
    after = act(THREE, "weg:quelle.2")
    assert [entry.of for entry in after.inputs] == ["asset:a", "asset:c"]
    assert after.steps == ({"tun": "clean"}, {"tun": "join", "mit": "2"}, {"tun": "group"})
    assert act(RecipeDraft(inputs=(DraftInput(),)), "weg:quelle.1").inputs == (DraftInput(),)


def test_steps_are_added_moved_and_removed() -> None:
    assert act(THREE, "hoch:schritt.4").steps[2] == {"tun": "group"}
    assert act(THREE, "hoch:schritt.1") == THREE
    assert len(act(THREE, "weg:schritt.1").steps) == 3
    assert act(THREE, "dazu:convert").steps[-1] == {"tun": "convert"}


@pytest.mark.parametrize(
    "wanted", ["", "weg:schritt.99", "hoch:quelle.1", "dazu:anything", "weg:schritt.x", "x:schritt.1"]
)
def test_what_no_button_says_changes_nothing(wanted: str) -> None:
    assert act(THREE, wanted) == THREE


def test_there_are_so_many_steps_and_inputs_and_no_more() -> None:
    inputs = msgspec.structs.replace(THREE, inputs=(DraftInput(),) * MOST_INPUTS)
    steps = msgspec.structs.replace(THREE, steps=({"tun": "clean"},) * MOST_STEPS)
    for draft, wanted in ((inputs, "dazu:quelle"), (steps, "dazu:clean"), (steps, "dazu:quelle")):
        with pytest.raises(TooLong):
            act(draft, wanted)


def test_what_is_known_of_an_input_stays_while_its_data_is_the_same() -> None:
    known = DraftInput(of="asset:a", name="counts", named="asset:a", columns=("day",))
    before = RecipeDraft(inputs=(known,))
    assert read_draft({"quelle.1.von": "asset:a"}, before).inputs == (known,)
    assert read_draft({"quelle.1.von": "asset:b"}, before).inputs == (DraftInput(of="asset:b"),)
    assert load_draft({}).inputs == (DraftInput(),)


def test_fields_are_read_in_the_order_of_their_numbers() -> None:
    fields = {"schritt.10.tun": "group", "schritt.2.tun": "clean", "schritt.x.tun": "join", "schritt.3.tun": "evil"}
    assert [step["tun"] for step in read_draft(fields, RecipeDraft()).steps] == ["clean", "group"]
