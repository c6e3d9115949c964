"""A policy says of its dataset and its parties what its frame says, or nothing; everything else is refused."""

from typing import Any

import pytest

from connector.controlplane.judging.policy_input import write_wire
from connector.policy.model.errors import PolicyError
from connector.policy.reading.frame import OPEN, Frame
from tests.policy.spellings import ASSIGNER, TARGET, list_graphs, list_spellings
from tests.policy.support import rule, shipped

Json = dict[str, Any]
CATALOGUE = Frame(target=TARGET, assigner=ASSIGNER)
MESSAGE = Frame(target=TARGET, assigner=ASSIGNER, assignee="urn:x:firm")
BARE: Json = {"permission": [rule()]}
EVERYBODY = {"@type": "PartyCollection", "source": "urn:x:group"}


def refused(policy: Json, frame: Frame) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        write_wire(policy, shipped(), frame)
    assert caught.value.sentence.endswith(".")
    return caught.value


OTHERS: list[tuple[str, Json, Frame, str, str]] = [
    ("another target", BARE | {"target": "urn:x:other"}, CATALOGUE, "other-target", TARGET),
    ("another target in a rule", {"permission": [rule(target="urn:x:other")]}, CATALOGUE, "other-target", TARGET),
    ("another target as a node", BARE | {"target": {"uid": "urn:x:other"}}, MESSAGE, "other-target", TARGET),
    ("another assigner", BARE | {"assigner": "urn:x:town"}, CATALOGUE, "other-assigner", ASSIGNER),
    ("another assigner in a rule", {"permission": [rule(assigner="urn:x:town")]}, MESSAGE, "other-assigner", ASSIGNER),
    ("an agreement", BARE | {"@type": "Agreement"}, CATALOGUE, "agreement-handed-in", "an Offer or a Set"),
    ("an agreement without a frame", BARE | {"@type": "Agreement"}, OPEN, "agreement-handed-in", "an Offer or a Set"),
    ("another reader", BARE | {"assignee": "urn:x:shop"}, MESSAGE, "other-assignee", "urn:x:firm"),
    (
        "another reader in a rule",
        {"permission": [rule(assignee="urn:x:shop")]},
        MESSAGE,
        "other-assignee",
        "urn:x:firm",
    ),
    ("oneself as the reader", BARE | {"assignee": ASSIGNER}, CATALOGUE, "other-assignee", "other participants"),
]


@pytest.mark.parametrize(("policy", "frame", "code", "expected"), [pytest.param(*o[1:], id=o[0]) for o in OTHERS])
def test_a_policy_about_something_else_is_refused_with_what_was_expected(
    policy: Json, frame: Frame, code: str, expected: str
) -> None:
    fault = refused(policy, frame)
    assert fault.code == code
    assert expected in fault.sentence


def test_the_sentence_names_what_the_policy_says() -> None:
    assert "urn:x:other" in refused(BARE | {"target": "urn:x:other"}, CATALOGUE).sentence
    assert "urn:x:town" in refused(BARE | {"assigner": "urn:x:town"}, CATALOGUE).sentence
    assert "urn:x:shop" in refused(BARE | {"assignee": "urn:x:shop"}, MESSAGE).sentence


@pytest.mark.parametrize("frame", [OPEN, CATALOGUE, MESSAGE])
def test_every_spelling_of_the_same_frame_is_taken(frame: Frame) -> None:
    for name, policy in (*list_spellings(), *list_graphs()):
        assert write_wire(policy, shipped(), frame)["permission"], name


@pytest.mark.parametrize(
    ("policy", "frame"),
    [
        (BARE | {"assignee": "urn:x:firm"}, CATALOGUE),
        (BARE | {"assignee": EVERYBODY}, CATALOGUE),
        (BARE | {"assignee": EVERYBODY}, MESSAGE),
        (BARE | {"assignee": ["urn:x:shop", "urn:x:firm"]}, MESSAGE),
        ({"permission": [rule(assignee="urn:x:shop"), rule(assignee="urn:x:firm")]}, MESSAGE),
        (BARE | {"target": "counts"}, Frame(target="counts")),
        (BARE | {"@type": "Set", "assigner": ASSIGNER}, CATALOGUE),
    ],
)
def test_what_can_be_meant_is_taken(policy: Json, frame: Frame) -> None:
    assert write_wire(policy, shipped(), frame)["permission"]
