"""The gate before an offer: what is void, of no use or not enforced here is not published, and why is said."""

import dataclasses
from typing import Any

import msgspec
import pytest

from connector.controlplane import assets, documents, fitness
from connector.controlplane.assets import Draft
from connector.controlplane.plane import Invalid, NotAllowed
from connector.policy import templates
from connector.policy.model import DK
from tests.policy.templates.test_templates import REQUIRED, TEMPLATES
from tests.support.plane import NOW, Desk

SOURCE = {"kind": "file", "path": "air.csv"}


def atom(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def use(*constraints: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"permission": [{"action": "use", "constraint": list(constraints)}], **more}


PAST = {"@value": "2020-01-01", "@type": "xsd:date"}


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (use(prohibition=[{"action": "use"}]), "never grant anything"),
        (use(atom("odrl:count", "lt", 1)), "never grant anything"),
        (use(atom("odrl:dateTime", "lt", PAST)), "time of these rules is over. Name a later date."),
        (use(conflict="invalid", prohibition=[{"action": "use"}]), "rules are void"),
        (use(inheritFrom=["urn:policy:elsewhere"]), "urn:policy:elsewhere"),
        (use(atom("dk:requestsPerHour", "lteq", 60)), "requests per hour. The nearest supported is number of uses"),
        (
            use(atom("dk:paymentState", "eq", "settled")),
            "state of the payment. The nearest supported is participant gr",
        ),
        (use(prohibition=[{"action": "use", "constraint": [atom("odrl:event", "eq", "urn:fair")]}]), "point in time"),
        (use(obligation=[{"action": "dk:suppress"}]), "cannot be read as records: suppress small groups. Offer a file"),
        (
            {"permission": [{"action": "use", "duty": [{"action": "odrl:inform"}]}]},
            "done first: notify. Make it an obl",
        ),
        (use(atom("odrl:purposes", "eq", "dpv:Marketing")), "nearest supported is http://www.w3.org/ns/odrl/2/purpose"),
        ({"permission": [{"action": "odrl:display"}]}, "No permission covers use"),
        ({"obligation": [{"action": "odrl:attribute"}]}, "No permission covers use"),
        (use(atom("odrl:industry", "eq", "urn:water")), "only the contract"),
    ],
)
async def test_an_offer_that_cannot_hold_is_refused_with_the_finding(
    desk: Desk, policy: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await assets.add(desk.plane, Draft(title={"en": "Air"}, source=SOURCE, policy=policy))
    assert refused.value.code == "not-offerable"
    assert said in refused.value.reason


async def test_a_policy_in_foreign_json_ld_is_offered_in_the_compact_form(desk: Desk) -> None:
    odrl = "http://www.w3.org/ns/odrl/2/"
    terms = {"@vocab": odrl, "erlaubt": odrl + "permission", "ort": {"@id": odrl + "rightOperand", "@language": "de"}}
    names = {name: {"@id": odrl + name, "@type": "@vocab"} for name in ("action", "leftOperand", "operator")}
    place = {"leftOperand": "spatial", "operator": "isPartOf", "ort": "DE"}
    foreign = {"@context": terms | names, "erlaubt": {"action": "use", "constraint": place}}
    draft = Draft(title={"en": "Air"}, source=SOURCE, policy=foreign, access=foreign)
    asset = await assets.add(desk.plane, draft, offer_id="urn:offer")
    region = {
        "leftOperand": "odrl:spatial",
        "operator": "isPartOf",
        "rightOperand": {"@value": "DE", "@language": "de"},
    }
    offered = {"@type": "Offer", "@id": "urn:offer", "permission": [{"action": "use", "constraint": [region]}]}
    assert msgspec.json.decode(assets.catalog_policy(asset)) == offered
    assert asset.access is not None
    assert msgspec.json.decode(asset.access)["permission"] == offered["permission"]
    lost = foreign | {"@context": terms | names | {"verboten": None}, "verboten": {"action": "use"}}
    with pytest.raises(Invalid, match="would be lost"):
        await assets.add(desk.plane, Draft(title={"en": "Air"}, source=SOURCE, policy=lost))


async def test_a_prefix_of_a_policy_keeps_its_meaning_where_the_context_is_left_behind(desk: Desk) -> None:
    excluded = use(atom("c:role", "isNoneOf", ["c:emergency"])) | {"@context": {"c": DK}}
    asset = await assets.add(desk.plane, Draft(title={"en": "Air"}, source=SOURCE, policy=excluded))
    (rule,) = msgspec.json.decode(assets.catalog_policy(asset))["permission"]
    assert rule["constraint"] == [atom(DK + "role", "isNoneOf", DK + "emergency")]


async def test_a_draft_whose_time_has_run_out_is_not_published(desk: Desk) -> None:
    soon = {"@value": "2025-11-25T00:00:00Z", "@type": "xsd:dateTime"}
    policy = use(atom("odrl:dateTime", "lt", soon))
    asset = await assets.add(desk.plane, Draft(title={"en": "Air"}, source=SOURCE, policy=policy))
    later = dataclasses.replace(desk.plane, now=lambda: NOW + 30 * 86_400_000)
    with pytest.raises(NotAllowed, match="is over"):
        await assets.publish(later, asset.id)


async def test_who_may_see_an_offer_is_decided_by_what_is_known(desk: Desk) -> None:
    access = use(atom("dk:dataAge", "lteq", "P1D"))
    with pytest.raises(Invalid, match="age of the data"):
        await assets.add(desk.plane, Draft(title={"en": "Air"}, source=SOURCE, access=access))


def test_templates_that_can_be_kept_here_are_offered(desk: Desk) -> None:
    kept = {}
    for name, template in TEMPLATES.items():
        document = msgspec.json.encode(templates.fill(template, REQUIRED.get(name, {})))
        offered = documents.catalog_offer(document, offer_id="urn:offer")
        kept[name] = fitness.unenforceable(desk.plane.library, offered)
    for name in ("open-data", "departments-only", "research-only", "downloads", "trial", "non-commercial", "planning"):
        assert kept[name] is None, name
