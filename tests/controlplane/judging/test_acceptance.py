"""An offer that nobody can ever use, because of the asset or of this connector, is refused when it is handed in."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.judging.facts import FACTS, Situation
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases.offering import asset_changes, assets
from connector.controlplane.usecases.policies import examine
from connector.policy.reading import templates
from connector.ports.entities import AssetStatement, AssetStatus
from connector.ports.treatment import Records
from connector.views.assets import AssetOrder
from tests.controlplane.agreements import LIBRARY, atom
from tests.controlplane.usecases.offering.drafts import SOURCE, use
from tests.controlplane.usecases.test_policies import NOON
from tests.policy.reading.test_templates import REQUIRED, TEMPLATES
from tests.support.plane import Desk

GERMAN, ENGLISH = atom("odrl:language", "eq", "de"), atom("odrl:language", "eq", "en")


def draft(policy: dict[str, Any], *, records: Records | None = None, live: bool = False, **stated: Any) -> AssetOrder:
    return AssetOrder(
        title={"en": "Air"},
        source=SOURCE,
        media_type="text/csv",
        policy=policy,
        records=records,
        live=live,
        stated=AssetStatement(**stated),
    )


def desk_of(desk: Desk) -> Desk:
    desk.rooms = desk.rooms.but(library=LIBRARY)
    return desk


REFUSED = {
    "language": (draft(use(ENGLISH), languages=("de",)), r"something else is stated about the data: language \(de\)"),
    "no language": (draft(use(GERMAN)), r"the data lacks a statement: language \(--language\)"),
    "no resolution": (draft(use(atom("odrl:resolution", "lteq", 100))), r"resolution \(--resolution\)"),
    "no version": (draft(use(atom("odrl:version", "eq", "2"))), r"version \(--data-version\)"),
    "format": (draft(use(atom("odrl:fileFormat", "eq", "application/json"))), r"file format \(text/csv\)"),
    "basis": (
        draft(use(atom("dk:legalBasis", "eq", "eu-gdpr:A6-1-a")), legal_basis=("eu-gdpr:A6-1-e",)),
        "legal basis",
    ),
    "no basis": (draft(use(atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-a"))), r"legal basis \(--legal-basis\)"),
    "encrypted": (draft(use(atom("dk:artifactState", "eq", "encrypted"))), "state of the data"),
    "level": (
        draft(use(atom("dk:aggregationLevel", "gteq", "city")), records=Records(format="csv", level="block")),
        "level of aggregation",
    ),
    "group": (
        draft(use(atom("dk:groupSize", "gteq", 9)), records=Records(format="csv", smallest_group=5)),
        "smallest group",
    ),
    "channel": (draft(use(atom("odrl:deliveryChannel", "eq", "S3"))), "HttpData-PULL, HttpData-PUSH"),
    "push of live data": (draft(use(atom("odrl:deliveryChannel", "eq", "HttpData-PUSH")), live=True), "HttpData-PULL"),
    "protocol": (draft(use(atom("dk:connectorProtocol", "eq", "2011-1"))), "protocol of the connector"),
    "prohibition": (draft(use(conflict="prohibit", prohibition=[{"action": "use", "constraint": [GERMAN]}])), "langu"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_asset_or_the_connector_rules_out_is_refused_with_the_place(desk: Desk, name: str) -> None:
    order, said = REFUSED[name]
    publisher = desk_of(desk).rooms.publisher
    for hand_in in (assets.add, assets.look):
        with pytest.raises(Invalid, match=said):
            await hand_in(publisher, order)


@pytest.mark.parametrize(
    "order",
    [
        draft(use(GERMAN), languages=("DE", "en")),
        draft(use(atom("odrl:fileFormat", "eq", "TEXT/CSV"))),
        draft(use(atom("dk:legalBasis", "eq", "eu-gdpr:A6-1-a")), legal_basis=("eu-gdpr:A6-1-a",)),
        draft(use(atom("odrl:deliveryChannel", "eq", "HttpData-PUSH"))),
        draft(use(atom("dk:artifactState", "eq", "plain"), atom("dk:connectorProtocol", "eq", "2025-1"))),
        draft(use(atom("dk:dataAge", "lteq", {"@value": "PT1H", "@type": "xsd:duration"}))),
        draft(use(conflict="prohibit", prohibition=[{"action": "use", "constraint": [ENGLISH]}]), languages=("de",)),
    ],
)
async def test_what_some_participant_can_be_granted_is_offered(desk: Desk, order: AssetOrder) -> None:
    await assets.add(desk_of(desk).rooms.publisher, order)


def remarks(desk: Desk, asset: Any) -> list[str]:
    policy = visibility.catalog_policy(asset)
    found = acceptance.asset_remarks(desk.rooms.evaluator.library, policy, NOON, known_data.to_data(asset))
    assert all(texts["de"] for texts in found)
    return [texts["en"] for texts in found]


async def test_what_is_of_no_use_in_part_is_a_warning(desk: Desk) -> None:
    publisher = desk_of(desk).rooms.publisher
    order = draft(use({"or": [ENGLISH, atom("odrl:count", "lteq", 5)]}), languages=("de",))
    (said,) = remarks(desk, await assets.add(publisher, order))
    assert said == "A part of the policy never applies, because something else is stated about the data: language (de)."


async def test_another_version_is_a_warning_until_it_is_stated(desk: Desk) -> None:
    publisher = desk_of(desk).rooms.publisher
    asset = await assets.add(publisher, draft(use(atom("odrl:version", "eq", "2")), release="1"))
    (said,) = remarks(desk, await assets.publish(publisher, asset.id))
    assert said.startswith("No use is permitted as long as another version of the data is stated: version (1).")
    assert remarks(desk, await asset_changes.edit(publisher, asset.id, {"stated": {"release": "2"}})) == []


async def test_a_statement_that_ends_every_use_of_a_published_offer_is_refused(desk: Desk) -> None:
    publisher = desk_of(desk).rooms.publisher
    asset = await assets.add(publisher, draft(use(GERMAN), languages=("de",)))
    assert (await assets.publish(publisher, asset.id)).status is AssetStatus.PUBLISHED
    with pytest.raises((Invalid, NotAllowed), match="language"):
        await asset_changes.edit(publisher, asset.id, {"stated": {"languages": ["fr"]}})


def test_what_this_connector_never_does_is_an_error_without_an_asset_too() -> None:
    (remark,) = examine(LIBRARY, use(atom("odrl:deliveryChannel", "eq", "S3")), NOON)
    assert (remark.level, remark.code) == ("error", "never-delivered")
    assert not examine(LIBRARY, use(GERMAN), NOON)


def test_a_template_says_which_statement_it_demands_of_an_asset() -> None:
    operands, demanded = LIBRARY.operands.operands, set()
    for name, template in TEMPLATES.items():
        document = msgspec.json.encode(templates.fill(template, REQUIRED.get(name, {})))
        compiled = LIBRARY.compile(documents.make_catalog_offer(document, offer_id="urn:offer"))
        for iri in operands:
            if iri in acceptance.OPTIONS and iri in repr(compiled.permissions):
                demanded.add(name)
                assert "Rechtsgrundlage" in template.why.de, name
                assert "legal basis" in template.why.en, name
    assert demanded == {"personal-data"}


def test_every_fact_that_is_read_from_a_statement_about_the_data_is_marked_as_one() -> None:
    full = AssetStatement(languages=("de",), release="1", resolution="300", encrypted=True, legal_basis=("urn:b",))
    bare = Situation(participant="", claims={})
    told = msgspec.structs.replace(bare, stated=full, media_type="text/csv")
    from_asset = {name for name, read in FACTS.items() if read(told) != read(bare)} | {"aggregationLevel", "groupSize"}
    assert {row.fact for row in LIBRARY.operands.operands.values() if row.of_asset} == from_asset
