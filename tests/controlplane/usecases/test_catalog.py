"""Our catalogue for one caller: which offers are shown, by what is asked once and by what is asked for each."""

import itertools
from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import PeerFailed
from connector.controlplane.usecases import catalog
from connector.controlplane.usecases.offering import assets
from connector.ports.changes import PutAgreement
from connector.ports.entities import Agreement
from connector.ports.identity import Caller, Participant
from connector.ports.peer import Refused
from connector.protocol.dsp.common import Role
from connector.views.assets import AssetOrder
from tests.controlplane.agreements import LIBRARY
from tests.support.plane import ADDRESS, CITY, ME, Desk, Listed

SOURCE = {"kind": "file", "path": "air.csv"}
FIRM, BROKER = "urn:participant:firm", "urn:participant:broker"
ROLE = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": "planner"}


def permitted(**more: Any) -> dict[str, Any]:
    return {"permission": [{"action": "use", **more}]}


async def shown(
    desk: Desk, *access: dict[str, Any] | None, claims: dict[str, tuple[str, ...]], participant: str = FIRM
) -> list[str]:
    """Offer an asset for each access policy, named `urn:0` and so on; return those in the catalogue."""
    for number, policy in zip(itertools.count(), access):
        draft = AssetOrder(id=f"urn:{number}", title={"en": "Air"}, source=SOURCE, access=policy)
        await assets.publish(desk.rooms.publisher, (await assets.add(desk.rooms.publisher, draft)).id)
    caller = Caller(participant=participant, claims=claims, evidence={}, replay_key=None)
    answer = await catalog.provide(desk.rooms.publisher, caller)
    found = [dataset["@id"] for dataset in msgspec.json.decode(answer.body).get("dataset", [])]
    for number in range(len(access)):
        alone = await catalog.provide_dataset(desk.rooms.evaluator, caller, f"urn:{number}")
        assert (alone is not None) is (f"urn:{number}" in found)
    return sorted(found)


async def test_offers_that_share_an_access_policy_are_shown_to_whoever_meets_it(desk: Desk) -> None:
    wanted = (permitted(constraint=[ROLE]), None, permitted(constraint=[ROLE]), permitted(assignee="urn:other"))
    assert await shown(desk, *wanted, claims={"role": ("planner",)}) == ["urn:0", "urn:1", "urn:2"]


async def test_offers_that_share_an_access_policy_are_hidden_from_whoever_does_not_meet_it(desk: Desk) -> None:
    wanted = (permitted(constraint=[ROLE]), None, permitted(constraint=[ROLE]))
    assert await shown(desk, *wanted, claims={"role": ("driver",)}) == ["urn:1"]


async def test_a_broker_which_would_show_it_to_everybody_sees_nothing_with_an_access_policy(desk: Desk) -> None:
    directory = desk.rooms.evaluator.directory
    assert isinstance(directory, Listed)
    directory.known[BROKER] = Participant(id=BROKER, name="Broker", address=None, roles=("broker",))
    wanted = (None, permitted(), permitted(assignee=BROKER), permitted(constraint=[ROLE]))
    assert await shown(desk, *wanted, claims={"role": ("planner",)}, participant=BROKER) == ["urn:0"]


async def test_an_access_policy_that_names_a_dataset_shows_that_one_alone(desk: Desk) -> None:
    one = permitted(target="urn:1")
    assert await shown(desk, one, one, one, claims={}) == ["urn:1"]


async def test_a_prohibition_that_names_a_dataset_hides_that_one_alone(desk: Desk) -> None:
    all_but_one = permitted() | {"prohibition": [{"action": "use", "target": "urn:0"}]}
    assert await shown(desk, all_but_one, all_but_one, claims={}) == ["urn:1"]


async def test_an_access_policy_for_one_party_or_one_dataset_as_a_whole_shows_no_more(desk: Desk) -> None:
    for_other = permitted() | {"assignee": "urn:participant:other"}
    about_one = permitted() | {"target": "urn:1"}
    assert await shown(desk, for_other, about_one, about_one, claims={}) == ["urn:1"]


async def test_a_page_is_rendered_once_for_all_who_see_the_same_and_anew_after_a_change(desk: Desk) -> None:
    async def page(participant: str) -> bytes:
        caller = Caller(participant=participant, claims={}, evidence={}, replay_key=None)
        return (await catalog.provide(desk.rooms.publisher, caller)).body

    await shown(desk, None, None, permitted(assignee=FIRM), claims={})
    first = await page("urn:participant:other")
    assert await page("urn:participant:another") is first
    assert await page(FIRM) != first
    await assets.withdraw(desk.rooms.publisher, "urn:0")
    assert b'"urn:0"' in first
    assert b'"urn:0"' not in await page("urn:participant:other")


async def hold(desk: Desk, *, holder: str = FIRM, final: bool = True, withdrawn: bool = False, **terms: Any) -> None:
    """Store an agreement on `urn:0` with a consumer."""
    now = desk.rooms.context.now()
    parties = {"assigner": ME, "assignee": holder, "target": "urn:0"}
    document = {"@type": "Agreement", "@id": "urn:agreement:1", **parties, **(terms or permitted())}
    agreement = Agreement(
        owner=desk.rooms.context.owner,
        id="urn:agreement:1",
        role=Role.PROVIDER,
        counterparty=holder,
        address=ADDRESS,
        dataset="urn:0",
        negotiation_id="urn:negotiation:1",
        document=msgspec.json.encode(document),
        evidence=b"{}",
        agreed_at=now,
        finalized_at=now if final else None,
        withdrawn_at=now if withdrawn else None,
    )
    await desk.rooms.context.store.commit([PutAgreement(agreement)])


OVER = {
    "leftOperand": "dateTime",
    "operator": "lteq",
    "rightOperand": {"@value": "2000-01-01T00:00:00Z", "@type": "xsd:dateTime"},
}


@pytest.mark.parametrize("access", [None, permitted(assignee="urn:other")])
@pytest.mark.parametrize(
    ("agreed", "seen"),
    [
        ({}, True),
        ({"holder": "urn:participant:other"}, False),
        ({"final": False}, False),
        ({"withdrawn": True}, False),
        (permitted(constraint=[OVER]), False),
        (None, False),
    ],
)
async def test_data_that_is_offered_no_more_is_described_to_whoever_holds_an_agreement_in_force(
    desk: Desk, access: dict[str, Any] | None, agreed: dict[str, Any] | None, seen: bool
) -> None:
    assert await shown(desk, access, claims={}) == ([] if access else ["urn:0"])
    if agreed is not None:
        await hold(desk, **agreed)
    if access is None:
        await assets.withdraw(desk.rooms.publisher, "urn:0")
    caller = Caller(participant=FIRM, claims={}, evidence={}, replay_key=None)
    assert (
        await catalog.provide_dataset(desk.rooms.but(library=LIBRARY).evaluator, caller, "urn:0") is not None
    ) is seen
    listed = msgspec.json.decode((await catalog.provide(desk.rooms.publisher, caller)).body)
    assert not listed.get("dataset"), "a catalogue lists what is offered"


async def test_what_our_own_settings_refuse_to_ask_is_not_said_of_the_provider(desk: Desk) -> None:
    reason = "Port 28200 is not allowed here by the setting `net.ports`."
    desk.peer.failure = Refused(status=0, reason=reason)
    counterparties = desk.rooms.counterparties
    for ask in (catalog.fetch(counterparties, CITY), catalog.fetch_dataset(counterparties, CITY, "urn:dataset:air")):
        with pytest.raises(PeerFailed) as caught:
            await ask
        assert (caught.value.code, caught.value.reason.endswith(f"was not asked: {reason}")) == ("not-asked", True)
