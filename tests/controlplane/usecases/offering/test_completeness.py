"""What the description of an asset lacks: what has to be stated before publication, and what is recommended."""

from typing import Any

import pytest

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.completeness import find_missing, find_unstated, list_gaps
from connector.ports.entities import AssetStatus, DataClass
from connector.views.assets import AssetDescription, AssetOrder
from connector.views.descriptions import Contact, CoveredPlace
from tests.controlplane.usecases.offering.drafts import SOURCE
from tests.support.plane import Desk

CONTACT = Contact(email="amt@stadt.example")


def describe(**stated: Any) -> AssetDescription:
    return AssetDescription(title={"de": "Luft"}, **stated)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"data_class": DataClass.OPEN}, "Open data needs a licence"),
        ({"hvd": ("mobility",), "contact": CONTACT}, "high-value dataset needs a licence"),
        ({"hvd": ("mobility",), "licence": "urn:l"}, "high-value dataset needs a contact"),
        ({"hvd": ("mobility",)}, "(--licence). A high-value dataset needs a contact"),
    ],
)
def test_what_has_to_be_stated_is_said_with_its_option(stated: dict[str, Any], said: str) -> None:
    missing = find_missing(describe(**stated), None)
    assert missing
    assert said in missing["en"]
    assert missing["de"] != missing["en"]


def test_the_contact_of_the_settings_is_enough() -> None:
    assert find_missing(describe(hvd=("mobility",), licence="urn:l"), CONTACT) is None
    assert "contact" not in (find_unstated(describe(), CONTACT) or {})["en"]


def test_data_that_is_not_open_needs_no_licence() -> None:
    assert [find_missing(describe(data_class=kind), None) for kind in DataClass if kind is not DataClass.OPEN] == [
        None
    ] * 3


def test_what_is_recommended_is_one_remark_and_ends_with_the_last_statement() -> None:
    whole = {
        "description": {"de": "Feinstaub"},
        "keywords": ("Luft",),
        "themes": ("ENVI",),
        "contact": CONTACT,
        "place": CoveredPlace(key="08212000"),
    }
    (remark,) = list_gaps(describe(), None)
    for option in ("--description", "--keyword", "--theme", "--contact", "--place"):
        assert all(option in remark[language] for language in ("de", "en"))
    assert list_gaps(describe(**whole), None) == ()


async def test_open_data_without_a_licence_is_added_and_not_published_until_it_is_stated(desk: Desk) -> None:
    publisher = desk.rooms.publisher
    draft = AssetOrder(title={"de": "Luft"}, source=SOURCE, data_class=DataClass.OPEN)
    asset = await assets.add(publisher, draft)
    with pytest.raises(NotAllowed) as refused:
        await assets.publish(publisher, asset.id)
    assert refused.value.code == "incomplete"
    assert set(refused.value.reasons) == {"de", "en"}
    stated = await assets.add(publisher, AssetOrder(title={"de": "Luft"}, source=SOURCE, licence="cc-zero"))
    assert (await assets.publish(publisher, stated.id)).status is AssetStatus.PUBLISHED
