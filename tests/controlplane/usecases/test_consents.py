"""The consent register: kept without names, appended, and obeyed by what is under way."""

import asyncio
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentStatement
from connector.dataplane.kinds import make_treating
from connector.policy.analysis.lint import GDPR
from connector.policy.deciding.consent import EXPIRED, GIVEN, RENEWED, WITHDRAWN, PurposeConsent, find_consent_state
from connector.policy.reading import templates
from connector.ports.changes import PutAsset, PutProcess
from connector.ports.entities import AssetStatement, PageBounds
from connector.ports.treatment import Records
from tests.controlplane.agreements import DATASET, LIBRARY, USE, atom, publish, requested
from tests.controlplane.enforcing.test_signals import Serving, broken_off, serving
from tests.dataplane.world import eventually
from tests.policy.reading.test_templates import TEMPLATES
from tests.support.plane import CITY, NOW, OWNER, SECRET, Desk

DPV = "https://w3id.org/dpv#"
MOBILITY, BENEFIT, MARKETING = DPV + "ImproveTransportMobility", DPV + "PublicBenefit", DPV + "Marketing"
COVERING, TOUCHING = {MOBILITY, BENEFIT}, {MOBILITY, BENEFIT, DPV + "Narrower"}


@pytest.mark.parametrize(
    ("stands", "state"),
    [
        ([], None),
        ([PurposeConsent(MOBILITY, GIVEN)], GIVEN),
        ([PurposeConsent(BENEFIT, RENEWED)], RENEWED),
        ([PurposeConsent(MARKETING, GIVEN)], None),
        ([PurposeConsent(DPV + "Narrower", GIVEN)], None),
        ([PurposeConsent(BENEFIT, GIVEN), PurposeConsent(MOBILITY, WITHDRAWN)], WITHDRAWN),
        ([PurposeConsent(MOBILITY, WITHDRAWN), PurposeConsent(MOBILITY, GIVEN)], WITHDRAWN),
        ([PurposeConsent(MOBILITY, GIVEN), PurposeConsent(DPV + "Narrower", WITHDRAWN)], WITHDRAWN),
        ([PurposeConsent(MOBILITY, GIVEN), PurposeConsent(MARKETING, WITHDRAWN)], GIVEN),
        ([PurposeConsent(MOBILITY, GIVEN, until=10)], EXPIRED),
        ([PurposeConsent(MOBILITY, GIVEN, until=11)], GIVEN),
    ],
)
def test_where_a_person_stands(stands: list[PurposeConsent], state: str | None) -> None:
    found = find_consent_state(stands, COVERING, TOUCHING, now=10)
    assert (found[0] if found else None) == state


def test_it_is_told_when_a_consent_ends_by_itself() -> None:
    both = [
        PurposeConsent(MOBILITY, GIVEN, until=30),
        PurposeConsent(BENEFIT, GIVEN, until=20),
        PurposeConsent(BENEFIT, RENEWED),
    ]
    assert find_consent_state(both, COVERING, TOUCHING, now=10) == (RENEWED, 20)


async def test_people_are_kept_under_references_that_tell_nothing(desk: Desk) -> None:
    [entry] = await consents.record(
        desk.rooms.register, [ConsentStatement(subject=" anna@example.org ", purpose="dpv:PublicBenefit")]
    )
    assert (entry.purpose, entry.state, entry.dataset) == (BENEFIT, GIVEN, "")
    assert entry.subject == SECRET.person(OWNER, "anna@example.org")
    rows, _ = await desk.store.consents(OWNER, PageBounds())
    leaves, _ = await desk.store.leaves(OWNER, PageBounds())
    assert b"anna" not in msgspec.json.encode([*rows, *leaves])
    assert entry.subject.encode() not in msgspec.json.encode(leaves)
    assert list(await consents.list_of_person(desk.rooms.register, "anna@example.org")) == [entry]
    assert await consents.list_of_person(desk.rooms.register, "bert") == ()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ([], "1 to 1000"),
        ([ConsentStatement(subject=" ", purpose="dpv:Marketing")], "text of 1 to 1000 characters"),
        ([ConsentStatement(subject="x" * 1001, purpose="dpv:Marketing")], "text of 1 to 1000 characters"),
        (
            [
                ConsentStatement(subject="a", purpose="dpv:Marketing"),
                ConsentStatement(subject="a", purpose="dpv:Nonsense"),
            ],
            "Entry 2 has the unknown purpose",
        ),
        ([ConsentStatement(subject="a", purpose="")], "such as dpv:PublicBenefit"),
        (
            [ConsentStatement(subject="a", purpose="dpv:Marketing", state="yes")],
            "unknown state 'yes': use one of ConsentGiven, .*ConsentWithdrawn",
        ),
        ([ConsentStatement(subject="a", purpose="dpv:Marketing", until=-5)], "before 1970"),
    ],
)
async def test_what_cannot_be_understood_is_refused_as_a_whole(
    desk: Desk, said: list[ConsentStatement], problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        await consents.record(desk.rooms.register, said)
    assert await desk.store.consent_revision(OWNER) == 0


async def test_an_unknown_dataset_is_refused(desk: Desk) -> None:
    with pytest.raises(NoSuchEntity):
        await consents.record(
            desk.rooms.register, [ConsentStatement(subject="a", purpose="dpv:Marketing", dataset="urn:nowhere")]
        )


async def test_whoever_withdraws_withdraws_everything_or_one_purpose(desk: Desk) -> None:
    await publish(desk.rooms, {"kind": "file", "path": "a.csv"})
    await consents.record(
        desk.rooms.register,
        [
            ConsentStatement(subject="a", purpose="dpv:Marketing"),
            ConsentStatement(subject="a", purpose="dpv:PublicBenefit", dataset=DATASET, until=NOW + 5),
            ConsentStatement(subject="b", purpose="dpv:Marketing"),
        ],
    )
    [one] = await consents.withdraw(desk.rooms.register, "a", purpose="dpv:Marketing")
    assert (one.purpose, one.state) == (MARKETING, WITHDRAWN)
    [rest] = await consents.withdraw(desk.rooms.register, "a")
    assert (rest.purpose, rest.dataset, rest.state, rest.until) == (BENEFIT, DATASET, WITHDRAWN, None)
    [alone] = await consents.withdraw(desk.rooms.register, "b", dataset=DATASET)
    assert (alone.purpose, alone.dataset, alone.state) == (MARKETING, DATASET, WITHDRAWN)
    with pytest.raises(NoSuchEntity, match="name a purpose"):
        await consents.withdraw(desk.rooms.register, "a")
    found = await consents.list_of_person(desk.rooms.register, "b")
    assert [(entry.dataset, entry.state) for entry in found] == [("", GIVEN), (DATASET, WITHDRAWN)]


async def test_without_a_secret_no_consent_is_kept(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="no secret"):
        await consents.list_of_person(desk.rooms.but(secret=None).register, "a")


RECORDS = Records(format="csv", subject="person")
WITH_CONSENT = [{**USE, "constraint": [atom("dk:consentStatus", "isA", "dpv:ConsentStatusValidForProcessing")]}]
PEOPLE = [f"person {number}" for number in range(60)]


async def delivering(made: Serving) -> tuple[str, dict[str, str]]:
    asset = await made.rooms.context.store.asset("city", DATASET)
    assert asset
    await made.rooms.context.store.commit([PutAsset(msgspec.structs.replace(asset, records=RECORDS, version=2), 1)])
    said = [ConsentStatement(subject=person, purpose="dpv:PublicBenefit") for person in PEOPLE[:50]]
    await consents.record(made.rooms.register, said)
    return await made.transfer()


def serving_people(desk: Desk, folder: Path, rounds: int, people: Sequence[str] = PEOPLE, **more: Any) -> Any:
    lines = b"".join(b"%s,%s\n" % (person.encode(), b"x" * 900) for person in people)
    data = b"person,what\n" + lines * rounds
    treating = make_treating(SECRET, LIBRARY.operands)
    claims = {"purpose": ("dpv:ImproveTransportMobility",)}
    return serving(desk, folder, data, permission=WITH_CONSENT, claims=claims, treating=treating, **more)


async def test_only_people_who_agreed_are_delivered(desk: Desk, tmp_path: Path) -> None:
    async with serving_people(desk, tmp_path, 1) as made:
        url, headers = await delivering(made)
        async with made.http.get(url, headers=headers) as answer:
            lines = (await answer.text()).splitlines()
        assert [line.partition(",")[0] for line in lines] == ["person", *PEOPLE[:50]]
        await consents.withdraw(made.rooms.register, "person 7")
        async with made.http.get(url, headers=headers) as answer:
            lines = (await answer.text()).splitlines()
        assert [line.partition(",")[0] for line in lines[1:]] == [one for one in PEOPLE[:50] if one != "person 7"]
        assert [judged["treatment"] for judged in await made.judged("flow started")] == [["row-filter"]]


async def test_a_withdrawal_counts_for_every_spelling_of_a_name_in_the_data(desk: Desk, tmp_path: Path) -> None:
    people = [unicodedata.normalize("NFD", "Zoë Müller"), "Zo\u00adë  Müller", *PEOPLE[:2]]
    async with serving_people(desk, tmp_path, 1, people) as made:
        url, headers = await delivering(made)
        for state, left in ((GIVEN, 4), (WITHDRAWN, 2)):
            said = ConsentStatement(subject="Zoë Müller", purpose="dpv:PublicBenefit", state=state)
            await consents.record(made.rooms.register, [said])
            async with made.http.get(url, headers=headers) as answer:
                assert len((await answer.text()).splitlines()) == left + 1


async def test_a_withdrawal_ends_what_a_running_stream_delivers_of_a_person(desk: Desk, tmp_path: Path) -> None:
    async with serving_people(desk, tmp_path, 1000) as made:
        url, headers = await delivering(made)
        async with made.http.get(url, headers=headers) as answer:
            first = await answer.content.readexactly(3_000_000)
            assert b"person 7," in first
            decided = len(made.leases)
            await consents.withdraw(made.rooms.register, "person 7")
            await eventually(lambda: len(made.leases) > decided, "the transfer was not decided again")
            # What lies between the two sockets has left already.
            async with asyncio.timeout(10):
                await answer.content.readexactly(12_000_000)
                later = await answer.content.readexactly(5_000_000)
        assert b"person 8," in later
        assert b"person 7," not in later


async def test_what_was_made_whole_breaks_off_at_a_withdrawal(desk: Desk, tmp_path: Path) -> None:
    terms = [
        {"action": "dk:suppress", "constraint": [atom("dk:field", "eq", "what"), atom("dk:smallestGroup", "gteq", "2")]}
    ]
    async with serving_people(desk, tmp_path, 500, obligation=terms) as made:
        url, headers = await delivering(made)
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(100_000)
            await consents.withdraw(made.rooms.register, "person 7")
            assert await broken_off(answer)
        async with made.http.get(url, headers=headers) as answer:
            assert b"person 7," not in await answer.read()


async def test_a_use_for_another_purpose_gets_nobody(desk: Desk, tmp_path: Path) -> None:
    async with serving_people(desk, tmp_path, 1) as made:
        url, headers = await delivering(made)
        no = [ConsentStatement(subject=one, purpose=BENEFIT, state="dpv:ConsentWithdrawn") for one in PEOPLE]
        await consents.record(made.rooms.register, no)
        await consents.record(
            made.rooms.register, [ConsentStatement(subject=one, purpose="dpv:Marketing") for one in PEOPLE]
        )
        async with made.http.get(url, headers=headers) as answer:
            assert await answer.text() == "person,what\n"


async def test_the_template_for_personal_data_delivers_those_who_agreed_under_pseudonyms(
    desk: Desk, tmp_path: Path
) -> None:
    asked = {"fields": ["person"], "recipients": [CITY], "purpose": "dpv:ImproveTransportMobility"}
    rules = templates.fill(TEMPLATES["personal-data"], asked)
    terms: Any = {name: rules[name] for name in ("permission", "prohibition", "obligation")}
    data = "person,rides\n" + "".join(f"{person},{number}\n" for number, person in enumerate(PEOPLE))
    treating = make_treating(SECRET, LIBRARY.operands)
    claims = {"purpose": ("dpv:ImproveTransportMobility",)}
    async with serving(desk, tmp_path, data.encode(), claims=claims, treating=treating, **terms) as made:
        asset = await made.rooms.context.store.asset("city", DATASET)
        assert asset
        on_consent = msgspec.structs.replace(
            asset, records=RECORDS, stated=AssetStatement(legal_basis=(GDPR + "A6-1-a",)), version=2
        )
        await made.rooms.context.store.commit([PutAsset(on_consent, 1)])
        await consents.record(
            made.rooms.register,
            [ConsentStatement(subject=person, purpose="dpv:PublicBenefit") for person in PEOPLE[:50]],
        )
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            head, *lines = (await answer.text()).splitlines()
        assert head == "person,rides"
        assert [line.partition(",")[2] for line in lines] == [str(number) for number in range(50)]
        assert len({line.partition(",")[0] for line in lines}) == 50
        assert not any(person in line for line in lines for person in PEOPLE)
        # Without consent as the basis of the disclosure, nothing leaves at all.
        elsewise = msgspec.structs.replace(on_consent, stated=AssetStatement(legal_basis=(GDPR + "A6-1-e",)), version=3)
        await made.rooms.context.store.commit([PutAsset(elsewise, 2)])
        second = msgspec.structs.replace(requested(made.rooms, "urn:transfer:2"), version=1)
        await made.rooms.context.store.commit([PutProcess(second, None)])
        made.rooms.context.wake(second)
        assert "legal basis" in (await made.terminated("urn:transfer:2")).lower()
