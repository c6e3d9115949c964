"""The intake over time: the same again, changes, the crawl beside it, and withdrawals."""

import pytest

from connector.broker.intake import intake
from connector.broker.intake.accepting import DescriptionRefused
from connector.broker.intake.intake import Kept
from connector.ports.descriptions import MOST_OF_ONE
from connector.protocol.credential import name_description
from connector.store import rules
from tests.broker.crawling import A
from tests.broker.intake.pushing import DAY, KEY_B, B, Pushing, plain


async def test_the_same_again_changes_nothing_and_another_signature_changes_no_entry() -> None:
    world = Pushing()
    await world.crawl()
    stated = world.state(plain("urn:air"))
    secured, anew = world.secure(stated), world.secure(stated)
    assert secured != anew
    first = await world.push(secured, "urn:air")
    world.space.now += 1000
    again = await world.push(secured, "urn:air")
    assert (first.kept, again.kept, again.description) == (Kept.NEW, Kept.UNCHANGED, first.description)
    last = await world.record.last_change()
    assert (await world.push(anew, "urn:air")).kept is Kept.REPLACED
    found = await world.intake.find(name_description(A, "urn:air"))
    assert found is not None
    assert (found.secured, await world.record.last_change(), len(world.changes)) == (anew, last, 1)


async def test_what_is_crawled_and_pushed_is_one_entry_and_the_pushed_one_counts() -> None:
    world = Pushing(plain("urn:air", **{"dct:title": "Crawled"}), plain("urn:roads"))
    await world.crawl()
    pushed = plain("urn:air", **{"dct:title": "Pushed"})
    await world.push(world.secure(world.state(pushed)), "urn:air")
    assert await world.state_of("urn:air") == pushed
    for _ in range(3):
        await world.crawl()
    rows, _ = await world.record.view().entries(None, 10)
    assert [row.id for row in rows] == ["urn:air", "urn:roads"]
    assert await world.state_of("urn:air") == pushed


async def test_no_crawl_removes_what_was_pushed_and_each_verifies_it() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:hidden")
    before = await world.record.entry(A, "urn:hidden")
    for _ in range(4):
        world.space.now += DAY // 8
        source = await world.crawl()
    assert (source.shrink_seen, source.error, source.datasets) == (False, None, 0)
    after = await world.record.entry(A, "urn:hidden")
    assert before is not None
    assert after is not None
    assert after.verified_at > before.verified_at
    assert after.seq == before.seq


async def test_what_leaves_the_catalogue_is_gone_with_one_crawl_if_most_of_the_rest_was_pushed() -> None:
    world = Pushing(plain("urn:air"), plain("urn:roads"), plain("urn:trees"))
    await world.crawl()
    for subject in ("urn:roads", "urn:trees"):
        await world.push_dataset(subject)
    world.catalogue.offers.pop(0)
    source = await world.crawl()
    assert (source.shrink_seen, source.datasets) == (False, 2)
    assert await world.record.entry(A, "urn:air") is None


async def test_what_is_withdrawn_is_gone_at_once_and_comes_again_if_the_catalogue_offers_it() -> None:
    world = Pushing(plain("urn:air"))
    await world.crawl()
    await world.push_dataset("urn:air")
    name = name_description(A, "urn:air")
    assert await world.intake.withdraw(A, name)
    assert await world.record.entry(A, "urn:air") is None
    assert await world.intake.find(name) is None
    assert world.crawls == [A]
    assert not await world.intake.withdraw(A, name)
    world.space.now += DAY
    await world.crawl()
    assert await world.record.entry(A, "urn:air") is not None


async def test_nobody_withdraws_or_replaces_what_another_pushed() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:air")
    name = name_description(A, "urn:air")
    assert not await world.intake.withdraw(B, name)
    forged = world.secure(world.state(plain("urn:air"), issuer=B), KEY_B)
    with pytest.raises(DescriptionRefused):
        await world.intake.put(B, name, forged)
    assert await world.state_of("urn:air") == plain("urn:air")


async def test_a_new_member_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Pushing()
    with pytest.raises(DescriptionRefused) as refused:
        await world.push_dataset("urn:air")
    assert (refused.value.code, world.crawls) == ("not-yet", [A])
    await world.crawl()
    await world.push_dataset("urn:air")


async def test_one_participant_has_a_bounded_number_and_pages_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_OF_ONE", 3)
    monkeypatch.setattr(intake, "PAGE", 2)
    world = Pushing()
    await world.crawl()
    for name in "abc":
        await world.push_dataset(name)
    with pytest.raises(DescriptionRefused, match="withdraw others"):
        await world.push_dataset("d")
    assert await world.record.entry(A, "d") is None
    await world.push_dataset("c", ends=2 * DAY)
    first, following = await world.intake.list_own(A, "")
    assert ([row.subject for row in first], following) == (["a", "b"], "b")
    second, following = await world.intake.list_own(A, "b")
    assert ([row.subject for row in second], following) == (["c"], None)
    assert MOST_OF_ONE == 5_000


async def test_a_subject_does_not_become_another_kind() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset(A + "#air")
    service = world.secure(world.state({"@id": A + "#air", "@type": "DataService"}))
    with pytest.raises(DescriptionRefused, match="another kind"):
        await world.push(service, A + "#air")
