"""What every store does for data protection: offers of personal data, late duties, consents as they stand, links."""

from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import AssetStatement, AssetStatus, ConsentLink, DataClass, DutyState, Marking, PageBounds
from connector.ports.store import Store
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.contract.values import OWNER

PAGE = PageBounds()


async def test_offers_of_personal_data_are_listed_newest_first_until_they_are_none(store: Store) -> None:
    marked = values.asset("urn:marked", stated=AssetStatement(marking=Marking.PSEUDONYMISED))
    classed = values.asset("urn:classed", data_class=DataClass.PERSONAL)
    for asset in (marked, values.asset("urn:open"), classed, replace(classed, owner="other")):
        await store.commit([changes.PutAsset(asset, None)])
    first, after = await store.personal_assets(OWNER, PageBounds(limit=1))
    rest, over = await store.personal_assets(OWNER, PageBounds(after=after))
    assert ([*first, *rest], over) == ([classed, marked], None)
    await store.commit([changes.PutAsset(replace(classed, data_class=DataClass.OPEN, version=2), 1)])
    assert list((await store.personal_assets(OWNER, PAGE))[0]) == [marked]


async def test_a_late_duty_is_listed_until_it_is_done(store: Store) -> None:
    late, other = (values.duty(name, state=DutyState.VIOLATED, at=5) for name in ("delete", "inform"))
    for event in (values.duty("delete", deadline=4), late, other, late, values.duty("pay", state=DutyState.FULFILLED)):
        await store.commit([changes.RecordDuty(event)])
    await store.commit([changes.RecordDuty(values.duty("log", state=DutyState.VIOLATED, occasion="urn:t:1"))])
    assert list((await store.late_duties(OWNER, PAGE))[0]) == [late, other]
    await store.commit([changes.RecordDuty(values.duty("delete", state=DutyState.SETTLED, at=9))])
    assert list((await store.late_duties(OWNER, PAGE))[0]) == [other]
    assert (await store.late_duties("other", PAGE))[0] == []


async def test_personal_assets_are_listed_with_each_agreement_of_this_provider_in_pages_of_any_size(
    store: Store,
) -> None:
    many, none, draft = (values.asset(f"urn:{name}", data_class=DataClass.PERSONAL) for name in ("many", "none", "d"))
    draft = replace(draft, status=AssetStatus.DRAFT)
    agreed = [values.agreement(f"urn:a:{at}", dataset="urn:many", role=Role.PROVIDER) for at in range(3)]
    received = values.agreement("urn:a:9", dataset="urn:many", role=Role.CONSUMER)
    for change in (many, none, draft, values.asset("urn:open"), replace(none, owner="other")):
        await store.commit([changes.PutAsset(change, None)])
    for agreement in (*agreed, received, values.agreement("urn:o", dataset="urn:open", role=Role.PROVIDER)):
        await store.commit([changes.PutAgreement(agreement)])
    wanted = [(none, None), *((many, agreement) for agreement in reversed(agreed))]
    for limit in range(1, 6):
        found, after = [], None
        while True:
            lines, after = await store.personal_lines(OWNER, PageBounds(limit=limit, after=after))
            found += lines
            if after is None:
                break
        assert found == wanted


async def test_the_entries_of_several_agreements_are_those_of_each_as_a_whole(store: Store) -> None:
    first, second = (values.duty("delete", state=state) for state in (DutyState.ACTIVE, DutyState.VIOLATED))
    other = values.duty("delete", agreement_id="urn:other")
    for event in (first, other, values.duty("log", occasion="urn:t:1"), second):
        await store.commit([changes.RecordDuty(event)])
    found = await store.duties_of(OWNER, [first.agreement_id, "urn:other", "urn:unknown"])
    assert {key: list(events) for key, events in found.items()} == {
        first.agreement_id: [first, second],
        "urn:other": [other],
    }


async def test_consents_are_listed_as_they_stand_by_dataset_and_state(store: Store) -> None:
    given = values.consent("anna", dataset="urn:d:1")
    gone = values.consent("bert", dataset="urn:d:1", state="withdrawn")
    elsewhere = values.consent("anna", dataset="urn:d:2")
    for entry in (replace(gone, state="given"), given, elsewhere, gone):
        await store.commit([changes.RecordConsent(entry)])
    assert list((await store.standing_consents(OWNER, PAGE))[0]) == [gone, elsewhere, given]
    assert list((await store.standing_consents(OWNER, PAGE, dataset="urn:d:1"))[0]) == [gone, given]
    assert list((await store.standing_consents(OWNER, PAGE, state="given"))[0]) == [elsewhere, given]
    assert list((await store.standing_consents(OWNER, PAGE, dataset="urn:d:1", state="given"))[0]) == [given]
    first, after = await store.standing_consents(OWNER, PageBounds(limit=2))
    rest, over = await store.standing_consents(OWNER, PageBounds(limit=2, after=after))
    assert ([*first, *rest], over) == ([gone, elsewhere, given], None)


async def test_a_new_link_of_a_person_replaces_the_old_one_and_links_that_are_over_go(store: Store) -> None:
    old, new = (ConsentLink(owner=OWNER, subject="anna", token_hash=name, until=9) for name in ("aa", "bb"))
    over = ConsentLink(owner=OWNER, subject="bert", token_hash="cc", until=5)
    for link in (over, old, new):
        await store.commit([changes.PutConsentLink(link, now=1)])
    assert await store.consent_link_of_token(OWNER, "aa") is None
    assert await store.consent_link_of_token(OWNER, "bb") == await store.consent_link(OWNER, "anna") == new
    assert await store.consent_link_of_token("other", "bb") is None
    await store.commit([changes.PutConsentLink(new, now=5)])
    assert await store.consent_link(OWNER, "bert") is None
    await store.commit([changes.DropConsentLink(OWNER, "anna"), changes.DropConsentLink(OWNER, "nobody")])
    assert await store.consent_link(OWNER, "anna") is None
