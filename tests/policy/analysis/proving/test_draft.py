"""A draft takes over what the regions of a cell ask for, and says where it cannot."""

from connector.policy.analysis.proving.draft import ExampleDraft, place_region
from connector.policy.analysis.space.regions import Intervals, NameSet, Region, SetConditions
from connector.policy.model.values import Iri
from tests.policy.names import normal
from tests.policy.support import shipped


def names(*members: str, outside: bool = False) -> NameSet:
    return NameSet(frozenset(members), outside)


def place(text: str, *regions: Region) -> ExampleDraft | None:
    """Return the draft after some regions of one operand; None if one of them cannot be shown."""
    draft = ExampleDraft(shipped())
    left = normal(text).left
    return draft if all(place_region(draft, left, region) for region in regions) else None


def test_a_closed_list_gives_one_of_its_own_names_and_an_open_one_any_other() -> None:
    closed = place("dk:organisationType eq company", names("company", outside=True))
    assert closed is not None
    assert closed.facts["organisationType"] != (Iri("company"),)
    opened = place("dk:participant eq urn:a", names("urn:example:other", outside=True))
    assert opened is not None
    assert opened.facts["participant"] == (Iri("urn:example:otherx"),)


def test_several_values_meet_each_demand_and_avoid_what_is_excluded() -> None:
    region = SetConditions(names("urn:a"), (names("urn:a", "urn:b"), names("urn:c")))
    draft = place("dk:role eq urn:a", region)
    assert draft is not None
    assert draft.facts["role"] == (Iri("urn:b"), Iri("urn:c"))


def test_a_fact_that_is_named_twice_or_an_unknown_operand_cannot_be_shown() -> None:
    assert place("dk:participant eq urn:a", names("urn:a"), names("urn:a")) is None
    assert not place_region(ExampleDraft(shipped()), "urn:no-operand", names("urn:a"))


def test_a_counter_of_a_prohibition_shows_its_first_use_only() -> None:
    draft, left = ExampleDraft(shipped()), normal("odrl:count lteq 5").left
    third = Intervals(False, ((3, 0),))
    assert place_region(draft, left, third)
    assert draft.counters == {"count": 2}
    assert not place_region(ExampleDraft(shipped()), f"{left}|prohibited odrl:use", third)
