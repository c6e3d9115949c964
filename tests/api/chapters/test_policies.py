"""Policies over the API: examined, said, compared, decided as a dry run; the client has the same."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from connector.client import Connector
from connector.client.frame.errors import InvalidRequest, NotFound
from connector.controlplane.usecases.offering import assets
from connector.ports.entities import AssetStatement
from connector.protocol.dsp.common import Role
from connector.views.assets import AssetOrder
from connector.views.policies import TrialOrder
from tests.support.plane import CITY, ME, Blocked, Desk

Json = dict[str, Any]
RESEARCH, ACADEMIC = "dpv:ResearchAndDevelopment", "dpv:AcademicResearch"


def terms(purpose: str = RESEARCH, *more: Json, **parts: Any) -> Json:
    asked = {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": purpose}
    return {"permission": [{"action": "use", "constraint": [asked, *more]}], **parts}


def times(most: int) -> Json:
    return {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": most}


def before(day: str) -> Json:
    return {"leftOperand": "odrl:dateTime", "operator": "lt", "rightOperand": {"@value": day, "@type": "xsd:date"}}


@pytest.fixture
def connector(desk: Desk) -> Connector:
    return Connector("http://connector", "writer", transport=Blocked(desk.app))


def test_a_good_policy_has_no_error_and_a_bad_one_says_what_and_where(connector: Connector) -> None:
    good = connector.policies.lint(terms())
    assert (good.ok, good.remarks) == (True, ())
    late = connector.policies.lint(terms(RESEARCH, before("2020-01-01")))
    assert [(remark.level, remark.code) for remark in late.remarks if remark.level == "error"] == [("error", "expired")]
    assert (
        late.remarks[0].text["de"]
        == "Die Frist dieser Nutzungsbedingungen ist abgelaufen. Nennen Sie einen späteren Zeitpunkt."
    )
    unread = connector.policies.lint({"permission": [{"action": "odrl:fly"}]})
    assert (unread.ok, unread.remarks[0].code) == (False, "unknown-action")
    assert connector.policies.lint(terms(), personal="personal").ok is False


def test_a_policy_is_said_in_both_languages_and_one_that_cannot_be_read_does_not_hide_the_others(
    connector: Connector,
) -> None:
    said, broken = connector.policies.explain([terms(), {"permission": "?"}]).items
    assert said.sentence["en"].startswith("Use allowed: purpose: research and development")
    assert said.sentence["de"].startswith("Nutzen erlaubt: Zweck: Forschung und Entwicklung")
    assert [line.question for line in said.card][:2] == ["who", "what-for"]
    assert len(said.policy_hash) == 64
    assert broken.problem is not None
    assert broken.sentence == {}


def test_two_versions_are_compared(connector: Connector) -> None:
    found = connector.policies.compare(terms(RESEARCH, times(10)), terms(ACADEMIC, times(5)))
    assert (found.width, found.contained, found.meeting) == ("narrowed", "contained", "overlap")
    assert {(change.kind, change.part) for change in found.changes} == {("narrowed", "constraint")}
    assert any("at most 10" in change.text["en"] and "at most 5" in change.text["en"] for change in found.changes)
    apart = connector.policies.compare(terms(), terms("dpv:Marketing"))
    assert (apart.contained, apart.meeting) == ("not-contained", "disjoint")
    assert apart.reasons[0]["de"].startswith("Die Anfrage geht über das Angebot hinaus: Zweck.")
    with pytest.raises(InvalidRequest, match="Unknown action"):
        connector.policies.compare(terms(), {"permission": [{"action": "odrl:fly"}]})


def test_a_dry_run_says_yes_or_no_why_and_what_would_change_it(connector: Connector) -> None:
    policy = terms(RESEARCH, times(3), before("2027-01-01"))
    at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    yes = connector.policies.decide(TrialOrder(policy=policy, participant=CITY, at=at, facts={"purpose": (ACADEMIC,)}))
    assert (yes.verdict, yes.valid_until) == ("permit", datetime(2027, 1, 1, tzinfo=UTC))
    assert [(turn.at.year, turn.verdict) for turn in yes.turns] == [(2027, "deny")]
    no = connector.policies.decide(TrialOrder(policy=policy, at=at, facts={"odrl:purpose": ("dpv:Marketing",)}))
    assert (no.verdict, no.codes) == ("deny", ("constraint-false",))
    assert no.reasons["de"] == (
        "Zweck: erwartet Forschung und Entwicklung; angegeben Marketing. Nennen Sie den Zweck mit der Vertragsanfrage, "
        "oder lassen Sie ihn vom Betreiber des Datenraums in der Teilnehmerliste bestätigen.",
    )
    assert no.ways["en"] == ("Permitted if purpose: research and development.",)
    used_up = connector.policies.decide(
        TrialOrder(policy=policy, at=at, facts={"purpose": (ACADEMIC,), "count": ("3",)})
    )
    assert used_up.verdict == "deny"
    silent = connector.policies.decide(TrialOrder(policy=policy, at=at))
    assert silent.reasons["en"][0].startswith("Purpose: expected research and development; nothing stated.")


async def test_a_dry_run_knows_the_claims_of_the_list_and_the_terms_of_an_asset(desk: Desk) -> None:
    role = {"leftOperand": "dk:role", "operator": "isAnyOf", "rightOperand": ["provider"]}
    order = {
        "id": "urn:a",
        "title": {"en": "Air"},
        "source": {"kind": "file"},
        "policy": {"permission": [{"action": "use", "constraint": [role]}]},
    }
    async with desk.client() as client:
        await client.post("/v1/assets", json=order)
        known = await client.post("/v1/policies/decide", json={"asset": "urn:a", "participant": CITY})
        other = await client.post("/v1/policies/decide", json={"asset": "urn:a", "participant": ME})
    assert known.json()["verdict"] == "permit"
    assert other.json()["verdict"] == "deny"
    assert "Rolle" in other.json()["reasons"]["de"][0]


def test_a_dry_run_of_an_agreement_that_cannot_be_read_or_is_not_there_says_so(
    desk: Desk, connector: Connector
) -> None:
    asyncio.run(desk.agree())
    with pytest.raises(InvalidRequest):
        connector.policies.decide(TrialOrder(agreement="urn:agreement:1"))
    with pytest.raises(NotFound):
        connector.policies.decide(TrialOrder(agreement="urn:agreement:none"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({}, "one of policy, asset or agreement"),
        ({"policy": {"permission": [{"action": "use"}]}, "facts": {"purpos": ["x"]}}, "did you mean purpose?"),
        ({"policy": {"permission": [{"action": "use"}]}, "facts": {"securityLevel": ["high"]}}, "is not a value of"),
    ],
)
def test_a_question_that_cannot_be_understood_says_what_is_wrong(
    connector: Connector, question: Json, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        connector.policies.decide(TrialOrder(**question))


def test_templates_are_listed_and_filled_in(connector: Connector) -> None:
    names = {template.name: template for template in connector.policies.templates()}
    assert names["downloads"].parameters[0].text == {"de": "Zahl der Abrufe", "en": "number of downloads"}
    filled = connector.policies.fill("downloads", downloads="7").policy
    assert filled["permission"][0]["constraint"][0]["rightOperand"] == "7"
    with pytest.raises(InvalidRequest, match="less than 1"):
        connector.policies.fill("downloads", downloads="0")
    with pytest.raises(NotFound, match="did you mean downloads"):
        connector.policies.fill("download")


async def test_the_reservation_is_kept_for_our_own_people(desk: Desk) -> None:
    order = {"id": "urn:a", "title": {"en": "Air"}, "source": {"kind": "file"}}
    order |= {"policy": terms(RESEARCH, times(5)), "reservation": terms(RESEARCH, times(50))}
    async with desk.client() as client:
        shown = await client.post("/v1/assets", json=order)
        await client.post("/v1/assets/urn%3Aa/publish")
    limits = [entry["rightOperand"] for entry in shown.json()["reservation"]["permission"][0]["constraint"]]
    assert limits == ["https://w3id.org/dpv#ResearchAndDevelopment", "50"]
    asset = await desk.store.asset("default", "urn:a")
    assert asset is not None
    assert b"50" not in asset.document.replace(b"2025", b"")


async def test_a_policy_from_outside_is_bounded(desk: Desk) -> None:
    deep: Json = {"permission": []}
    for _ in range(40):
        deep = {"permission": [deep]}
    async with desk.client() as client, desk.client("reader") as reader:
        assert (await client.post("/v1/policies/explain", json={"policies": [deep]})).status_code == 422
        assert (await client.post("/v1/policies/explain", json={"policies": [{}] * 101})).status_code == 422
        assert (await reader.post("/v1/policies/explain", json={"policies": [{}]})).status_code == 403


async def test_a_dry_run_knows_what_our_people_stated_recorded_and_declared(desk: Desk) -> None:
    constraints = [
        {"leftOperand": "dk:paymentState", "operator": "eq", "rightOperand": "settled"},
        {"leftOperand": "odrl:event", "operator": "eq", "rightOperand": "dk:emergency"},
        {"leftOperand": "odrl:language", "operator": "eq", "rightOperand": "de"},
        {"leftOperand": "dk:requestsPerHour", "operator": "lteq", "rightOperand": "5"},
    ]
    policy = {"permission": [{"action": "use", "constraint": constraints}]}
    await assets.add(
        desk.rooms.publisher,
        AssetOrder(
            id="urn:dataset:air", title={"en": "Air"}, source={"kind": "file"}, stated=AssetStatement(languages=("de",))
        ),
    )
    terms = {
        "@type": "Agreement",
        "@id": "urn:a",
        "target": "urn:dataset:air",
        "assigner": ME,
        "assignee": CITY,
        **policy,
    }
    await desk.agree(role=Role.PROVIDER, document=msgspec.json.encode(terms))
    async with desk.client() as client:

        async def tried() -> str:
            answer = await client.post("/v1/policies/decide", json={"agreement": "urn:agreement:1"})
            assert answer.status_code == 200, answer.text
            return str(answer.json()["verdict"])

        assert await tried() == "deny"
        await client.post("/v1/agreements/urn%3Aagreement%3A1/payments", json={"state": "settled", "amount": 3})
        await client.post("/v1/events/begin", json={"name": "dk:emergency"})
        assert await tried() == "permit"
