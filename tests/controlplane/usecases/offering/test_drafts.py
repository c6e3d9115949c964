"""A draft is checked before it is stored: its policies can be enforced, its statements about the data are valid."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.judging import visibility
from connector.controlplane.usecases.offering import assets
from connector.policy.model.policy import DK
from connector.ports.entities import AssetStatement, DataClass, Marking
from connector.views.assets import AssetOrder
from tests.controlplane.agreements import atom
from tests.controlplane.processes.bargain import RESEARCH, Json, offered, terms
from tests.controlplane.usecases.offering.drafts import SOURCE, personal, use
from tests.support.plane import Desk

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
            "duty before access: notify. Make it an obl",
        ),
        (use(atom("odrl:purposes", "eq", "dpv:Marketing")), "the nearest is http://www.w3.org/ns/odrl/2/purpose"),
        ({"permission": [{"action": "odrl:display"}]}, "No permission covers use"),
        ({"obligation": [{"action": "odrl:attribute"}]}, "needs a permission or a prohibition"),
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
        "rightOperand": "DE",
    }
    offered = {"@type": "Offer", "@id": "urn:offer", "permission": [{"action": "use", "constraint": [region]}]}
    assert msgspec.json.decode(visibility.catalog_policy(asset)) == offered
    assert asset.access is not None
    assert msgspec.json.decode(asset.access)["permission"][0]["action"] == "use"
    lost = foreign | {"@context": terms | names | {"verboten": None}, "verboten": {"action": "use"}}
    with pytest.raises(Invalid, match="would be lost"):
        await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=lost))


async def test_a_prefix_of_a_policy_keeps_its_meaning_where_the_context_is_left_behind(desk: Desk) -> None:
    excluded = use(atom("c:role", "isNoneOf", ["c:emergency"])) | {"@context": {"c": DK}}
    asset = await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=excluded))
    (rule,) = msgspec.json.decode(visibility.catalog_policy(asset))["permission"]
    assert rule["constraint"] == [atom(DK + "role", "isNoneOf", DK + "emergency")]


async def test_who_may_see_an_offer_is_decided_by_what_is_known(desk: Desk) -> None:
    access = use(atom("dk:waterLevel", "gt", 1))
    with pytest.raises(Invalid, match="water level"):
        await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, access=access))


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


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"themes": ("TRAN", "Verkehr")}, "theme"),
        ({"themes": ("http://a b",)}, "theme"),
        ({"licence": "free for all"}, "licence"),
        ({"media_type": "quatsch"}, "media-type"),
        ({"stated": AssetStatement(languages=("deutsch",))}, "language"),
    ],
)
async def test_a_text_in_the_place_of_a_name_that_a_catalogue_states_is_refused(
    desk: Desk, changes: dict[str, Any], code: str
) -> None:
    draft = AssetOrder(title={"en": "Air"}, source=SOURCE)
    with pytest.raises(Invalid) as refused:
        await assets.add(desk.rooms.publisher, msgspec.structs.replace(draft, **changes))
    assert refused.value.code == code


async def test_names_of_registries_are_taken_in_their_usual_forms(desk: Desk) -> None:
    draft = AssetOrder(
        title={"en": "Air"},
        source=SOURCE,
        themes=("tran", "urn:theme:trees"),
        licence="http://dcat-ap.de/def/licenses/cc-by/4.0",
        media_type="text/csv; charset=utf-8",
        stated=AssetStatement(languages=("de", "en-GB", "sr-Latn")),
    )
    assert (await assets.add(desk.rooms.publisher, draft)).themes == draft.themes


@pytest.mark.parametrize(
    ("reservation", "said"),
    [
        (terms(RESEARCH, 5), "does not provably contain the offer"),
        (terms(RESEARCH, 100, prohibition=[{"action": "use"}]), "never grant"),
        ({"permission": [{"action": "use", "constraint": [atom("dk:waterLevel", "gt", "1")]}]}, "water level"),
    ],
)
async def test_a_reservation_that_cannot_serve_is_refused(desk: Desk, reservation: Json, said: str) -> None:
    with pytest.raises((Invalid, NotAllowed), match=said):
        await offered(desk, terms(RESEARCH, 10), reservation=reservation)
