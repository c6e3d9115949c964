"""The consents of a person as they stand, and who received data by them."""

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentStatement
from connector.controlplane.usecases.privacy import own_consents
from connector.ports.changes import AddUsage, PutAgreement, PutAsset, PutProcess
from connector.ports.entities import DataClass
from connector.ports.treatment import Records
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.controlplane.agreements import DAY, USE, Clock, atom, provider
from tests.support.plane import CITY, ME, OWNER, Desk
from tests.support.rooms import Rooms

BROAD, NARROW, OTHER = "dpv:ResearchAndDevelopment", "dpv:AcademicResearch", "dpv:Marketing"


async def _fill(desk: Desk, clock: Clock) -> Rooms:
    rooms = provider(desk.rooms, clock)
    records = Records(format="csv", subject="person")
    asset = values.asset("urn:d", data_class=DataClass.PERSONAL, records=records)
    await desk.store.commit([PutAsset(asset, None)])
    for name, purpose, uses in (("narrow", NARROW, 3), ("other", OTHER, 4), ("unused", NARROW, 0)):
        terms = {
            "@type": "Agreement", "@id": f"urn:{name}", "target": "urn:d", "assigner": ME, "assignee": CITY,
            "permission": [{**USE, "constraint": [atom("odrl:purpose", "isA", purpose)]}],
        }  # fmt: skip
        agreed = {"dataset": "urn:d", "role": Role.PROVIDER, "counterparty": f"urn:p:{name}"}
        agreement = values.agreement(f"urn:{name}", **agreed, document=msgspec.json.encode(terms))
        await desk.store.commit([PutAgreement(agreement), AddUsage(OWNER, agreement.key, uses=uses)])
    return rooms


async def _own(rooms: Rooms) -> list[tuple[str, str, list[tuple[str, int]]]]:
    found = await own_consents.list_own(rooms.register, consents.find_reference(rooms.register, "4711"))
    return [
        (one.entry.dataset, one.state.rpartition("#")[2], [(who.name, who.uses) for who in one.recipients])
        for one in found
    ]


@pytest.mark.parametrize("dataset", ["urn:d", ""])
async def test_recipients_are_those_whose_purpose_the_consent_covers(desk: Desk, dataset: str) -> None:
    rooms = await _fill(desk, Clock())
    statement = ConsentStatement(subject="4711", purpose=BROAD, dataset=dataset)
    await consents.record(rooms.register, [statement])
    assert await _own(rooms) == [(dataset, "ConsentGiven", [("urn:p:narrow", 3)])]


async def test_a_consent_whose_time_is_over_has_expired(desk: Desk) -> None:
    clock = Clock()
    rooms = await _fill(desk, clock)
    statement = ConsentStatement(subject="4711", purpose=OTHER, dataset="urn:d", until=clock.ms + DAY)
    await consents.record(rooms.register, [statement])
    clock.ms += DAY
    assert [state for _, state, _ in await _own(rooms)] == ["ConsentExpired"]


async def test_one_consent_is_withdrawn_by_the_reference_and_the_others_stay(desk: Desk) -> None:
    rooms = await _fill(desk, Clock())
    both = [ConsentStatement(subject="4711", purpose=purpose, dataset="urn:d") for purpose in (NARROW, OTHER)]
    await consents.record(rooms.register, both)
    person = consents.find_reference(rooms.register, "4711")
    (first, _) = await consents.list_of_reference(rooms.register, person)
    await consents.withdraw_given(rooms.register, person, dataset="urn:d", purpose=first.purpose)
    assert [state for _, state, _ in await _own(rooms)] == ["ConsentWithdrawn", "ConsentGiven"]
    with pytest.raises(NoSuchEntity):
        await consents.withdraw_given(rooms.register, person, dataset="urn:d", purpose=first.purpose)
    await consents.withdraw_given(rooms.register, person)
    assert {state for _, state, _ in await _own(rooms)} == {"ConsentWithdrawn"}


async def test_a_consent_ends_earlier_and_never_later(desk: Desk) -> None:
    clock = Clock()
    rooms = await _fill(desk, clock)
    end = clock.ms + 10 * DAY
    await consents.record(rooms.register, [ConsentStatement(subject="4711", purpose=OTHER, until=end)])
    person = consents.find_reference(rooms.register, "4711")
    (known,) = await consents.list_of_reference(rooms.register, person)
    for until in (clock.ms, end, end + DAY):
        with pytest.raises(Invalid):
            await consents.shorten(rooms.register, person, "", known.purpose, until)
    shorter = await consents.shorten(rooms.register, person, "", known.purpose, clock.ms + DAY)
    assert shorter.until == clock.ms + DAY
    with pytest.raises(NoSuchEntity):
        await consents.shorten(rooms.register, person, "urn:d", known.purpose, clock.ms + 1)
    clock.ms += 2 * DAY
    with pytest.raises(NoSuchEntity):
        await consents.shorten(rooms.register, person, "", known.purpose, clock.ms + 1)


async def test_running_deliveries_that_look_a_consent_up_are_counted(desk: Desk) -> None:
    rooms = await _fill(desk, Clock())
    await desk.store.commit([PutAsset(values.asset("urn:open"), None)])
    for name, dataset, state in (("a", "urn:d", "STARTED"), ("b", "urn:d", "COMPLETED"), ("c", "urn:open", "STARTED")):
        process = values.transfer(name, dataset=dataset, state=state, role=Role.PROVIDER)
        await desk.store.commit([PutProcess(process, None)])
    assert await own_consents.count_running(rooms.register, "urn:d") == 1
    assert await own_consents.count_running(rooms.register, "") == 1
    assert await own_consents.count_running(rooms.register, "urn:open") == 0
