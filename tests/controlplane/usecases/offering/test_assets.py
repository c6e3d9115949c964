"""The gate before an offer: what is void, of no use or not enforced here is not published, and why is said."""

import msgspec
import pytest

from connector.broker.normalise import read_entry
from connector.broker.schedule import Rhythm, make_source
from connector.controlplane.core import documents
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.usecases.offering import assets
from connector.policy.reading import templates
from connector.ports.entities import Asset, AssetStatus, Marking
from connector.views.assets import AssetOrder
from tests.broker.world import member
from tests.controlplane.agreements import atom
from tests.controlplane.usecases.offering.drafts import SOURCE, personal, use
from tests.policy.reading.test_templates import REQUIRED, TEMPLATES
from tests.support.plane import NOW, Desk


async def test_a_draft_whose_time_has_run_out_is_not_published(desk: Desk) -> None:
    soon = {"@value": "2025-11-25T00:00:00Z", "@type": "xsd:dateTime"}
    policy = use(atom("odrl:dateTime", "lt", soon))
    asset = await assets.add(desk.rooms.publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, policy=policy))
    later = desk.rooms.but(now=lambda: NOW + 30 * 86_400_000)
    with pytest.raises(NotAllowed, match="is over"):
        await assets.publish(later.publisher, asset.id)


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
    both = personal(also, marking=Marking.SPECIAL, legal_basis=("eu-gdpr:A6-1-e", "eu-gdpr:A9-2-g"))
    assert (await published(desk, both)).status is AssetStatus.PUBLISHED


async def test_an_unusual_purpose_and_consent_are_remarked_in_both_languages(desk: Desk) -> None:
    odd = {
        **FULL,
        "odrl:purpose": atom("odrl:purpose", "isA", "dpv:Advertising"),
        "dk:legalBasis": atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-a"),
    }
    asset = await published(desk, personal(use(*odd.values(), obligation=[DELETE]), legal_basis=("eu-gdpr:A6-1-a",)))
    found = acceptance.personal_remarks(
        desk.rooms.evaluator, visibility.catalog_policy(asset), asset.stated, asset.data_class
    )
    assert [remark["de"] for remark in found] == [
        "Daten über Personen sind für diesen Zweck unüblich.",
        "Eine Einwilligung gegenüber Behörden ist rechtlich unsicher.",
    ]
    assert all(remark["en"] for remark in found)


@pytest.mark.parametrize("sign", ["a", "ü", "€", "🌳", '"', "\x01"])
@pytest.mark.parametrize(
    ("length", "keywords", "languages", "at_once"),
    [(10_000, 1, 1, True), (10_000, 3, 1, False), (1_200, 100, 1, False), (1, 1, 100, True), (1, 1, 2_000, False)],
)
async def test_an_offer_of_any_texts_is_taken_by_brokers_or_not_added(
    desk: Desk, sign: str, length: int, keywords: int, languages: int, at_once: bool
) -> None:
    title = {f"x-{number}": sign for number in range(languages)}
    words = tuple(f"{number}{sign * (length - 3)}" for number in range(keywords))
    try:
        asset = await published(desk, AssetOrder(title=title, source=SOURCE, keywords=words))
    except NotAllowed as refused:
        said = str(refused)
    else:
        assert read_entry(asset.document, make_source(member("umweltamt"), 0, Rhythm()), 7).entry.id == asset.id
        return
    assert (at_once, "shorten its texts" in said) == (False, True)
