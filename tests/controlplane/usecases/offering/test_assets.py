"""The gate before an offer: what is void, of no use or not enforced here is not published, and why is said."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.usecases.offering import assets
from connector.policy.model.policy import DK
from connector.policy.reading import templates
from connector.ports.entities import Asset, AssetStatement, AssetStatus, DataClass, Marking
from connector.views.assets import AssetOrder
from tests.policy.reading.test_templates import REQUIRED, TEMPLATES
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
        (use(prohibition=[{"action": "use"}]), "never grants anything"),
        (use(atom("odrl:count", "lt", 1)), "never grants anything"),
        (use(atom("odrl:dateTime", "lt", PAST)), "period of this policy is over. Name a later date."),
        (use(conflict="invalid", prohibition=[{"action": "use"}]), "policy is void"),
        (use(inheritFrom=["urn:policy:elsewhere"]), "urn:policy:elsewhere"),
        (
            use(atom("dk:waterLevel", "gt", 60)),
            "This connector cannot check a condition: water level. Remove the condition.",
        ),
        (use(prohibition=[{"action": "use", "constraint": [atom("dk:waterLevel", "gt", 1)]}]), "water level"),
        (use(obligation=[{"action": "dk:suppress"}]), "cannot be read as records: suppress small groups. Offer a file"),
        (
            {"permission": [{"action": "use", "duty": [{"action": "odrl:inform"}]}]},
            "done first: notify. Make it an obl",
        ),
        (use(atom("odrl:purposes", "eq", "dpv:Marketing")), "the nearest is http://www.w3.org/ns/odrl/2/purpose"),
        ({"permission": [{"action": "odrl:display"}]}, "No permission covers use"),
        ({"obligation": [{"action": "odrl:attribute"}]}, "No permission covers use"),
        (use(atom("odrl:industry", "eq", "urn:water")), "Only the contract"),
    ],
)
async def test_an_offer_that_cannot_hold_is_refused_with_the_finding(
    desk: Desk, policy: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=policy))
    assert refused.value.code == "not-offerable"
    assert said in refused.value.reason


async def test_a_policy_in_foreign_json_ld_is_offered_in_the_compact_form(desk: Desk) -> None:
    odrl = "http://www.w3.org/ns/odrl/2/"
    terms = {"@vocab": odrl, "erlaubt": odrl + "permission", "ort": {"@id": odrl + "rightOperand", "@language": "de"}}
    names = {name: {"@id": odrl + name, "@type": "@vocab"} for name in ("action", "leftOperand", "operator")}
    place = {"leftOperand": "spatial", "operator": "isPartOf", "ort": "DE"}
    foreign = {"@context": terms | names, "erlaubt": {"action": "use", "constraint": place}}
    draft = AssetOrder(title={"en": "Air"}, source=SOURCE, policy=foreign, access=foreign)
    asset = await assets.add(desk.rooms.publisher, draft, offer_id="urn:offer")
    region = {
        "leftOperand": "odrl:spatial",
        "operator": "isPartOf",
        "rightOperand": {"@value": "DE", "@language": "de"},
    }
    offered = {"@type": "Offer", "@id": "urn:offer", "permission": [{"action": "use", "constraint": [region]}]}
    assert msgspec.json.decode(visibility.catalog_policy(asset)) == offered
    assert asset.access is not None
    assert msgspec.json.decode(asset.access)["permission"] == offered["permission"]
    lost = foreign | {"@context": terms | names | {"verboten": None}, "verboten": {"action": "use"}}
    with pytest.raises(Invalid, match="would be lost"):
        await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=lost))


async def test_a_prefix_of_a_policy_keeps_its_meaning_where_the_context_is_left_behind(desk: Desk) -> None:
    excluded = use(atom("c:role", "isNoneOf", ["c:emergency"])) | {"@context": {"c": DK}}
    asset = await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=excluded))
    (rule,) = msgspec.json.decode(visibility.catalog_policy(asset))["permission"]
    assert rule["constraint"] == [atom(DK + "role", "isNoneOf", DK + "emergency")]


async def test_a_draft_whose_time_has_run_out_is_not_published(desk: Desk) -> None:
    soon = {"@value": "2025-11-25T00:00:00Z", "@type": "xsd:dateTime"}
    policy = use(atom("odrl:dateTime", "lt", soon))
    asset = await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=policy))
    later = desk.rooms.but(now=lambda: NOW + 30 * 86_400_000)
    with pytest.raises(NotAllowed, match="is over"):
        await assets.publish(later.publisher, asset.id)


async def test_who_may_see_an_offer_is_decided_by_what_is_known(desk: Desk) -> None:
    access = use(atom("dk:waterLevel", "gt", 1))
    with pytest.raises(Invalid, match="water level"):
        await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, access=access))


def test_templates_that_can_be_kept_here_are_offered(desk: Desk) -> None:
    kept = {}
    for name, template in TEMPLATES.items():
        document = msgspec.json.encode(templates.fill(template, REQUIRED.get(name, {})))
        offered = documents.make_catalog_offer(document, offer_id="urn:offer")
        kept[name] = acceptance.find_unenforceable(desk.rooms.evaluator.library, offered)
    for name in ("open-data", "departments-only", "research-only", "downloads", "trial", "non-commercial", "planning"):
        assert kept[name] is None, name


FULL = {
    "odrl:purpose": atom("odrl:purpose", "isA", "dpv:ImprovePublicServices"),
    "dk:legalBasis": atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"),
    "dk:role": atom("dk:role", "eq", "urn:role:office"),
    "odrl:elapsedTime": atom("odrl:elapsedTime", "lteq", "P30D"),
}
DELETE = {"action": "odrl:delete"}


def personal(policy: dict[str, Any], **stated: Any) -> AssetOrder:
    return AssetOrder(
        title={"en": "Register"},
        source=SOURCE,
        policy=policy,
        data_class=DataClass.PERSONAL,
        stated=AssetStatement(**stated),
    )


async def published(desk: Desk, draft: AssetOrder) -> Asset:
    asset = await assets.add(desk.rooms.publisher, draft)
    return await assets.publish(desk.rooms.publisher, asset.id, release=True)


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("odrl:purpose", "The purpose is missing."),
        ("dk:legalBasis", "The legal basis is missing."),
        ("dk:role", "The recipient is missing."),
        ("odrl:elapsedTime", "The retention period is missing."),
        ("delete", "The duty to delete is missing."),
    ],
)
async def test_personal_data_is_not_published_before_its_offer_says_all_it_has_to(
    desk: Desk, left_out: str, said: str
) -> None:
    asked = [constraint for name, constraint in FULL.items() if name != left_out]
    policy = use(*asked, **({} if left_out == "delete" else {"obligation": [DELETE]}))
    with pytest.raises(NotAllowed, match=said):
        await published(desk, personal(policy))


async def test_everything_that_is_missing_is_said_at_once(desk: Desk) -> None:
    with pytest.raises(NotAllowed) as refused:
        await published(desk, personal(use()))
    assert refused.value.reason.count("missing") == 5


async def test_personal_data_with_a_full_offer_is_published(desk: Desk) -> None:
    asset = await published(desk, personal(use(*FULL.values(), obligation=[DELETE]), legal_basis=("eu-gdpr:A6-1-e",)))
    assert asset.status is AssetStatus.PUBLISHED
    assert asset.stated.legal_basis == ("https://w3id.org/dpv/legal/eu/gdpr#A6-1-e",)


async def test_the_most_that_is_given_of_personal_data_is_examined_like_the_offer(desk: Desk) -> None:
    offer = use(*FULL.values(), obligation=[DELETE])
    wide = use(*(entry for name, entry in FULL.items() if name != "dk:role"), obligation=[DELETE])
    draft = msgspec.structs.replace(personal(offer), reservation=wide)
    with pytest.raises(NotAllowed, match="The recipient is missing"):
        await published(desk, draft)


async def test_special_categories_need_a_basis_of_article_nine(desk: Desk) -> None:
    offer = use(*FULL.values(), obligation=[DELETE])
    with pytest.raises(NotAllowed, match=r"Art\. 9"):
        await published(desk, personal(offer, marking=Marking.SPECIAL))
    also = use(*FULL.values(), atom("dk:legalBasis", "isA", "eu-gdpr:A9-2-g"), obligation=[DELETE])
    assert (await published(desk, personal(also, marking=Marking.SPECIAL))).status is AssetStatus.PUBLISHED


@pytest.mark.parametrize(
    ("stated", "data_class", "code"),
    [
        ({"legal_basis": ("eu-gdpr:A6-1-f",)}, DataClass.PERSONAL, "legal-basis"),
        ({"legal_basis": ("eu-gdpr:A99",)}, DataClass.PERSONAL, "legal-basis"),
        ({"marking": Marking.PSEUDONYMISED}, DataClass.OPEN, "marking"),
        ({"resolution": "sharp"}, DataClass.OPEN, "resolution"),
        ({"resolution": "0"}, DataClass.OPEN, "resolution"),
        ({"languages": ("x" * 101,)}, DataClass.OPEN, "too-long"),
    ],
)
async def test_what_is_stated_of_data_has_to_hold(
    desk: Desk, stated: dict[str, Any], data_class: DataClass, code: str
) -> None:
    draft = msgspec.structs.replace(personal(use(), **stated), data_class=data_class)
    with pytest.raises(Invalid) as refused:
        await assets.add(desk.rooms.publisher, draft)
    assert refused.value.code == code


async def test_an_unusual_purpose_and_consent_are_remarked_in_both_languages(desk: Desk) -> None:
    odd = {
        **FULL,
        "odrl:purpose": atom("odrl:purpose", "isA", "dpv:Advertising"),
        "dk:legalBasis": atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-a"),
    }
    asset = await published(desk, personal(use(*odd.values(), obligation=[DELETE])))
    found = acceptance.personal_remarks(
        desk.rooms.evaluator, visibility.catalog_policy(asset), asset.stated, asset.data_class
    )
    assert [remark["de"] for remark in found] == [
        "Daten über Personen sind für diesen Zweck unüblich.",
        "Eine Einwilligung gegenüber Behörden ist rechtlich unsicher.",
    ]
    assert all(remark["en"] for remark in found)
